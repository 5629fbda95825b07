import { MIN_CARDS } from "./card-list.ts";
import type { Form } from "./card-forms.ts";
import {
  contrast,
  isSame,
  rowsFrom,
  type Answers,
  type FormTable,
  type ShareRow,
} from "./form-table.ts";
import { wilson, type Interval } from "./wilson.ts";

/** What to choose, if the answers allow to say so. */
export type Verdict =
  | {
      readonly type: "recommended";
      readonly row: ShareRow;
      /** What has to be done for Target to hear of this form. */
      readonly change: Change;
      /** Other forms Target knows some by, so that it seems to be sent both. */
      readonly also: readonly Form[];
    }
  /** Two forms are known, and the sample does not tell which one more often. */
  | { readonly type: "undecided"; readonly rows: readonly [ShareRow, ShareRow] }
  | { readonly type: "hardly-any" }
  | { readonly type: "too-few"; readonly answered: number };

export type Change =
  | { readonly type: "mode"; readonly mode: "card" | "hmac" | "lookup" }
  /** The card rules must read the cards in this form; then the mode is `card`. */
  | { readonly type: "card-rule" };

/**
 * Ours: a form is the site's when Target surely knows one in twenty by it. A wrong form is known by
 * nobody, and of the right one only those who were on the site lately.
 */
const MIN_SHARE = 0.05;

/**
 * The verdict on all rows. Of forms that are the same text, the first stands for all; of two that do
 * equally well, the one the kiosk reads already. Two forms are compared over the cards they differ in.
 */
export function verdictFrom(table: FormTable, answers: Answers): Verdict {
  const shares = rowsFrom(table, answers).filter((row) => row.type === "share");
  const told = shares.filter(({ answered }) => answered >= MIN_CARDS);
  if (told.length === 0) {
    return { type: "too-few", answered: Math.max(0, ...shares.map(({ answered }) => answered)) };
  }
  const isRead = ({ form }: ShareRow) => (changeFor(form, table).type === "mode" ? 1 : 0);
  const candidates = told
    .filter((row) => intervalOf(row).low >= MIN_SHARE)
    .toSorted((a, b) => shareOf(b) - shareOf(a) || isRead(b) - isRead(a));
  const [best] = candidates;
  if (best === undefined) return { type: "hardly-any" };
  const isKnownBesides = (row: ShareRow) =>
    row !== best && contrast(table, answers, best.form, row.form).right > 0;
  const rival = candidates.find((row) => {
    const { of, left, right } = contrast(table, answers, best.form, row.form);
    return isKnownBesides(row) && wilson(right, of).high >= wilson(left, of).low;
  });
  if (rival !== undefined) return { type: "undecided", rows: [best, rival] };
  return {
    type: "recommended",
    row: best,
    change: changeFor(best.form, table),
    also: told.filter(isKnownBesides).map(({ form }) => form),
  };
}

function shareOf({ known, answered }: ShareRow): number {
  return known / answered;
}

export function intervalOf({ known, answered }: ShareRow): Interval {
  return wilson(known, answered);
}

function changeFor(form: Form, table: FormTable): Change {
  if (form === "hmac" || form === "lookup") return { type: "mode", mode: form };
  return form === "as the card rules read it" || isSame(table, form, "as the card rules read it")
    ? { type: "mode", mode: "card" }
    : { type: "card-rule" };
}

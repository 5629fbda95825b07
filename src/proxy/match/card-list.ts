import { cardFromScan, type CardRule } from "../../domain/card.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import { visitorIdFrom, type VisitorIdError } from "../../domain/visitor-id.ts";

/** The card numbers to ask Target about. */
export interface CardList {
  /** Distinct, in the file's order, as they stand there. */
  readonly cards: readonly string[];
  /** Lines left out because their number stood above. */
  readonly duplicates: number;
}

/** Ours: of fewer, a share says nothing: none known of 19 may still be one shopper in six. */
export const MIN_CARDS = 20;

/**
 * Ours: a thousand tell a share to within three points either way, and in all forms take at most six
 * in a thousand of the fetches of a day, which the proxy needs for its own looks.
 *
 * Source: "one million requests over a 24-hour period", an older page of Adobe's profile fetch; the
 * current one names no limit.
 */
export const MAX_CARDS = 1_000;

/**
 * The card numbers in the text of a file: one a line; blank lines, comments (`#`), a heading without
 * a digit and quotes around a number are fine.
 *
 * The error names the first wrong line and what is wrong with it, never what stands there (rule PV2).
 * A payment card is one, unless a card rule takes it for a loyalty card (rule PV3).
 */
export function cardListFrom(text: string, rules: readonly CardRule[]): Result<CardList, string> {
  const cards = new Set<string>();
  let duplicates = 0;
  let maybeHeading = true;
  for (const [index, line] of text.split(/\r\n|\n|\r/).entries()) {
    const content = line.trim();
    if (content === "" || content.startsWith("#")) continue;
    const isHeading = maybeHeading && HEADING.test(content);
    maybeHeading = false;
    if (isHeading) continue;
    const card = content.replace(/^"([^"]*)"$/, "$1");
    const problem = problemWith(card, rules);
    if (problem !== undefined) return err(`line ${index + 1}: ${problem}`);
    if (cards.has(card)) duplicates += 1;
    cards.add(card);
    if (cards.size > MAX_CARDS) {
      return err(
        `it holds more than ${MAX_CARDS} numbers: every look is taken from those Target allows in a ` +
          `day, and more than ${MAX_CARDS} say hardly more; take so many of them at random`,
      );
    }
  }
  if (cards.size < MIN_CARDS) {
    return err(
      `it holds ${cards.size} distinct numbers: the share Target knows of fewer than ${MIN_CARDS} ` +
        "would say nothing",
    );
  }
  return ok({ cards: [...cards], duplicates });
}

/** Words, of any language, and no digit. */
const HEADING = /^[^\p{N}\p{C}]+$/u;

/** How spreadsheets write a number they take for a quantity, with point or comma. */
const ROUNDED = /^\d[.,]\d*E\+?\d+$/i;

function problemWith(card: string, rules: readonly CardRule[]): string | undefined {
  if (ROUNDED.test(card)) {
    return "a spreadsheet has rounded it; format the column as text and export it again";
  }
  if (/[,;\t]/.test(card)) return "holds more than one column; export the card numbers alone";
  if (!/\d/.test(card)) return "holds no digit";
  const member = visitorIdFrom("member", card);
  if (!member.ok) return `is no card number: ${WORDS[member.error.type]}`;
  const read = cardFromScan({ text: card, source: "wedge" }, rules);
  if (!read.ok && read.error.type === "payment-card") {
    return "looks like a payment card, and no card rule of KIOSK_CONFIG takes it; Target is not asked about such";
  }
  return undefined;
}

const WORDS: Readonly<Record<VisitorIdError["type"], string>> = {
  empty: "it is empty",
  "too-long": "it is longer than the 128 characters Target takes",
  "forbidden-character": "it holds a blank, +, /, or what is no plain character",
  "malformed-browser-id": "it is no member's",
  "experience-cloud-id": "it is an Experience Cloud ID",
};

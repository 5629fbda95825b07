import { MIN_CARDS, type CardList } from "./card-list.ts";
import type { CardForms, Form } from "./card-forms.ts";
import type { Row, ShareRow } from "./form-table.ts";
import type { End } from "./look-up.ts";
import { intervalOf, type Verdict } from "./verdict.ts";

/** What was read from the file, and what a kiosk would make of it. */
export function listWords({ cards, duplicates }: CardList, forms: readonly CardForms[]): string {
  const repeats = duplicates === 0 ? "" : `, ${duplicates} more stood there twice`;
  const refusals = forms.flatMap(({ refusal }) => (refusal === undefined ? [] : [refusal]));
  const reasons = [...new Set(refusals)].map(
    (reason) => `${reason} ${refusals.filter((each) => each === reason).length}`,
  );
  const taken =
    refusals.length === 0
      ? "The card rules take all of them."
      : `The card rules take ${cards.length - refusals.length}; a kiosk would refuse the others ` +
        `(${reasons.join(", ")}): see cardRules in KIOSK_CONFIG.`;
  return `${cards.length} card numbers${repeats}. ${taken}`;
}

/** The table, a line a form. */
export function tableWords(rows: readonly Row[], cards: number): string {
  const lines = rows.map((row) => {
    const name = row.form.padEnd(NAME_WIDTH);
    switch (row.type) {
      case "share":
        return `${name}${shareWords(row)}${notesOn(row, cards)}`;
      case "identical":
        return `${name}identical to ${row.to}`;
      case "not-tried":
        return `${name}not tried: ${row.why}`;
    }
  });
  return [`${"Form".padEnd(NAME_WIDTH)}Known to Target (95 % interval)`, ...lines].join("\n");
}

/** Ours: the longest form and a gap. */
const NAME_WIDTH = 28;

function shareWords(row: ShareRow): string {
  if (row.answered === 0) return "no answer";
  const { low, high } = intervalOf(row);
  const share = percent(row.known / row.answered);
  return `${row.known} of ${row.answered}: ${share} (${percent(low)} to ${percent(high)})`;
}

function notesOn({ answered, unmapped }: ShareRow, cards: number): string {
  const notes = [
    ...(unmapped === 0 ? [] : [`${unmapped} have no id there and count as not known`]),
    ...(answered === cards ? [] : [`${cards - answered} not answered`]),
  ];
  return notes.length === 0 ? "" : `; ${notes.join(", ")}`;
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

/** Why it ended before everything was answered; nothing when it did not. */
export function endWords(end: End): string | undefined {
  switch (end.type) {
    case "finished":
      return undefined;
    case "interrupted":
      return "Interrupted: this is what is known so far.";
    case "unavailable":
      return `Stopped: Target does not answer (${end.reason}); that says nothing about the cards. ${CURES[end.reason] ?? "Try again later."}`;
    case "knows-everybody":
      return "Stopped: what answers at TARGET_ORIGIN knows an id that nobody has, so it is not Target.";
  }
}

const CURES: Readonly<Record<string, string>> = {
  authentication:
    "Give TARGET_TOKEN: Administration > Implementation > Profile API asks for a profile authentication token, and tokens expire.",
  "fetch: status 200":
    "Something in between answers in its place, such as a network's sign-in page.",
};

/** What to choose, and what the numbers do not say. */
export function verdictWords(verdict: Verdict): string {
  switch (verdict.type) {
    case "recommended":
      return [changeWords(verdict), doubtWords(verdict.row), alsoWords(verdict.also)]
        .filter((words) => words !== "")
        .join("\n");
    case "undecided": {
      const [best, second] = verdict.rows;
      return (
        `Undecided: Target knows members ${best.form} and ${second.form}, and ${best.answered} ` +
        "numbers do not tell which more often. Your site seems to send both, and an update reaches " +
        "one of them only: see which it sends now, or take more numbers."
      );
    }
    case "hardly-any":
      return HARDLY_ANY;
    case "too-few":
      return (
        `No verdict: there are answers for ${verdict.answered} numbers, and fewer than ${MIN_CARDS} ` +
        "say nothing."
      );
  }
}

function changeWords({ row, change }: Extract<Verdict, { type: "recommended" }>): string {
  if (change.type === "mode") return `Choose VISITOR_ID_MODE=${change.mode}.`;
  return (
    `Choose VISITOR_ID_MODE=card, and change the card rules (cardRules in KIOSK_CONFIG) before the ` +
    `first scan: Target knows your members ${row.form}, and the kiosk reads them otherwise. ` +
    (RULE_EXAMPLES[row.form] ?? "")
  );
}

/** Patterns of card rules whose group `id` reads a card in this form; held by a test. */
export const RULE_EXAMPLES: Readonly<Partial<Record<Form, string>>> = {
  "as is": "In `match`, leave the group `id` out, so that the whole text identifies.",
  "without leading zeros":
    "In `match`, let the group `id` begin after them, and `check` hold what the check digit agrees " +
    'with: "match": "(?<check>0*(?<id>[1-9]\\\\d{4,}))".',
  "without check digit":
    "In `match`, let the group `id` end before it, and `check` hold it too: " +
    '"match": "(?<check>(?<id>2\\\\d{11})\\\\d)".',
};

function doubtWords(row: ShareRow): string {
  const { low, high } = intervalOf(row);
  const wide =
    high - low > WIDE
      ? `${row.answered} numbers tell no more than that it is between ${percent(low)} and ${percent(high)} of your members. `
      : "";
  const rest =
    row.known / row.answered < MOST
      ? "The others have no profile (never on the site, or not lately): their scans wait and are not applied before they have one."
      : "";
  return `${wide}${rest}`.trim();
}

/** Ours: an interval wider than this is said in words too. */
const WIDE = 0.2;

/** Ours: below it, those who are not known are worth a word. */
const MOST = 0.9;

function alsoWords(also: readonly Form[]): string {
  if (also.length === 0) return "";
  return `Some are known ${also.join(", ")} as well: your site may send more than one form, and updates reach this one only.`;
}

/** Source for the lifetime: Adobe Target, visitor profile lifetime: 14 days of inactivity by default, up to 90. */
const HARDLY_ANY = `Target knows hardly any of these. Why, the most likely first:
1. The site sends no mbox3rdPartyId, but customer ids only (setCustomerId, identityMap): see the README, "Is the card number the id your site uses?".
2. These members were not on the site, signed in, in the last days: a profile ends after 14 days without a visit by default, 90 at most. Take members who were there this week.
3. Another environment: numbers of a test system, or a TARGET_ORIGIN that is not the site's.
4. Another client code than the site's: compare TARGET_CLIENT with the clientCode your pages use.
5. The site uses an id of its own: find which, and map it with VISITOR_ID_MODE=lookup.`;

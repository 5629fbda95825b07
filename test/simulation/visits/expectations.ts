/** One visit, as far as its shopper could see what became of it. */
export interface LivedVisit {
  readonly card: string;
  /**
   * `kept`: thanked for, and not taken back. `nothing`: the screen said that nothing is recorded, or never
   * thanked. `unsure`: a plug was pulled before anything was said.
   */
  readonly became: "kept" | "nothing" | "unsure";
  /** Answers after which the screen went on. */
  readonly answers: number;
  /** An answer given as the plug was pulled. */
  readonly unsureAnswers: number;
}

/** Who asked that nothing of theirs is recorded any more. */
export interface Withdrawn {
  readonly card: string;
  /** Their screen said that it is so; else a plug was pulled before. */
  readonly isConfirmed: boolean;
}

export interface Range {
  readonly least: number;
  readonly most: number;
}

/** What must be found of one card when all has come to rest. */
export type Expected =
  /** Scans and answers on the proxy's disk. */
  | { readonly type: "visits"; readonly scans: Range; readonly answers: Range }
  /** Whatever was there was cleared, and nothing came after. */
  | { readonly type: "withdrawn" }
  /** It may have withdrawn: nothing can be asked of it. */
  | { readonly type: "anything" };

/** Where updates of a card were found. */
export interface Found {
  readonly scans: number;
  readonly answers: number;
  /** Values that Target was sent, oldest call first. */
  readonly calls: readonly (readonly string[])[];
  /** Whether Target's profile says anything about visits by now. */
  readonly isInTarget: boolean;
}

/** What a kiosk owes its shoppers, by card. */
export function expectations(
  visits: readonly LivedVisit[],
  withdrawals: readonly Withdrawn[],
): ReadonlyMap<string, Expected> {
  const expected = new Map<string, Expected>();
  for (const visit of visits) {
    const before = expected.get(visit.card);
    const scans = before?.type === "visits" ? before.scans : NONE;
    const answers = before?.type === "visits" ? before.answers : NONE;
    expected.set(visit.card, {
      type: "visits",
      scans: sum(scans, scansOf(visit)),
      answers: sum(answers, answersOf(visit)),
    });
  }
  for (const { card, isConfirmed } of withdrawals) {
    const isKnown = expected.get(card)?.type === "withdrawn";
    if (!isKnown) expected.set(card, { type: isConfirmed ? "withdrawn" : "anything" });
  }
  return expected;
}

const NONE: Range = { least: 0, most: 0 };

function scansOf({ became }: LivedVisit): Range {
  return { least: became === "kept" ? 1 : 0, most: became === "nothing" ? 0 : 1 };
}

function answersOf({ became, answers, unsureAnswers }: LivedVisit): Range {
  if (became === "nothing") return NONE;
  return { least: became === "kept" ? answers : 0, most: answers + unsureAnswers };
}

function sum(a: Range, b: Range): Range {
  return { least: a.least + b.least, most: a.most + b.most };
}

/** What is found of a card and should not be, or the other way round; in words, without its number. */
export function brokenPromises(expected: Expected, found: Found): readonly string[] {
  switch (expected.type) {
    case "anything":
      return [];
    case "withdrawn":
      return brokenWithdrawal(found);
    case "visits":
      return brokenVisits(expected, found);
  }
}

function brokenVisits(
  { scans, answers }: Extract<Expected, { type: "visits" }>,
  found: Found,
): readonly string[] {
  const broken: string[] = [];
  const hold = (what: string, { least, most }: Range, there: number): void => {
    if (there < least) broken.push(`${there} of ${least} ${what} arrived`);
    if (there > most) broken.push(`${there} ${what} arrived of ${most} that may have`);
  };
  hold("scans", scans, found.scans);
  hold("answers", answers, found.answers);
  if (scans.least > 0 && !found.isInTarget) broken.push("Target knows nothing of it");
  if (scans.most === 0 && found.calls.length > 0) {
    broken.push("Target was told of what must never leave");
  }
  return broken;
}

/** What an attribute is overwritten with after a withdrawal. Source: README, `CLEARED_VALUES`. */
const CLEARED = "-";

function brokenWithdrawal({ calls, isInTarget }: Found): readonly string[] {
  const clears = calls.map((values) => values.every((value) => value === CLEARED));
  const first = clears.indexOf(true);
  return [
    ...(isInTarget ? ["Target still knows of who withdrew"] : []),
    ...(first !== -1 && clears.slice(first).includes(false)
      ? ["Target was told of a visit after the withdrawal"]
      : []),
  ];
}

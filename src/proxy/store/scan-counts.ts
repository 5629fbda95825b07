import { addArrivals } from "./arrivals.ts";
import { storedJsonIf } from "./stored-json.ts";
import type { Tx } from "./sql.ts";
import type { VisitorState } from "./visitor-state.ts";

// What became of every scan taken in (rule UN1): counted by day and fate, and moved from one fate to
// another in the transaction that decides it, so that the fates always sum to all scans.

/**
 * - `applied`: Target showed it, or acknowledged it for a visitor seen there before.
 * - `waiting`: on its way, or its visitor is looked for.
 * - `unknown`: Target did not have its visitor for the whole of the term.
 * - `refused`: Target would not have it.
 */
export type ScanFate = "applied" | "waiting" | "unknown" | "refused";

export type ScanShares = Readonly<Record<ScanFate, number>>;

/** What the open scans of a visitor count as. */
export function fateOf(state: VisitorState): Exclude<ScanFate, "applied"> {
  if (state === "unknown") return "unknown";
  return state === "dead" ? "refused" : "waiting";
}

/** Scans of one visitor that are not applied yet: day, how many, and the newest version among them. */
export type OpenScans = readonly (readonly [day: number, scans: number, version: number])[];

export const NO_SCANS = "[]";

const DAY_MS = 86_400_000;

/** Days since 1970 in UTC. */
export function dayOf(effectiveMs: number): number {
  return Math.floor(effectiveMs / DAY_MS);
}

/**
 * None where the row is damaged: those scans stay counted as what they were, so that the fates still
 * sum to all scans, and nothing that is owed, asked or withdrawn stops at it.
 */
export function openScansFrom(text: string): OpenScans {
  return text === NO_SCANS ? [] : (storedJsonIf(text, isOpenScans) ?? []);
}

function isOpenScans(value: unknown): value is OpenScans {
  return (
    Array.isArray(value) &&
    value.every((each: unknown) => Array.isArray(each) && each.length === 3 && each.every(isCount))
  );
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

/** One line a day, whatever is added: a visitor who is scanned for a year has 365 at most. */
export function addScan(open: OpenScans, day: number, version: number): OpenScans {
  const known = open.find(([each]) => each === day);
  if (known === undefined) return [...open, [day, 1, version] as const];
  return open.map((line) =>
    line === known ? ([day, known[1] + 1, Math.max(known[2], version)] as const) : line,
  );
}

/** Those that `version` covers whole, and the others. */
export function splitAt(
  open: OpenScans,
  version: number,
): { readonly covered: OpenScans; readonly rest: OpenScans } {
  return {
    covered: open.filter(([, , newest]) => newest <= version),
    rest: open.filter(([, , newest]) => newest > version),
  };
}

/** What is to be added to the counts, gathered over one transaction. */
export interface ScanTally {
  readonly add: (fate: ScanFate, day: number, scans: number) => void;
  readonly move: (open: OpenScans, from: ScanFate, to: ScanFate) => void;
  /** One more visitor owes Target something, as of `atMs`: the same for the whole transaction. */
  readonly arrive: (atMs: number) => void;
  readonly save: (tx: Tx) => Promise<void>;
}

export function createScanTally(): ScanTally {
  const changes = new Map<string, readonly [day: number, fate: ScanFate, scans: number]>();
  let arrived = 0;
  let arrivedMs = 0;
  const add = (fate: ScanFate, day: number, scans: number) => {
    const key = `${day} ${fate}`;
    changes.set(key, [day, fate, (changes.get(key)?.[2] ?? 0) + scans]);
  };
  return {
    add,
    move: (open, from, to) => {
      for (const [day, scans] of open) {
        add(from, day, -scans);
        add(to, day, scans);
      }
    },
    arrive: (atMs) => {
      arrived += 1;
      arrivedMs = atMs;
    },
    save: async (tx) => {
      const rows = [...changes.values()].filter(([, , scans]) => scans !== 0);
      changes.clear();
      await addArrivals(tx, arrivedMs, arrived);
      arrived = 0;
      if (rows.length === 0) return;
      // In one order always, so that two replicas never wait for each other in a ring.
      await tx.runMany(
        `INSERT INTO scan_count (day, fate, scans) VALUES ($1, $2, $3)
         ON CONFLICT (day, fate) DO UPDATE SET scans = scan_count.scans + excluded.scans`,
        rows.toSorted(([a, x], [b, y]) => a - b || (x < y ? -1 : 1)),
      );
    },
  };
}

/** Moves scans from one fate to another at once. */
export async function moveScans(
  tx: Tx,
  open: OpenScans,
  from: ScanFate,
  to: ScanFate,
): Promise<void> {
  const tally = createScanTally();
  tally.move(open, from, to);
  await tally.save(tx);
}

/** Forgets scans of which nothing may be kept: they count nowhere from here on. */
export async function uncountScans(tx: Tx, open: OpenScans, fate: ScanFate): Promise<void> {
  const tally = createScanTally();
  for (const [day, scans] of open) tally.add(fate, day, -scans);
  await tally.save(tx);
}

/** What became of the scans that took effect on `sinceDay` or later. */
export async function scanShares(tx: Tx, sinceDay: number): Promise<ScanShares> {
  const rows = await tx.all<{ fate: ScanFate; scans: number }>(
    `SELECT fate, CAST(sum(scans) AS BIGINT) AS scans FROM scan_count
     WHERE day >= $1 GROUP BY fate`,
    [sinceDay],
  );
  const shares = { applied: 0, waiting: 0, unknown: 0, refused: 0 };
  for (const { fate, scans } of rows) shares[fate] = scans;
  return shares;
}

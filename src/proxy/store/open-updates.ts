import { storedJsonIf } from "./stored-json.ts";

/** Updates of one visitor that are not applied yet: where, what and when, how many, and the newest version among them. */
export type OpenUpdates = readonly OpenLine[];

export type OpenLine = readonly [
  hour: number,
  storeId: string,
  question: string,
  updates: number,
  version: number,
];

/** What a scan counts as, among the questions. */
export const SCAN = "";

export const NO_UPDATES = "[]";

const HOUR_MS = 3_600_000;

/** Hours since 1970. */
export function hourOf(effectiveMs: number): number {
  return Math.floor(effectiveMs / HOUR_MS);
}

export function dayOfHour(hour: number): number {
  return Math.floor(hour / 24);
}

/** None where the row is damaged: those updates stay counted as what they were. */
export function openUpdatesFrom(text: string): OpenUpdates {
  return text === NO_UPDATES ? [] : (storedJsonIf(text, areLines) ?? []);
}

function areLines(value: unknown): value is OpenUpdates {
  return (
    Array.isArray(value) &&
    value.every((line: unknown) => {
      if (!Array.isArray(line) || line.length !== 5) return false;
      const [hour, storeId, question, updates, version]: readonly unknown[] = line;
      return (
        typeof storeId === "string" &&
        typeof question === "string" &&
        [hour, updates, version].every((each) => Number.isSafeInteger(each) && Number(each) >= 0)
      );
    })
  );
}

/** One line an hour, store and question, whatever is added. */
export function addUpdate(
  open: OpenUpdates,
  { effectiveMs, storeId, question }: CountedUpdate,
  version: number,
): OpenUpdates {
  const hour = hourOf(effectiveMs);
  const known = open.find(
    (line) => line[0] === hour && line[1] === storeId && line[2] === question,
  );
  if (known === undefined) return [...open, [hour, storeId, question, 1, version] as const];
  return open.map((line) =>
    line === known
      ? ([hour, storeId, question, known[3] + 1, Math.max(known[4], version)] as const)
      : line,
  );
}

/** Where an update counts. */
export interface CountedUpdate {
  readonly effectiveMs: number;
  /** Of the kiosk that sent it. */
  readonly storeId: string;
  /** The attribute an answer wrote, or `SCAN`. */
  readonly question: string;
}

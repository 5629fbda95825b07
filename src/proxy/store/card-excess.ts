import { createHash } from "node:crypto";
import type { EntryHeader } from "../../contract/entry.ts";
import type { Update } from "../../contract/update.ts";
import { datedMs, type SegmentDating } from "../../domain/effective-time.ts";
import type { StoreLimits } from "./limits.ts";
import type { Tx } from "./sql.ts";

/** What is looked at of an update: whose, on which occasion, captured when. */
export interface Capture {
  /** The store's name of the visitor. */
  readonly visitor: string;
  readonly occasion: Update["occasion"];
  readonly header: EntryHeader;
  readonly dating: SegmentDating;
}

export interface JudgedCapture {
  /** `no-room`: it should be held, and no more of this kiosk is. */
  readonly fate: "merge" | "hold" | "no-room";
  /** Name of the minute of capture it counts in. */
  readonly minute: string;
}

/** Finds, for one batch, what is beyond the distinct cards a minute of capture may bring (rule CD2). */
export type JudgeCapture = (capture: Capture) => Promise<JudgedCapture>;

interface Minute {
  readonly merged: Set<string>;
  /** Held or discarded. */
  readonly held: Set<string>;
}

const MINUTE_MS = 60_000;

/** Ours: a question is answered within ten minutes of the scan, or never. */
const VISIT_MINUTES = 10;

/**
 * Counts by what the clocks say of the capture, before neighbours and receipt bound it: those bounds
 * may put a day's captures into one moment. Where a segment cannot be dated, by its own monotonic
 * clock. By who sends, not by who is said to have captured: the signature proves only the one.
 *
 * A card that was merged in a minute is no further one there, and one that was held stays so. An answer
 * goes with the visit it belongs to, whatever its own minute holds.
 */
export function createCardExcess(tx: Tx, senderId: string, limits: StoreLimits): JudgeCapture {
  const minutes = new Map<string, Minute>();
  /** By what they count: hashed once a batch, not once an update. */
  const clocks = new Map<string, string>();
  let heldInAll: number | undefined;

  const load = async (name: string): Promise<Minute> => {
    const known = minutes.get(name);
    if (known !== undefined) return known;
    const rows = await tx.all<{ visitor: string; verdict: string }>(
      "SELECT visitor, verdict FROM journal WHERE capture_minute = $1",
      [name],
    );
    const visitorsWhere = (wasMerged: boolean) =>
      new Set(rows.filter((row) => isMerged(row.verdict) === wasMerged).map((row) => row.visitor));
    const minute = { merged: visitorsWhere(true), held: visitorsWhere(false) };
    minutes.set(name, minute);
    return minute;
  };

  const hold = async (minute: Minute, visitor: string): Promise<JudgedCapture["fate"]> => {
    heldInAll ??= await countHeld(tx, senderId);
    if (heldInAll >= limits.heldPerDevice) return "no-room";
    heldInAll += 1;
    minute.held.add(visitor);
    return "hold";
  };

  /** The minute of the visit that an answer belongs to, if it is known. */
  const visitOf = async (visitor: string, first: string, last: string) => {
    const rows = await tx.all<{ capture_minute: string }>(
      `SELECT capture_minute FROM journal
       WHERE capture_minute BETWEEN $1 AND $2 AND visitor = $3
       ORDER BY capture_minute DESC LIMIT 1`,
      [first, last, visitor],
    );
    const names = [...minutes]
      .filter(([name, { merged, held }]) => {
        return name >= first && name <= last && (merged.has(visitor) || held.has(visitor));
      })
      .map(([name]) => name);
    return [...names, ...rows.map((row) => row.capture_minute)].toSorted().at(-1);
  };

  return async ({ visitor, occasion, header, dating }) => {
    const { scope, number } = minuteOf(senderId, header, dating);
    const clock = clocks.get(scope) ?? clockOf(scope);
    clocks.set(scope, clock);
    const own = nameOf(clock, number);
    const name =
      occasion === "answer"
        ? ((await visitOf(visitor, nameOf(clock, number - VISIT_MINUTES), own)) ?? own)
        : own;
    const minute = await load(name);
    const isMergedHere = minute.merged.has(visitor);
    const hasRoom = !minute.held.has(visitor) && minute.merged.size < limits.cardsPerMinute;
    if (!isMergedHere && !hasRoom) return { fate: await hold(minute, visitor), minute: name };
    minute.merged.add(visitor);
    return { fate: "merge", minute: name };
  };
}

function isMerged(verdict: string): boolean {
  return verdict === "accepted" || verdict === "superseded";
}

async function countHeld(tx: Tx, deviceId: string): Promise<number> {
  const rows = await tx.all<{ n: number }>(
    "SELECT count(*) AS n FROM held_update WHERE device_id = $1",
    [deviceId],
  );
  return rows[0]?.n ?? 0;
}

/** Which minute on which clock: the proxy's, or that of a segment nobody can date. */
function minuteOf(senderId: string, header: EntryHeader, dating: SegmentDating) {
  const isDated = dating.type !== "undated";
  const atMs = isDated ? datedMs(header, dating) : header.monoMs;
  return {
    scope: isDated ? senderId : `${senderId} ${header.segment}`,
    number: Math.max(0, Math.floor(atMs / MINUTE_MS)),
  };
}

/** Ours: hex characters that tell any two clocks apart. */
const SCOPE_LENGTH = 16;
/** Ours: digits for every minute until the year 9999, so that names sort as minutes do. */
const NUMBER_LENGTH = 10;

function clockOf(scope: string): string {
  return createHash("sha256").update(scope).digest("hex").slice(0, SCOPE_LENGTH);
}

function nameOf(clock: string, number: number): string {
  return clock + String(Math.max(0, number)).padStart(NUMBER_LENGTH, "0");
}

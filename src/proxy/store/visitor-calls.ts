import { storedJsonIf } from "./stored-json.ts";
import type { Tx } from "./sql.ts";

// The last calls that Target acknowledged for a visitor: what a journey tells of them (rule OP4).
// Written by the forwarder's pace, never while updates are taken in. Names no value and no attribute.

/**
 * Times in milliseconds since 1970; 0 where it is not known, or did not happen yet. Never acknowledged is
 * what was given up in place of a call.
 */
export type VisitorCall = readonly [
  version: number,
  sentMs: number,
  acknowledgedMs: number,
  appliedMs: number,
];

/** Ours: more than anybody asks about, and a row stays small. */
export const MAX_CALLS = 10;

const NO_CALLS = "[]";

/** None where the row is damaged: what was there is a help to people, and nothing rests on it. */
export function callsFrom(text: string): readonly VisitorCall[] {
  return text === NO_CALLS ? [] : (storedJsonIf(text, areCalls) ?? []);
}

function areCalls(value: unknown): value is readonly VisitorCall[] {
  return (
    Array.isArray(value) &&
    value.every((call: unknown) => Array.isArray(call) && call.length === 4 && call.every(isMs))
  );
}

function isMs(value: unknown): boolean {
  return Number.isFinite(value) && Number(value) >= 0;
}

/** A call was acknowledged, with everything up to `version` in it. */
export async function noteCall(
  tx: Tx,
  visitor: string,
  calls: string,
  {
    version,
    sentMs = 0,
    atMs,
  }: {
    readonly version: number;
    readonly sentMs?: number | undefined;
    readonly atMs: number;
  },
): Promise<void> {
  const call: VisitorCall = [version, sentMs, atMs, 0];
  await saveCalls(tx, visitor, [call, ...callsFrom(calls)].slice(0, MAX_CALLS));
}

/** The calls as they are stored, after what a dead letter owed up to `version` was given up. */
export function withGivenUp(calls: string, version: number): string {
  const givenUp: VisitorCall = [version, 0, 0, 0];
  return JSON.stringify([givenUp, ...callsFrom(calls)].slice(0, MAX_CALLS));
}

export function isGivenUp([, , acknowledgedMs]: VisitorCall): boolean {
  return acknowledgedMs === 0;
}

/** What was acknowledged up to `version` counts as applied. */
export async function noteApplied(
  tx: Tx,
  visitor: string,
  calls: string,
  version: number,
  atMs: number,
): Promise<void> {
  const before = callsFrom(calls);
  if (!before.some((call) => isNewlyApplied(call, version))) return;
  const after = before.map((call): VisitorCall => {
    if (!isNewlyApplied(call, version)) return call;
    return [call[0], call[1], call[2], atMs];
  });
  await saveCalls(tx, visitor, after);
}

function isNewlyApplied(call: VisitorCall, version: number): boolean {
  const [sent, , , appliedMs] = call;
  return sent <= version && appliedMs === 0 && !isGivenUp(call);
}

async function saveCalls(tx: Tx, visitor: string, calls: readonly VisitorCall[]): Promise<void> {
  await tx.run("UPDATE visitor SET calls = $2 WHERE visitor = $1", [
    visitor,
    JSON.stringify(calls),
  ]);
}

import type { Scan } from "./fleet-kiosk.ts";
import type { RecordedCall } from "./target-recorder.ts";

/** All that is left of a fleet's days when everything has come to rest. */
export interface Evidence {
  /** What receipts called taken in. */
  readonly acknowledged: readonly Scan[];
  readonly journal: readonly JournalledUpdate[];
  /** What Target's profile of a card says, by attribute. */
  readonly profileOf: (card: string) => Readonly<Record<string, string>>;
  readonly calls: readonly RecordedCall[];
  /** When calls arrived, on Target's clock. */
  readonly arrivedMs: readonly number[];
  /** What the database wrote down as acknowledged by Target. */
  readonly settled: readonly SettledValue[];
  readonly allowed: number;
  readonly spacingMs: number;
}

export interface JournalledUpdate {
  readonly id: string;
  readonly effectiveMs: number;
}

export interface SettledValue {
  /** The card. */
  readonly visitor: string;
  readonly name: string;
  readonly value: string;
  /** Real time, in milliseconds since 1970. */
  readonly atRealMs: number;
}

/** How often each promise was broken; all 0 is what is promised. */
export interface Verdicts {
  /** Acknowledged, and not in the journal, or with another effective time than its capture (IN1, CL1). */
  readonly lostHere: number;
  /** Attributes whose newest acknowledged value is not in Target (IN1, MG1). */
  readonly lostThere: number;
  /** Updates that the journal has twice (IN3). */
  readonly mergedTwice: number;
  /** Calls that began before the one before it for the same visitor had ended, or within the spacing (FW2). */
  readonly tooClose: number;
  /** Calls above the allowance in the fullest 24 hours (QT1). */
  readonly overshoot: number;
  /** Calls with content that the database knew to be acknowledged by Target when they began (FW1). */
  readonly repeated: number;
}

export const KEPT: Verdicts = {
  lostHere: 0,
  lostThere: 0,
  mergedTwice: 0,
  tooClose: 0,
  overshoot: 0,
  repeated: 0,
};

export function judge(evidence: Evidence): Verdicts {
  return {
    lostHere: lostHere(evidence),
    lostThere: lostThere(evidence),
    mergedTwice: evidence.journal.length - new Set(evidence.journal.map(({ id }) => id)).size,
    tooClose: tooClose(evidence),
    overshoot: Math.max(0, fullestDay(evidence.arrivedMs) - evidence.allowed),
    repeated: repeated(evidence),
  };
}

function lostHere({ acknowledged, journal }: Evidence): number {
  const effective = new Map(journal.map(({ id, effectiveMs }) => [id, effectiveMs]));
  return acknowledged.filter(({ id, capturedMs }) => effective.get(id) !== capturedMs).length;
}

function lostThere({ acknowledged, profileOf }: Evidence): number {
  const newest = new Map<string, Scan>();
  for (const scan of acknowledged) {
    const key = `${scan.card} ${scan.name}`;
    const other = newest.get(key);
    if (other === undefined || isNewer(scan, other)) newest.set(key, scan);
  }
  return [...newest.values()].filter(({ card, name, value }) => profileOf(card)[name] !== value)
    .length;
}

/** Rule MG1, written down once more: this is what it is held against. */
function isNewer(a: Scan, b: Scan): boolean {
  if (a.capturedMs !== b.capturedMs) return a.capturedMs > b.capturedMs;
  if (a.epoch !== b.epoch) return a.epoch > b.epoch;
  return a.seq > b.seq;
}

function tooClose({ calls, spacingMs }: Evidence): number {
  const byVisitor = Map.groupBy(calls, ({ visitor }) => visitor);
  let found = 0;
  for (const ofOne of byVisitor.values()) {
    const inOrder = ofOne.toSorted((a, b) => a.began - b.began);
    for (const [index, call] of inOrder.entries()) {
      const earlier = inOrder.slice(0, index);
      const isClose = earlier.some(
        ({ ended, beganMs }) => ended > call.began || call.beganMs - beganMs < spacingMs,
      );
      if (isClose) found += 1;
    }
  }
  return found;
}

const DAY_MS = 86_400_000;

/** Most calls in any window of 86,400 seconds. */
export function fullestDay(arrivedMs: readonly number[]): number {
  const inOrder = arrivedMs.toSorted((a, b) => a - b);
  let fullest = 0;
  let first = 0;
  for (const [index, atMs] of inOrder.entries()) {
    while (atMs - inOrder[first]! >= DAY_MS) first += 1;
    fullest = Math.max(fullest, index - first + 1);
  }
  return fullest;
}

/**
 * Calls with content that an earlier one had, whether or not anybody had written down what came of
 * that: mostly those that a kill or a lost answer made necessary (rule FW1).
 */
export function sentAgain(calls: readonly RecordedCall[]): number {
  const sent = new Set<string>();
  return calls.filter(({ visitor, attributes }) => {
    const contents = Object.entries(attributes).map((each) => `${visitor} ${each.join(" ")}`);
    const isAgain = contents.some((content) => sent.has(content));
    for (const content of contents) sent.add(content);
    return isAgain;
  }).length;
}

function repeated({ calls, settled }: Evidence): number {
  const knownMs = new Map<string, number>();
  for (const { visitor, name, value, atRealMs } of settled) {
    const key = `${visitor} ${name} ${value}`;
    knownMs.set(key, Math.min(knownMs.get(key) ?? Infinity, atRealMs));
  }
  const isKnown = (call: RecordedCall) =>
    Object.entries(call.attributes).some(([name, value]) => {
      const atRealMs = knownMs.get(`${call.visitor} ${name} ${value}`) ?? Infinity;
      return call.beganRealMs > atRealMs;
    });
  return calls.filter(isKnown).length;
}

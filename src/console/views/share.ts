import type { Outcomes } from "../../contract/admin.ts";
import type { Fate } from "../words.ts";
import type { Saying } from "./saying.ts";

/** In the order in which they are read, and stand on each other in a bar. */
export const FATES: readonly Fate[] = ["applied", "waiting", "unknown", "refused"];

export interface SharePart {
  readonly fate: Fate;
  readonly name: string;
  readonly meaning: string;
  readonly scans: string;
  readonly share: string;
  /** Of the whole, from 0 to 1. */
  readonly fraction: number;
}

/** The first number: what share of the scans is where it should be, and where the others are. */
export interface ShareView {
  readonly isEmpty: boolean;
  /** `98.6%`. */
  readonly applied: string;
  /** `of 84,102 scans are in Target`. */
  readonly whole: string;
  readonly parts: readonly SharePart[];
}

export function shareView(scans: Outcomes, { words, formats }: Saying): ShareView {
  const total = totalOf(scans);
  return {
    isEmpty: total === 0,
    applied: formats.share(scans.applied, total),
    whole: words.scans.whole(formats.count(total)),
    parts: FATES.map((fate) => ({
      fate,
      name: words.scans.fate[fate],
      meaning: words.scans.meaning[fate],
      scans: formats.count(scans[fate]),
      share: formats.share(scans[fate], total),
      fraction: total === 0 ? 0 : scans[fate] / total,
    })),
  };
}

export function totalOf(scans: Outcomes): number {
  return scans.applied + scans.waiting + scans.unknown + scans.refused;
}

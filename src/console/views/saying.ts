import { inUnits, type Formats } from "../formats.ts";
import type { Words } from "../words.ts";

/** What a view model is written with: a language and its numbers. */
export interface Saying {
  readonly words: Words;
  readonly formats: Formats;
}

/** A name and a figure of a list of them. */
export interface Row {
  readonly name: string;
  readonly value: string;
  /** The metric that says the same, where one does; without labels, the sum over them (rule CO2). */
  readonly metric?: string;
}

/** `6 min`. */
export function lengthIn(words: Words, lengthMs: number): string {
  const { number, unit } = inUnits(lengthMs);
  return words.length(number, unit);
}

/** What stands where there is nothing to say. */
export const NONE = "–";

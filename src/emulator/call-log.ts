import type { VisitorId } from "../domain/visitor-id.ts";

/** One update call as Target saw it. */
export interface Call {
  /** Moment of arrival on Target's clock, ISO 8601 and milliseconds since 1970. */
  readonly at: string;
  readonly atMs: number;
  readonly method: "GET" | "POST";
  /** Absent when the call named nobody, or two at once. */
  readonly visitor?: VisitorId;
  readonly attributes: Readonly<Record<string, string>>;
  /**
   * - `known`: takes effect after the propagation delay.
   * - `unknown`: acknowledged all the same, and dropped.
   * - `refused`: answered otherwise, and without effect.
   */
  readonly effect: "known" | "unknown" | "refused";
}

/** Ours: the calls of a long benchmark still fit in memory. */
export const MAX_CALLS = 100_000;

/** Calls in the order they arrived, the newest 100,000 of them. */
export interface CallLog {
  readonly add: (call: Call) => void;
  readonly list: () => readonly Call[];
  readonly clear: () => void;
}

export function createCallLog(): CallLog {
  let calls: Call[] = [];
  return {
    add: (call) => {
      calls.push(call);
      // Dropped in lumps, so that a full log does not cost a copy per call.
      if (calls.length > MAX_CALLS * 1.1) calls = calls.slice(-MAX_CALLS);
    },
    list: () => calls.slice(-MAX_CALLS),
    clear: () => {
      calls = [];
    },
  };
}

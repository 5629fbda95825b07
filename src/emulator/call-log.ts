import type { VisitorId } from "../domain/visitor-id.ts";

/** One update call as Target saw it. */
export interface Call {
  /** Moment of arrival on Target's clock, ISO 8601 and milliseconds since 1970. */
  readonly at: string;
  readonly atMs: number;
  readonly method: "GET" | "POST";
  /** Absent when the call named nobody, or two at once. */
  readonly visitor?: VisitorId;
  /** As they came, whatever was kept of them. */
  readonly attributes: Readonly<Record<string, string>>;
  /**
   * - `known`: takes effect after the propagation delay.
   * - `unknown`: acknowledged all the same, and dropped.
   * - `dropped`: acknowledged, the visitor is known, and yet nothing of it is kept.
   * - `refused`: answered otherwise, and without effect.
   */
  readonly effect: "known" | "unknown" | "dropped" | "refused";
  /** Why it was refused or dropped, or what was left out of it. */
  readonly note?: string;
}

/** Ours: the calls of a long benchmark still fit in memory. */
export const MAX_CALLS = 100_000;

/** Ours: characters of names and values; ordinary calls never come near it, 60 KB each would. */
export const MAX_TEXT = 100_000_000;

export interface CallQuery {
  /** Only calls later than this one; the first ever received is number 1. */
  readonly after?: number | undefined;
  readonly limit?: number | undefined;
  /** The id of a visitor, case-sensitive. */
  readonly visitor?: string | undefined;
}

export interface CallPage {
  readonly calls: readonly Call[];
  /** What to ask for next, as `after`. */
  readonly next: number;
}

/**
 * Calls in the order they arrived, the newest 100,000 of them; fewer only when their names and values
 * come to more than 100 million characters.
 */
export interface CallLog {
  /** The call as it lies in the log: its effect may still be learned. */
  readonly add: (call: Call) => LoggedCall;
  readonly list: () => readonly Call[];
  readonly find: (query: CallQuery) => CallPage;
  /** The newest few, newest first. */
  readonly newest: (count: number) => readonly Call[];
  readonly clear: () => void;
}

export interface LoggedCall {
  /** What happened to it later, when it was to be applied. */
  readonly learn: (effect: Call["effect"], note: string) => void;
}

export function createCallLog(maxText = MAX_TEXT): CallLog {
  let calls: Call[] = [];
  let text = 0;
  /** Calls received and no longer kept. */
  let forgotten = 0;

  const forget = (count: number) => {
    for (const call of calls.slice(0, count)) text -= textOf(call);
    calls = calls.slice(count);
    forgotten += count;
  };

  return {
    add: (call) => {
      const logged = { ...call };
      calls.push(logged);
      text += textOf(logged);
      // In lumps, so that a full log does not cost a copy per call.
      if (calls.length > MAX_CALLS * 1.1) forget(calls.length - MAX_CALLS);
      if (text > maxText) forget(Math.ceil(calls.length / 10));
      return { learn: (effect, note) => void Object.assign(logged, { effect, note }) };
    },
    list: () => calls.slice(-MAX_CALLS),
    find: ({ after = 0, limit = MAX_CALLS, visitor }) => {
      const found: Call[] = [];
      let index = Math.max(0, after - forgotten);
      for (; index < calls.length && found.length < limit; index += 1) {
        const call = calls[index]!;
        if (visitor === undefined || call.visitor?.value === visitor) found.push(call);
      }
      return { calls: found, next: forgotten + index };
    },
    newest: (count) => calls.slice(-count).toReversed(),
    clear: () => {
      forgotten += calls.length;
      calls = [];
      text = 0;
    },
  };
}

function textOf(call: Call): number {
  let length = 0;
  for (const [name, value] of Object.entries(call.attributes)) length += name.length + value.length;
  return length;
}

/**
 * Tells a visitor Target refuses from a Target that refuses everybody (rule FW5).
 *
 * A refusal is the visitor's own only if somebody else was delivered within the last minute, and not
 * many were refused since: where deliveries stop and refusals begin, it is not the visitors.
 */
export interface RefusalGuard {
  readonly delivered: (visitorKey: string, monoMs: number) => void;
  /** Takes note of a refusal, and tells whether it may be believed. */
  readonly isOwnFault: (visitorKey: string, monoMs: number) => boolean;
}

/** As rule FW5 says: another visitor was delivered in the same minute. */
const WITNESS_MS = 60_000;

/** Ours: so many in a row may be bad luck; more are a pattern. */
const MAX_IN_A_ROW = 3;

export function createRefusalGuard(): RefusalGuard {
  /** The last two visitors delivered: at least one of them is somebody else. */
  let witnesses: readonly { readonly visitorKey: string; readonly monoMs: number }[] = [];
  let refusedInARow = 0;
  return {
    delivered: (visitorKey, monoMs) => {
      const others = witnesses.filter((witness) => witness.visitorKey !== visitorKey);
      witnesses = [{ visitorKey, monoMs }, ...others].slice(0, 2);
      refusedInARow = 0;
    },
    isOwnFault: (visitorKey, monoMs) => {
      refusedInARow += 1;
      return (
        refusedInARow <= MAX_IN_A_ROW &&
        witnesses.some(
          (witness) => witness.visitorKey !== visitorKey && monoMs - witness.monoMs <= WITNESS_MS,
        )
      );
    },
  };
}

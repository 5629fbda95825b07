/**
 * Tells a visitor Target refuses from a Target that refuses everybody (rule FW5), by what all replicas
 * together have seen.
 *
 * A refusal is the visitor's own only if somebody else was delivered within the last minute, and not
 * many were refused since: where deliveries stop and refusals begin, it is not the visitors.
 */
export interface RefusalGuard {
  /** The last two visitors delivered, the newest first: at least one of them is somebody else. */
  readonly witnesses: readonly Witness[];
  readonly refusedInARow: number;
}

export interface Witness {
  /** From `markOf`. */
  readonly mark: string;
  /** Ledger time. */
  readonly atMs: number;
}

/**
 * Ours: 18 bits of a visitor's keyed hash. Enough to tell that somebody is another one, too few to
 * tell who it was: of a visitor who is erased nothing stays behind here. Two with the same mark count
 * as one, so a refusal is then believed later.
 */
const MARK_LENGTH = 3;

export function markOf(visitorKey: string): string {
  return visitorKey.slice(0, MARK_LENGTH);
}

/** As rule FW5 says: another visitor was delivered in the same minute. */
const WITNESS_MS = 60_000;

/** Ours: so many in a row may be bad luck; more are a pattern. */
const MAX_IN_A_ROW = 3;

export const NO_WITNESS: RefusalGuard = { witnesses: [], refusedInARow: 0 };

export function noteDelivered(guard: RefusalGuard, witness: Witness): RefusalGuard {
  const others = guard.witnesses.filter(({ mark }) => mark !== witness.mark);
  return { witnesses: [witness, ...others].slice(0, 2), refusedInARow: 0 };
}

export function noteRefused(guard: RefusalGuard): RefusalGuard {
  return { ...guard, refusedInARow: guard.refusedInARow + 1 };
}

/** Whether a refusal, noted already, may be believed. */
export function isOwnFault({ witnesses, refusedInARow }: RefusalGuard, refused: Witness): boolean {
  return (
    refusedInARow <= MAX_IN_A_ROW &&
    witnesses.some(({ mark, atMs }) => mark !== refused.mark && refused.atMs - atMs <= WITNESS_MS)
  );
}

/** Ours: how long a delivery need not be written down after another one was: the guard loses that much. */
const FRESH_MS = 5_000;

/** Whether noting one more delivery would say nothing new: it would cost a write for every call. */
export function isFreshlyWitnessed(
  { witnesses, refusedInARow }: RefusalGuard,
  atMs: number,
): boolean {
  return (
    refusedInARow === 0 &&
    witnesses.length === 2 &&
    witnesses.every((witness) => Math.abs(atMs - witness.atMs) <= FRESH_MS)
  );
}

import type { Entry, EntryHeader } from "../contract/entry.ts";
import type { KioskIncident } from "../contract/kiosk-incident.ts";
import type { Resend } from "../contract/resend.ts";
import type { Witness } from "../contract/witness.ts";
import type { ClockReading } from "../domain/effective-time.ts";
import type { PageClock } from "./held.ts";

/**
 * Updates this kiosk still owes the proxy, oldest first.
 *
 * An entry leaves only through `remove`, `setAside` or `takeBack`: the first two after the proxy has
 * answered, the third before anything was sent. A crash at any point leaves it to be sent again.
 */
export interface Outbox {
  /**
   * Numbers an update and keeps it. Resolves only when it would survive a power cut (rule OB1).
   *
   * Throws `OutboxFullError` when the disk or the high-water mark is reached, and letting go of what
   * is receipted did not help: nothing was kept, and nobody may be thanked (rule OB3). Throws `OutboxUnavailableError` when the database cannot be
   * opened.
   */
  readonly add: (draft: EntryDraft) => Promise<EntryHeader>;

  /**
   * The oldest entries that may be sent at `nowMs` (kiosk wall time), at most `limit` and about
   * `maxBytes` of bodies. Skips what is held, and what this life has found unreadable. Looking
   * changes nothing (rule OB2).
   */
  readonly peek: (ask: PeekAsk) => Promise<readonly Entry[]>;

  /**
   * Owes entries no longer that the proxy has on disk, by sequence number. They are kept for a while
   * to be asked for again (rule OB7), the oldest go; on a full disk they are simply deleted.
   *
   * @param receiptedMs proxy time of the receipt
   */
  readonly remove: (seqs: readonly number[], receiptedMs: number) => Promise<void>;

  /**
   * Owes again what was receipted and the proxy no longer knows (rule IN5): at most `MAX_RESEND`
   * entries, and of those only what is still kept. Says how many.
   */
  readonly oweAgain: (asked: Resend) => Promise<number>;

  /** Lets go of everything receipted; false when there was nothing. Works on a full disk. */
  readonly makeRoom: () => Promise<boolean>;

  /**
   * Moves refused entries, as they are, to where a person can look at them, and counts them. What
   * cannot be moved on a full disk stays and is skipped (rules OB3, OB4).
   */
  readonly setAside: (seqs: readonly number[], reason: string) => Promise<void>;

  /**
   * Takes back entries that nobody may have sent yet: all of them go, durably, and their numbers are
   * reported void; or, when one is gone or no longer held, none does, and it says so. `reading` is
   * asked inside the transaction: what a flush may have seen before is never called taken back.
   */
  readonly takeBack: (seqs: readonly number[], reading: () => ClockReading) => Promise<boolean>;

  /** Holds entries of this page until its monotonic clock says so; what is gone stays gone. */
  readonly holdUntil: (seqs: readonly number[], untilMonoMs: number) => Promise<void>;

  /**
   * Holds no longer what pages held that live no more, since nobody can take it back (rule PV5). Says
   * how many those were.
   *
   * @param living page lives, as segments name them
   */
  readonly releaseHeld: (living: ReadonlySet<string>) => Promise<number>;

  /** How many updates are owed, held ones included. */
  readonly depth: () => Promise<number>;

  /** What to tell the proxy about numbers given and numbers still here (rule OB5). */
  readonly witnesses: () => Promise<readonly Witness[]>;

  /** What was found wrong at opening and not yet told to the proxy. */
  readonly incidents: () => Promise<readonly KioskIncident[]>;

  /** The proxy has heard of the incidents given by the last `incidents()`. */
  readonly incidentsTold: (count: number) => Promise<void>;

  /** The proxy has seen a higher number of our epoch than we ever gave: we were rolled back. */
  readonly noteHighestSeq: (epoch: string, seq: number) => Promise<void>;

  readonly close: () => void;
}

/** What `add` completes with id, epoch and sequence number. */
export interface EntryDraft {
  readonly segment: string;
  readonly wallMs: number;
  readonly monoMs: number;
  readonly heldUntil: number;
  /** Makes the body once the header is known, so that sealing can bind the two together. */
  readonly seal: (header: UnsealedHeader) => Promise<SealedBody> | SealedBody;
}

export type UnsealedHeader = Omit<EntryHeader, "kid" | "enc">;

export interface SealedBody {
  readonly kid: string;
  readonly enc: string;
  readonly body: string;
}

export interface PeekAsk {
  readonly nowMs: number;
  /** Clocks of the page that asks or had it asked: they date its own holds (rule PV5). */
  readonly page?: PageClock;
  readonly limit: number;
  readonly maxBytes: number;
  /** Only what was numbered later: a flush goes through its entries once, in order. */
  readonly afterSeq?: number;
}

/** Nothing was kept because there is no room. */
export class OutboxFullError extends Error {
  override readonly name = "OutboxFullError";
}

/** Nothing was kept because the database could not be opened or written. */
export class OutboxUnavailableError extends Error {
  override readonly name = "OutboxUnavailableError";
}

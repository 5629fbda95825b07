import type { DeadLetterClass } from "../../contract/dead-letters.ts";

/** Dead letters put back as owed, and what is kept of the past for how long. */
export interface DeadLetterStore {
  /** How many there are of each class that has any. */
  readonly deadLettersByClass: () => Promise<DeadLetterCounts>;

  /**
   * Puts dead letters back as owed, their values and times untouched, oldest first: looks at
   * `order.limit` of them, from the one after `order.after`. Each is looked at in Target before it is
   * sent (rule FW6), and read back after; what is refused again is one dead letter again.
   */
  readonly redrive: (order: RedriveOrder) => Promise<RedrivePage>;

  /**
   * Gives up what has been a dead letter since before `beforeMs`, `limit` at a time: it is owed no more,
   * and its merge rows stay, so that nothing older can win. Never what clears a visitor who withdrew.
   * Gives how many there were.
   */
  readonly expireDeadLetters: (beforeMs: number, limit: number) => Promise<number>;

  /**
   * Deletes the journal's rows received before `beforeMs`, from the beginning of each outbox, about
   * `limit` at a time: gives where to go on, or nothing when all outboxes were looked at. What is held
   * for an operator stays. A number that comes later still, from before what was deleted, is dated
   * before it.
   */
  readonly trimJournal: (
    beforeMs: number,
    after: string,
    limit: number,
  ) => Promise<string | undefined>;
}

export type DeadLetterCounts = Readonly<Partial<Record<DeadLetterClass, number>>>;

export interface RedriveOrder {
  /** Only those of this class. */
  readonly class?: DeadLetterClass | undefined;
  /** Only the one that the list names so. */
  readonly id?: string | undefined;
  /** Only those set aside by then: what is refused again while this goes on is not taken up again. */
  readonly deadByMs: number;
  /** Proxy time. */
  readonly nowMs: number;
  readonly after?: DeadLetterCursor | undefined;
  /** Dead letters looked at in one go. */
  readonly limit: number;
  /** Put back at most. */
  readonly most: number;
}

export interface DeadLetterCursor {
  readonly deadMs: number;
  readonly visitorKey: string;
}

export interface RedrivePage {
  readonly redriven: number;
  /** Where to go on; nothing when all were looked at. */
  readonly next?: DeadLetterCursor | undefined;
}

import type { VisitorId } from "../../domain/visitor-id.ts";

/**
 * What the store knows of Target's profiles beyond what Target acknowledged (rule UN1): when a
 * visitor was last seen there, what a look is to find, and who is looked for.
 */
export interface ReadBackStore {
  /**
   * Leases the looks that are due, oldest first. A crash gives them out again when the lease ends.
   * Visitors with a call in flight are left for later.
   */
  readonly claimLooks: (ask: LooksAsk) => Promise<readonly LookClaim[]>;

  /** Ends a look. False, and no effect, when something else happened to the visitor meanwhile. */
  readonly settleLook: (ref: LookRef, settlement: LookSettlement) => Promise<boolean>;

  /**
   * A page of the members Target does not have and who are looked for, in the order of their keys, with
   * all that is known to be true of them. Never browsers. Looks at `limit` of them, and gives those who
   * have been missed long enough and were in no file lately.
   */
  readonly absentMembers: (ask: AbsentAsk) => Promise<AbsentPage>;

  /**
   * Remembers, before a file leaves that creates profiles, what it says of these members: as values
   * that may have reached Target (rules FW6, PV6), and looks for them from `dueMs` on. Gives those whose
   * rows may leave: who is still absent, and was not scanned, found, withdrawn or erased since.
   */
  readonly recordCreating: (order: CreationOrder) => Promise<readonly string[]>;
}

export interface AbsentAsk {
  /** The last key of the page before; the empty text for the first page. */
  readonly after: string;
  readonly limit: number;
  /** Missed for the first time no later than this. */
  readonly missedBeforeMs: number;
  /** In a file for the last time no later than this. */
  readonly createdBeforeMs: number;
}

export interface AbsentPage {
  readonly members: readonly AbsentMember[];
  /** Where to go on; nothing when all were looked at. */
  readonly next?: string | undefined;
}

export interface AbsentMember extends StateRef {
  readonly visitor: VisitorId;
  readonly attributes: ReadonlyMap<string, string>;
}

/** Names what was true of a visitor at one time. */
export interface StateRef {
  readonly visitorKey: string;
  /** Rises whenever anything about the visitor changes. */
  readonly version: number;
}

/**
 * From when a row of a file may leave until it has taken effect: so long it may speak after us.
 *
 * Source: "might take as long as 24 hours". Ours: two hours more for the upload and for a slow day.
 */
export const CREATED_WITHIN_MS = 26 * 3_600_000;

export interface CreationOrder {
  readonly members: readonly StateRef[];
  readonly atMs: number;
  /** When to look for them; those who were in a file after `createdBeforeMs` keep their time. */
  readonly dueMs: number;
  readonly createdBeforeMs: number;
}

/**
 * - `check`: did what was acknowledged take effect, and did it stay?
 * - `search`: is the visitor there by now?
 */
export type LookKind = "check" | "search";

export interface LooksAsk {
  readonly kind: LookKind;
  /** Proxy time, for what is due. */
  readonly nowMs: number;
  readonly leaseMs: number;
  readonly limit: number;
}

/** Names one lease of a look. */
export interface LookRef {
  readonly visitorKey: string;
  /** Rises whenever the look changes hands. */
  readonly lookFence: number;
  /** The visitor's own: rises with every call made for them. */
  readonly fence: number;
  /** And with every update taken in for them. */
  readonly version: number;
}

export interface LookClaim extends LookRef {
  readonly kind: LookKind;
  readonly visitor: VisitorId;
  /** What the profile should say. Only what nothing newer of ours has replaced since. */
  readonly expected: readonly ExpectedAttribute[];
  /** What the last look found under these names. */
  readonly seen: Readonly<Record<string, string>>;
  /** Looks in vain so far. */
  readonly tries: number;
  /** When the visitor was first missed, and last scanned; the later one begins the term. */
  readonly missedMs: number;
  /** When the visitor was last put into a file that creates profiles, if at all. */
  readonly createdMs?: number | undefined;
}

/** An attribute that went to Target and is to be looked for there. */
export interface SentAttribute {
  readonly name: string;
  readonly value: string;
  readonly effectiveMs: number;
  /** What stood there before our call, where somebody looked. */
  readonly before?: string | undefined;
}

export interface ExpectedAttribute extends SentAttribute {
  /** `sent`: acknowledged, not seen yet. `applied`: seen; it is looked at once more. */
  readonly phase: "sent" | "applied";
  readonly ackedMs: number;
  readonly dueMs: number;
  readonly tries: number;
  /** It was sent a second time already, and will not be sent a third. */
  readonly isAgain: boolean;
  /** Other values of ours that may have reached the profile. */
  readonly otherValues: readonly string[];
}

/** Why an attribute goes to Target once more. */
export type ResendReason = "reverted" | "not-applied";

export interface Resend {
  readonly name: string;
  readonly reason: ResendReason;
  /** What the profile went back to: no newer word of the site, whatever its time says. */
  readonly revertedTo?: string | undefined;
}

export type LookSettlement =
  /** The profile is there. `expected` is what remains to be seen; with none left all is applied. */
  | {
      readonly type: "seen";
      readonly atMs: number;
      readonly expected: readonly ExpectedAttribute[];
      readonly seen: Readonly<Record<string, string>>;
      readonly resend: readonly Resend[];
      /** Acknowledged twice and never shown: a dead letter, with the reason. */
      readonly givenUp: readonly string[];
    }
  /** Target has no such profile: the visitor is looked for from `dueMs` on. */
  | { readonly type: "absent"; readonly atMs: number; readonly dueMs: number }
  /** The visitor who was looked for is there: what is owed goes out. */
  | { readonly type: "found"; readonly atMs: number }
  /** Nobody came within the term: at rest until the next scan. */
  | { readonly type: "unknown"; readonly atMs: number }
  /** Target could not be asked. */
  | { readonly type: "later"; readonly dueMs: number };

/** What a claim needs to know to decide whether its call is to be read back. */
export interface ReadBackState {
  /** When Target was last seen to have the profile; 0 for never. */
  readonly confirmedMs: number;
  /** What is being sent was sent before, or its visitor was missing: look in any case. */
  readonly isAsked: boolean;
}

import type { KioskHealth } from "../../contract/kiosk-health.ts";
import type { HeartbeatReceipt, HeartbeatRequest } from "../../contract/heartbeat.ts";
import type {
  AuditedAct,
  DeadLetter,
  HeldMinute,
  HeldReceipt,
  Incident,
} from "../../contract/admin.ts";
import type { ConsentReceipt } from "../../contract/consent-receipts.ts";
import type { DeadLetterClass } from "../../contract/dead-letters.ts";
import type { EntryHeader } from "../../contract/entry.ts";
import type { ForwardingState } from "../../contract/forwarding.ts";
import type { IngestReceipt, Verdict } from "../../contract/ingest.ts";
import type { Device, Update } from "../../contract/update.ts";
import type { Withdrawal } from "../../contract/withdrawal.ts";
import type { ClockReading } from "../../domain/effective-time.ts";
import type { VisitorId } from "../../domain/visitor-id.ts";
import type { VisitorRecord } from "../privacy/privacy-log.ts";
import type { DeadLetterCounts, DeadLetterStore } from "./dead-letter-store.ts";
import type { DeviceStore } from "./device-store.ts";
import type { ForwardingStore } from "./forwarding-store.ts";
import type { HeldOrder } from "./held-rows.ts";
import type { HelpFigures, HelpStore } from "./help-store.ts";
import type {
  BacklogAge,
  BacklogLaneFigures,
  OperationsStore,
  ScanSlots,
} from "./operations-store.ts";
import type { OverflowStore } from "./overflow-store.ts";
import type { ReadBackState, ReadBackStore, SentAttribute } from "./read-back-store.ts";

/**
 * Everything the proxy must not forget: what came in, what is owed to Target, what may be spent.
 *
 * Visitors go in and come out by their ids; inside they are known by a keyed hash, and their ids lie
 * sealed. Every method is one transaction. It resolves only when that transaction would survive a power
 * cut, and it either happened whole or not at all. Arguments and results are plain data, so that an
 * engine may live in another thread.
 */
export interface Store
  extends
    DeviceStore,
    ReadBackStore,
    OverflowStore,
    ForwardingStore,
    DeadLetterStore,
    HelpStore,
    OperationsStore {
  /** Takes in one batch: dates, merges, journals, numbers, answers (rules CL1, MG1, IN1 to IN4). */
  readonly ingest: (batch: IngestBatch) => Promise<IngestResult>;

  /**
   * Notes that a kiosk lives, turns numbers that nobody has into a named incident (rule OB5), and
   * asks for those that only the kiosk still has (rule IN5).
   */
  readonly heartbeat: (
    beat: HeartbeatRequest,
    receiptMs: number,
    /** SHA-256 of the body in hex; tells a repeat from another heartbeat with the same nonce. */
    digest?: string,
    /** The sealing key the kiosk is told of, where there are older ones (rule IN6). */
    toldKid?: string,
  ) => Promise<HeartbeatResult>;

  /** Kiosks that may still have entries sealed to a key, and why (rule IN6). */
  readonly sealingHolders: (ask: HoldersAsk) => Promise<readonly KeyHolder[]>;

  /**
   * Seals anew what lies under an older storage key, `limit` visitors at a time: gives where to go
   * on, or nothing when all were looked at and the older keys are needed no more.
   */
  readonly reseal: (after: string, limit: number) => Promise<string | undefined>;
  /** Names of the storage keys that this store still needs. */
  readonly storageKids: () => Promise<readonly string[]>;

  /**
   * Leases visitors that owe Target something, and charges one call for each, in one transaction (rules
   * FW2, QT1, QT2): fresh scans first, while a call is left, then the backlog at the pace of the
   * allowance, oldest due first (rules QT3, QT4). Gives fewer than asked, or none, when little is due,
   * nobody's turn has come, an operator pauses, or Target fails: then one, the breaker's probe, to one
   * replica at a time (rule FT1).
   */
  readonly claim: (ask: ClaimAsk) => Promise<ClaimResult>;

  /** Charges one more call for a claim whose attributes need several. False when none is left. */
  readonly chargeAnother: (ask: ChargeAsk) => Promise<boolean>;

  /**
   * Remembers, before the call leaves, which values it carries: they are ours when a later look
   * finds them in the profile (rule FW6). False when the lease was lost; then nothing may leave.
   */
  readonly recordSending: (claim: ClaimRef, names: readonly string[]) => Promise<boolean>;

  /** Ends a claim. False, and no effect, when the lease was lost to somebody else meanwhile. */
  readonly settle: (claim: ClaimRef, settlement: Settlement) => Promise<boolean>;

  /**
   * Drops the ids of visitors not scanned since `beforeMs` that owe nothing, `limit` visitors at a
   * time: gives where to go on, or nothing when all were looked at. Who is scanned again gets the id
   * again.
   */
  readonly dropIds: (beforeMs: number, after: string, limit: number) => Promise<string | undefined>;

  /**
   * Withdraws or erases a visitor (rule PV6). From here on nothing of theirs is taken in, no call
   * not yet made leaves, and only clearing values go out; once Target acknowledged those, id and
   * values are gone, and after an erasure every row about the visitor, without a trace in the file
   * or its log.
   */
  readonly suppress: (order: Suppression) => Promise<Suppressed>;

  /** Names of a visitor's attributes that may have reached Target. */
  readonly sentAttributes: (visitorKey: string) => Promise<readonly string[]>;
  /** Every withdrawal and erasure ever heard of here. */
  readonly suppressions: () => Promise<readonly VisitorRecord[]>;
  /** Raises the incident that the log outside the database is behind; without words closes it. */
  readonly notePrivacyLog: (detail: string | undefined, atMs: number) => Promise<void>;

  /** The furthest ledger time ever used; undefined in a new store (rule QT1). */
  readonly ledgerTimeMs: () => Promise<number | undefined>;

  /** What waits for an operator (rule CD2); newest first, at most `limit` minutes. */
  readonly held: (limit: number) => Promise<readonly HeldMinute[]>;
  /** Merges what is held of a kiosk, `order.limit` updates at a time, as if it had just arrived. */
  readonly releaseHeld: (order: HeldOrder) => Promise<HeldReceipt>;
  /** Deletes it, `order.limit` updates at a time; its numbers stay received. */
  readonly discardHeld: (order: HeldOrder) => Promise<HeldReceipt>;

  /** Newest first, at most `limit`; of one store only, where it is given. */
  readonly incidents: (limit: number, storeId?: string) => Promise<readonly Incident[]>;
  /** Newest first, at most `limit`. */
  readonly deadLetters: (limit: number) => Promise<readonly DeadLetter[]>;

  /** Keeps a configuration as one that kiosks may have worked with. */
  readonly publishConfig: (config: PublishedConfig) => Promise<void>;
  /** All that were ever published, oldest first. */
  readonly publishedConfigs: () => Promise<readonly PublishedConfig[]>;
  /** Why updates were kept: of one visitor, or of all, a page at a time. */
  readonly receipts: (
    ask: ReceiptsAsk,
  ) => Promise<{ readonly receipts: readonly ConsentReceipt[]; readonly next?: ReceiptCursor }>;

  /** Adds one administrative act to the audit, which nothing is ever taken from. */
  readonly appendAudit: (act: AuditedAct) => Promise<void>;
  /** Newest first, at most `limit`. */
  readonly audit: (limit: number) => Promise<readonly AuditedAct[]>;

  /** The figures behind `/metrics`. `ledgerMs` is the ledger's time now. */
  readonly figures: (nowMs: number, ledgerMs: number) => Promise<StoreFigures>;
  /** Finishes what was begun and lets go of the files. */
  readonly close: () => Promise<void>;
}

export interface HoldersAsk {
  readonly kid: string;
  /** The key that kiosks seal to now. */
  readonly newestKid: string;
  readonly nowMs: number;
}

export interface KeyHolder {
  readonly deviceId: string;
  readonly storeId: string;
  readonly kioskId: string;
  /** In words. */
  readonly why: string;
}

/** A configuration as it was published. */
export interface PublishedConfig {
  readonly version: string;
  /** SHA-256 of `content`: one version may have been given to two contents. */
  readonly digest: string;
  /** JSON. */
  readonly content: string;
  readonly firstMs: number;
}

export interface ReceiptCursor {
  readonly epoch: string;
  readonly seq: number;
  readonly copy: number;
}

export interface ReceiptsAsk {
  readonly visitor?: VisitorId | undefined;
  readonly after?: ReceiptCursor | undefined;
  readonly limit: number;
}

export interface IngestBatch {
  readonly nonce: string;
  /** SHA-256 of the request body in hex: the same nonce with another digest is refused (IN4). */
  readonly digest: string;
  readonly device: Device;
  /** When it was paired: its first contact, where nothing else came of it since. */
  readonly pairedMs?: number | undefined;
  readonly clock: ClockReading;
  readonly receiptMs: number;
  readonly updates: readonly { readonly header: EntryHeader; readonly update: Update }[];
  /** Who asked at the kiosk that nothing more of theirs is recorded; the privacy log has them already. */
  readonly withdrawals?: readonly {
    readonly header: EntryHeader;
    readonly withdrawal: Withdrawal;
  }[];
  /** What an attribute of theirs is overwritten with, as in a `Suppression`. */
  readonly cleared?: Suppression["cleared"];
  /** Further withdrawals that came too fast from this kiosk, and wait on it (rule LM1). */
  readonly withdrawalsHeldBack?: number;
  /** Verdicts reached before the store was asked, for the same receipt. */
  readonly verdicts: readonly Verdict[];
  readonly unreadable: readonly number[];
  /** Names of keys that entries were sealed to and nobody here has (rule IN6). */
  readonly unknownKeys: readonly string[];
  /** Versions of configurations that updates were made under and nobody here published (rule CF1). */
  readonly unknownConfigs?: readonly string[];
}

export type IngestResult =
  | { readonly type: "stored"; readonly receipt: IngestReceipt }
  /** The same request again, byte for byte: the receipt it got then. */
  | { readonly type: "repeated"; readonly receipt: IngestReceipt }
  | { readonly type: "nonce-reused" }
  /** The kiosk is new, and no further one is kept; an incident says so. */
  | { readonly type: "limit-reached" };

/** What the kiosk is told, beside what every receipt says. */
export type Heard = { readonly receiptMs: number } & Pick<HeartbeatReceipt, "resend">;

/** The same heartbeat again changes nothing and is told the same (rule AU1). */
export type HeartbeatResult =
  | ({ readonly type: "heard" | "repeated" } & Heard)
  | { readonly type: "nonce-reused" };

export interface ChargeAsk {
  readonly ledgerMs: number;
  /** Longest a call may be on its way, in milliseconds: it counts from the end of that. */
  readonly maxCallMs: number;
  /** Calls allowed in any rolling 24 hours. */
  readonly allowed: number;
}

export interface ClaimAsk extends ChargeAsk {
  /** Proxy time, for what is due. */
  readonly nowMs: number;
  readonly leaseMs: number;
  readonly limit: number;
  /**
   * Proxy time from which an update's effective time makes its visitor fresh; `FRESH_MS` before now
   * unless given.
   */
  readonly freshFromMs?: number | undefined;
}

export interface ClaimResult {
  readonly claims: readonly Claim[];
  /** Ledger time at which more may be claimed, when the allowance or its pace held visitors back. */
  readonly freeAtLedgerMs?: number;
  /** Ledger time until which nothing is given out, when Target fails. */
  readonly heldUntilLedgerMs?: number;
  /** The one claim is the breaker's probe, of this number: how it ends must be told. */
  readonly probe?: number;
}

/** Names one lease. The fence rises with every claim of the visitor, so an old lease is recognised. */
export interface ClaimRef {
  /** The store's own name of the visitor: a keyed hash. */
  readonly visitorKey: string;
  readonly fence: number;
}

export interface Claim extends ClaimRef {
  readonly visitor: VisitorId;
  /** Version of the visitor's state that `attributes` shows. */
  readonly version: number;
  /** Failed attempts since the last success. */
  readonly attempts: number;
  readonly readBack: ReadBackState;
  /** What changed after the last acknowledged version. */
  readonly attributes: readonly ClaimedAttribute[];
  /** It was a dead letter: the profile is looked at first, however young it is. */
  readonly isRedriven?: boolean;
}

export interface ClaimedAttribute {
  readonly name: string;
  readonly value: string;
  readonly effectiveMs: number;
  /** Values of ours that may have reached the profile before, newest first. */
  readonly sentValues: readonly string[];
}

export type Settlement =
  /**
   * Target acknowledged everything up to `version`, `except` what was refused before it left: that is
   * set aside until something newer arrives. Not before `nextDueAtMs` again (rule FW2).
   */
  | {
      readonly type: "delivered";
      readonly version: number;
      /** When the first of its calls left, for a journey to tell. */
      readonly sentMs?: number;
      readonly atMs: number;
      readonly nextDueAtMs: number;
      readonly except?: {
        readonly names: readonly string[];
        readonly reason: string;
        readonly class?: DeadLetterClass | undefined;
      };
      /** When the profile is to be looked at, and for what; else it counts as applied (rule UN1). */
      readonly readBack?: {
        readonly dueMs: number;
        readonly sent: readonly SentAttribute[];
      };
      /** The profile was seen before the call. */
      readonly isConfirmed?: boolean;
    }
  /** Target has no such profile, and nothing was sent: the visitor is looked for (rule UN1). */
  | {
      readonly type: "absent";
      readonly atMs: number;
      /** When to look for the visitor. */
      readonly dueMs: number;
      readonly ledgerMs: number;
      readonly maxCallMs: number;
    }
  /** Every attribute was left out in favour of the site's: no call left, the charge is given back. */
  | {
      readonly type: "nothing-to-send";
      readonly version: number;
      readonly atMs: number;
      readonly ledgerMs: number;
      readonly maxCallMs: number;
    }
  /**
   * Come back at `dueAtMs`. `refund` only when the call provably never left (rule QT2).
   */
  | {
      readonly type: "unavailable";
      readonly dueAtMs: number;
      readonly refund?: { readonly ledgerMs: number; readonly maxCallMs: number };
    }
  /**
   * Refused for good: set aside until something newer arrives. `refund` only when it was refused here
   * and no call left (rule QT2).
   */
  | {
      readonly type: "refused";
      readonly reason: string;
      /** Target's own refusal where nothing else is said. */
      readonly class?: DeadLetterClass | undefined;
      readonly atMs: number;
      /** A call has left, and the next one not before this (rule FW2). */
      readonly nextDueAtMs?: number;
      readonly refund?: { readonly ledgerMs: number; readonly maxCallMs: number };
    };

export interface Suppression {
  readonly act: "withdraw" | "erase";
  /** The vault's hash of the visitor: all that is left of them where the order is kept. */
  readonly visitorKey: string;
  /** When given, also clears what was sent before the id was dropped. */
  readonly visitor?: VisitorId | undefined;
  /** When it was asked for, and now; proxy time. */
  readonly atMs: number;
  readonly nowMs: number;
  /** What may have reached Target, also where this database has not heard of it. */
  readonly attributes?: readonly string[] | undefined;
  /** What an attribute is overwritten with, by name; `*` for all others, else the empty text. */
  readonly cleared: Readonly<Record<string, string>>;
}

/** The attributes that are being overwritten in Target. */
export interface Suppressed {
  readonly clearing: readonly string[];
}

export interface StoreFigures extends ScanSlots {
  /** When they were read. */
  readonly atMs: number;
  readonly updatesByVerdict: Readonly<Record<string, number>>;
  /** Of the superseded ones, those that took effect too long ago. */
  readonly updatesTooOld: number;
  readonly visitorsWaiting: number;
  /** Age of the oldest waiting visitor in milliseconds; 0 when none waits. */
  readonly oldestWaitingMs: number;
  readonly deadLetters: number;
  readonly deadLettersByClass: DeadLetterCounts;
  readonly forwarding: ForwardingState;
  /** Not in Target, and looked for; and at rest after that was in vain. */
  readonly visitorsAbsent: number;
  readonly visitorsUnknown: number;
  /** The visitors that wait by lane, and by age: youngest first. Together they are all. */
  readonly lanes: { readonly fresh: BacklogLaneFigures; readonly backlog: BacklogLaneFigures };
  readonly ages: readonly BacklogAge[];
  /** Looks at profiles that are planned or due. */
  readonly looksWaiting: number;
  readonly openIncidents: number;
  /** By type, those without any left out. */
  readonly openIncidentsByType: Readonly<Record<string, number>>;
  readonly help: HelpFigures;
  /** Updates that wait for an operator. */
  readonly held: number;
  /** Visitors that came to owe Target something within the last hour. */
  readonly arrivedLastHour: number;
  /** Calls that count against the rolling 24 hours now. */
  readonly allowanceUsed: number;
  /** How many of them stop doing so in each of the next 24 hours. */
  readonly allowanceReleasedByHour: readonly number[];
  /** Those that may still send, or owe something that is not written off. */
  readonly kiosks: readonly KioskFigures[];
}

export interface KioskFigures {
  readonly deviceId: string;
  readonly storeId: string;
  readonly kioskId: string;
  readonly lastSeenMs: number;
  readonly owed: number;
  /** Of its last heartbeat; absent before the first one. */
  readonly appVersion?: string | undefined;
  readonly storagePersisted?: boolean | undefined;
  readonly clockOffsetMs?: number | undefined;
  readonly scannerSilent?: boolean | undefined;
  readonly health?: KioskHealth | undefined;
  readonly refusedScans?: Readonly<Record<string, number>> | undefined;
}

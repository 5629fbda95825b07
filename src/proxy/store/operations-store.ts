import type { JourneyStage } from "../../contract/journey.ts";
import type { VisitorId } from "../../domain/visitor-id.ts";
import type { ScanShares } from "./scan-counts.ts";
import type { VisitorState } from "./visitor-state.ts";

/** What people read of the store beside the figures. Nothing of it changes anything. */
export interface OperationsStore {
  /** What became of the updates that took effect on `sinceDay` (UTC, since 1970) or later. */
  readonly matchRate: (sinceDay: number, storeId?: string) => Promise<MatchCounts>;
  /** What one store sees of the figures (rule AD4). */
  readonly storeScans: (nowMs: number, storeId: string) => Promise<ScanSlots>;
  /** Calls charged in the last 48 hours of the ledger, oldest first, by the minute they count in. */
  readonly chargedCalls: (ledgerMs: number) => Promise<ChargedCalls>;
  /** How far the newest updates of a visitor came, newest first, at most `limit`. */
  readonly journey: (visitor: VisitorId, limit: number) => Promise<StoredJourney>;
}

/** What became of updates, by the store that sent them, and of answers by the attribute they write. */
export interface MatchCounts {
  readonly stores: readonly (ScanShares & { readonly storeId: string })[];
  readonly questions: readonly (ScanShares & { readonly attribute: string })[];
}

/** What became of the scans of an hour or a day that begins at `fromMs`, UTC. */
export type ScanSlot = ScanShares & { readonly fromMs: number };

/** What became of scans, in all and over time; slots without any are not left out. */
export interface ScanSlots {
  /** Of the last 7 days, UTC, today included: the sum of `days`. */
  readonly scans: ScanShares;
  /** The last 24 hours and the last 7 days, oldest first, the running ones included. */
  readonly hours: readonly ScanSlot[];
  readonly days: readonly ScanSlot[];
}

export interface ChargedCalls {
  /** The ledger's time: that of whoever asks, or of a replica that is ahead. */
  readonly ledgerMs: number;
  readonly minutes: readonly ChargedMinute[];
}

/** Calls that count until 24 hours after the end of a minute of ledger time. */
export interface ChargedMinute {
  readonly minute: number;
  readonly calls: number;
}

/** A visitor and the updates about them, as far as anything is kept. */
export interface StoredJourney {
  readonly visitorKey: string;
  readonly isSuppressed: boolean;
  /** Absent where nothing was ever owed to Target. */
  readonly visitor?: {
    readonly state: VisitorState;
    readonly reason?: string | undefined;
    readonly attempts: number;
    readonly dueMs: number;
    readonly confirmedMs: number;
  };
  readonly updates: readonly StoredJourneyUpdate[];
}

export interface StoredJourneyUpdate {
  readonly id: string;
  readonly storeId: string;
  readonly kioskId: string;
  readonly occasion: "scan" | "answer";
  /** The attribute an answer wrote; a scan's are those of its configuration. */
  readonly question?: string | undefined;
  readonly configVersion: string;
  readonly verdict: string;
  readonly stage: JourneyStage;
  readonly capturedMs: number;
  readonly storedMs: number;
  readonly sentMs?: number | undefined;
  readonly acknowledgedMs?: number | undefined;
  readonly appliedMs?: number | undefined;
}

/** Visitors that wait and came to owe something within one class of age. */
export interface BacklogAge {
  /** Up to this age in milliseconds; absent in the last class. */
  readonly upToMs?: number | undefined;
  readonly fresh: number;
  readonly backlog: number;
}

export interface BacklogLaneFigures {
  readonly visitors: number;
  /** Age of the oldest of them in milliseconds; 0 when there is none. */
  readonly oldestMs: number;
}

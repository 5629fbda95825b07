import type { ForwardingState } from "../../contract/forwarding.ts";

/**
 * What all replicas on one database know together of Target as a whole (rules FW5, FT1), and whether an
 * operator holds them.
 */
export interface ForwardingStore {
  /**
   * Takes note of what a call said about Target, before its claim is settled: steps the breaker that
   * all replicas claim by, and says whether a refusal is the visitor's own.
   */
  readonly noteTarget: (news: TargetNews) => Promise<TargetVerdict>;

  /** From the next claim on nothing is given out, to no replica, restarts included, until `resume`. */
  readonly pauseForwarding: (order: ForwardingPauseOrder) => Promise<void>;
  readonly resumeForwarding: () => Promise<void>;
  /** Where it stands, in the ledger's time now. */
  readonly forwarding: (ledgerMs: number) => Promise<ForwardingState>;
}

/** How a claim ended, as far as Target has a part in it. */
export type TargetNews = {
  readonly ledgerMs: number;
  /** The number of the probe, where the claim was one: told of every one, or the next waits long. */
  readonly probe?: number | undefined;
  /** Uniform draw in [0, 1), for the length of a pause. */
  readonly draw: number;
} & (
  | { readonly type: "delivered" | "refused"; readonly visitorKey: string }
  | { readonly type: "unavailable"; readonly retryAfterMs?: number | undefined }
  /** Target was not asked, or its answer says nothing about it. */
  | { readonly type: "silent" }
);

export interface TargetVerdict {
  /** A refusal is the visitor's: others got through. */
  readonly isOwnFault: boolean;
}

export interface ForwardingPauseOrder {
  readonly atMs: number;
  /** Name of the token. */
  readonly who: string;
  readonly reason?: string | undefined;
}

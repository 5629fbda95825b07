import type { HelpCall, HelpReceipt, HelpRequest } from "../../contract/help-call.ts";
import type { Device } from "../../contract/update.ts";

/** Who asks for help at which kiosk. Each method is one transaction. */
export interface HelpStore {
  /** Takes a kiosk's word about a call; the same again changes nothing (rule HC2). */
  readonly hearHelp: (word: HelpWord) => Promise<HelpHeard>;
  /** Oldest first, at most `limit`; of one store only, where it is given. */
  readonly openHelpCalls: (
    nowMs: number,
    limit: number,
    storeId?: string,
  ) => Promise<readonly HelpCall[]>;
  /** Notes that somebody goes there; of that store only, where it is given. */
  readonly answerHelp: (
    callId: string,
    nowMs: number,
    storeId?: string,
  ) => Promise<HelpAnswered | undefined>;
  /**
   * Closes what nobody answered in time, and forgets calls from before `beforeMs`, `limit` at a time; gives
   * how many it forgot.
   */
  readonly forgetHelp: (nowMs: number, beforeMs: number, limit: number) => Promise<number>;
}

export interface HelpWord extends Omit<HelpRequest, "v" | "nonce"> {
  readonly device: Device;
  readonly nowMs: number;
}

export type HelpHeard =
  | { readonly type: "heard"; readonly state: HelpReceipt["state"] }
  /** More new calls than people make; nothing is kept of this one. */
  | { readonly type: "too-many"; readonly waitMs: number };

/** When it was answered first. */
export interface HelpAnswered {
  readonly storeId: string;
  readonly kioskId: string;
  readonly answeredMs: number;
}

/** How a call that is over ended. */
export const HELP_ENDS = ["answered", "here", "left", "replaced", "unanswered"] as const;
export type HelpEnd = (typeof HELP_ENDS)[number];

export interface HelpFigures {
  /** Calls that wait, oldest first. */
  readonly open: readonly HelpCall[];
  /** Calls of the last 24 hours that are over, by how they ended. */
  readonly ended: Readonly<Record<HelpEnd, number>>;
  /** How long those of them waited that somebody came to, on average; 0 when there is none. */
  readonly meanWaitMs: number;
}

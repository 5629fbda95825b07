import * as z from "zod/mini";
import { Uuid, WallMs } from "./primitives.ts";

/** Where a kiosk says that somebody asks for help, and whether they still do: `POST`, signed. */
export const HELP_PATH = "/v1/help";

/** On the admin listener: `GET` the open calls, oldest first; `POST` to `/:callId/answer`. */
export const HELP_CALLS_PATH = "/v1/help-calls";

/** Ours: nobody stands before a kiosk for so long and waits; a call this old counts as `unanswered`. */
export const HELP_LAPSES_MS = 900_000;

/** Ours: how long a shopper is asked to wait before the kiosk says what else to do. */
export const HELP_WAIT_SECONDS = 90;

/** What was on the screen when help was called for. Never who stood there, or with which card. */
export const HelpReason = z.enum(["card", "number", "out-of-service", "other"]);
export type HelpReason = z.infer<typeof HelpReason>;

/** What a chain decides about help calls. `{}` is enough; where it is left out none is offered. */
export const HelpConfig = z.strictObject({
  /** `HELP_WAIT_SECONDS` unless given. */
  waitSeconds: z.optional(z.int().check(z.gte(10), z.lte(600))),
});
export type HelpConfig = z.infer<typeof HelpConfig>;

/**
 * Who asks is the kiosk, by its signature. The same again changes nothing, so that it is also how a kiosk
 * asks whether somebody answered.
 */
export const HelpRequest = z.strictObject({
  v: z.literal(1),
  nonce: Uuid,
  /** Made at the tap; says nothing of anybody. */
  callId: Uuid,
  /**
   * - `calling`: somebody waits for help.
   * - `left`: nobody does any more.
   * - `here`: staff opened their side of this kiosk, or showed it a check card.
   */
  word: z.enum(["calling", "left", "here"]),
  reason: HelpReason,
  /** Since the tap, by the kiosk's monotonic clock: what its wall clock says does not matter. */
  waitedMs: z.int().check(z.gte(0), z.lte(3_600_000)),
});
export type HelpRequest = z.infer<typeof HelpRequest>;

export const HelpReceipt = z.object({
  v: z.literal(1),
  nonce: Uuid,
  callId: Uuid,
  /** `ended`: whichever way, without an answer; it stays so. */
  state: z.enum(["open", "answered", "ended"]),
  proxyTimeMs: WallMs,
});
export type HelpReceipt = z.infer<typeof HelpReceipt>;

/** A call that waits for somebody. */
export const HelpCall = z.object({
  callId: z.string(),
  deviceId: z.string(),
  storeId: z.string(),
  kioskId: z.string(),
  reason: HelpReason,
  /** When help was called for, in proxy time. */
  calledMs: z.number(),
});
export type HelpCall = z.infer<typeof HelpCall>;

export const HelpCalls = z.object({ atMs: z.number(), calls: z.array(HelpCall) });
export type HelpCalls = z.infer<typeof HelpCalls>;

export const HelpAnswer = z.object({ callId: z.string(), answeredMs: z.number() });
export type HelpAnswer = z.infer<typeof HelpAnswer>;

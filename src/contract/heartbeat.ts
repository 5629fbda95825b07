import * as z from "zod/mini";
import { KioskHealth } from "./kiosk-health.ts";
import { KioskIncident } from "./kiosk-incident.ts";
import { ClockReading, Uuid, WallMs } from "./primitives.ts";
import { SealingKey } from "./sealing.ts";
import { Resend } from "./resend.ts";
import { Device } from "./update.ts";
import { Witness } from "./witness.ts";

/** Where a kiosk says that it is alive, also when it owes nothing: `POST`, `application/json`. */
export const HEARTBEAT_PATH = "/v1/heartbeat";

/** Ours: how often, before jitter. */
export const HEARTBEAT_INTERVAL_MS = 60_000;

export const HeartbeatRequest = z.strictObject({
  v: z.literal(1),
  nonce: Uuid,
  device: Device,
  clock: ClockReading,
  /** Version of the app that speaks. */
  appVersion: z.string().check(z.maxLength(64)),
  /** Newest last; an outbox that was replaced goes on being reported until the proxy has seen it. */
  witnesses: z.array(Witness).check(z.minLength(1), z.maxLength(16)),
  incidents: z.array(KioskIncident).check(z.maxLength(16)),
  /** Whether the browser promised not to evict the outbox. */
  storagePersisted: z.boolean(),
  /**
   * Keys that entries here, owed or kept, are sealed to; only where the proxy asked. What it does not
   * name may be retired (rule IN6).
   */
  sealedTo: z.optional(z.array(z.string().check(z.maxLength(64))).check(z.maxLength(64))),
  /** Scans refused since the page loaded, by reason; lengths and contents are never told. */
  refusedScans: z.record(z.string().check(z.maxLength(64)), z.int().check(z.gte(0))),
  /** Only where the proxy asked. */
  health: z.optional(KioskHealth),
});
export type HeartbeatRequest = z.infer<typeof HeartbeatRequest>;

export const HeartbeatReceipt = z.object({
  v: z.literal(1),
  nonce: Uuid,
  proxyTimeMs: WallMs,
  /** Version of the configuration the kiosk should have. */
  configVersion: z.string(),
  /** The key the kiosk should seal to from now on. */
  sealing: z.optional(SealingKey),
  resend: z.optional(Resend),
  /** There are older keys: the kiosk is to say which of them it still needs. */
  askSealedTo: z.optional(z.boolean()),
  /** The kiosk may say how it fares. */
  askHealth: z.optional(z.boolean()),
  /** And, with that, what somebody may have to see to. */
  askTroubles: z.optional(z.boolean()),
});
export type HeartbeatReceipt = z.infer<typeof HeartbeatReceipt>;

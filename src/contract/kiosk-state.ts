import * as z from "zod/mini";
import { KioskHealth } from "./kiosk-health.ts";

/** On the admin listener: `GET` how every kiosk that may send stands, those to look after first. */
export const KIOSKS_PATH = "/v1/kiosks";

/** Ours: a kiosk speaks every minute; after five it is silent, in milliseconds. */
export const SILENT_AFTER_MS = 300_000;

/** A kiosk by what it last said. Who may send is the list of devices. */
export const KioskState = z.object({
  deviceId: z.string(),
  storeId: z.string(),
  kioskId: z.string(),
  lastSeenMs: z.number(),
  /** Not heard of for `SILENT_AFTER_MS`. */
  isSilent: z.boolean(),
  /** Updates it said it still owes. */
  owed: z.int(),
  /** Version of the app; absent until its first heartbeat, as is what follows. */
  appVersion: z.optional(z.string()),
  /** How far its wall clock was ahead of the proxy's when it last spoke; below 0 behind. */
  clockOffsetMs: z.optional(z.number()),
  /** Whether its browser promised not to evict the outbox. */
  storagePersisted: z.optional(z.boolean()),
  /** Whether nothing was scanned for longer than the kiosk expects; absent where it does not say. */
  scannerSilent: z.optional(z.boolean()),
  /** As it last said; absent for a kiosk from before this was asked. */
  health: z.optional(KioskHealth),
  /** Scans refused since its page began, by reason. */
  refusedScans: z.optional(z.record(z.string(), z.int())),
});
export type KioskState = z.infer<typeof KioskState>;

export const KioskStates = z.object({
  atMs: z.number(),
  kiosks: z.array(KioskState),
});
export type KioskStates = z.infer<typeof KioskStates>;

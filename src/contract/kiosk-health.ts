import * as z from "zod/mini";
import { CameraState } from "./camera-state.ts";
import { KioskTroubles } from "./kiosk-troubles.ts";

const Count = z.int().check(z.gte(0), z.lte(1_000_000_000));

/** Lengths of time, in milliseconds. */
const Ms = z.int().check(z.gte(0), z.lte(253_402_300_799_999));

const Bytes = z.int().check(z.gte(0), z.lte(Number.MAX_SAFE_INTEGER));

/**
 * How a kiosk fares, by its own word: numbers and names of ours, nothing of any visit. Told only to a
 * proxy that asks: an older one takes a heartbeat with no field it does not know.
 */
export const KioskHealth = z.strictObject({
  /** Version of the configuration it works with. */
  configVersion: z.string().check(z.maxLength(64)),
  /** Age of the oldest update it owes, by its monotonic clock where that ran through; absent when none. */
  oldestOwedMs: z.optional(Ms),
  /** Since a card of ours was last read; absent while none was since the page began. */
  lastScanMs: z.optional(Ms),
  /** No card for longer than its configuration expects, within opening hours; absent where that says nothing. */
  scannerSilent: z.optional(z.boolean()),
  /** Since the page began. */
  uptimeMs: Ms,
  /** What broke in the page since it began, and nobody caught. */
  errors: Count,
  /** Starts of the page within the last two minutes, this one included. */
  boots: Count,
  /** It began so often that it leaves updates and its own restarts alone for a while. */
  quiet: z.boolean(),
  /** Of JavaScript, where the browser says. */
  heapBytes: z.optional(Bytes),
  /** What the browser lets it store, and what it uses of that. */
  quotaBytes: z.optional(Bytes),
  usedBytes: z.optional(Bytes),
  wakeLock: z.enum(["held", "released", "refused", "unsupported"]),
  /** How its camera fares; absent where the configuration names none. */
  camera: z.optional(CameraState),
  /** Only where the proxy asked for it. */
  troubles: z.optional(KioskTroubles),
});
export type KioskHealth = z.infer<typeof KioskHealth>;

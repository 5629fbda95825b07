import * as z from "zod/mini";
import type { HeartbeatRequest } from "../../contract/heartbeat.ts";
import { KioskHealth } from "../../contract/kiosk-health.ts";
import type { KioskFigures } from "./store.ts";

/** Ours: reasons are words of the app's; whatever else stands there was sent by somebody else (PV2). */
const REASON = /^[a-z]{1,16}(?:-[a-z]{1,16}){0,3}$/;

/** Ours: an app has a dozen. */
const MAX_REASONS = 32;

const StoredHealth = z.object({
  health: z.optional(KioskHealth),
  refusedScans: z.record(z.string(), z.int()),
});

/** What is kept of a heartbeat beside its columns: how the kiosk fares, and what it refused. */
export function storedHealth({ health, refusedScans }: HeartbeatRequest): string {
  const named = Object.entries(refusedScans).filter(([reason]) => REASON.test(reason));
  return JSON.stringify({
    health,
    refusedScans: Object.fromEntries(named.slice(0, MAX_REASONS)),
  });
}

/** Nothing of a kiosk that said nothing yet, or whose row another version of this program wrote. */
export function readHealth(
  text: string | null,
): Pick<KioskFigures, "health" | "scannerSilent" | "refusedScans"> {
  if (text === null) return {};
  const parsed = StoredHealth.safeParse(jsonOf(text));
  if (!parsed.success) return {};
  const { health, refusedScans } = parsed.data;
  return {
    ...(Object.keys(refusedScans).length === 0 ? {} : { refusedScans }),
    ...(health === undefined ? {} : { health }),
    ...(health?.scannerSilent === undefined ? {} : { scannerSilent: health.scannerSilent }),
  };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // A damaged row: the next heartbeat writes it anew.
    return undefined;
  }
}

import type { ClockReading } from "../../domain/effective-time.ts";
import type { Owed } from "../../outbox/idb-owed.ts";

/**
 * Age of the oldest update that waits to be sent, in milliseconds; nothing when none does. By the
 * monotonic clock where that ran through since, else by the wall clock, which may have been set.
 */
export async function oldestOwedMs(
  owed: Pick<Owed, "peek">,
  now: ClockReading,
): Promise<number | undefined> {
  const [oldest] = await owed.peek({ nowMs: now.wallMs, limit: 1, maxBytes: 1 });
  if (oldest === undefined) return undefined;
  const { segment, monoMs, wallMs } = oldest.header;
  const ageMs = segment === now.segment ? now.monoMs - monoMs : now.wallMs - wallMs;
  return Math.max(0, Math.round(ageMs));
}

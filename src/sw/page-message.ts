import * as z from "zod/mini";
import { ClockReading } from "../contract/primitives.ts";
import type { PageMessage } from "../contract/worker-message.ts";

// One after the other, because a union of schemas would cost the worker half a kilobyte.
const SkipWaiting = z.object({ type: z.literal("SKIP_WAITING") });
const Flush = z.object({ type: z.literal("FLUSH"), clock: ClockReading, force: z.boolean() });

/**
 * A page's message, or nothing when it is none of ours: the page may be of another version than the
 * worker, and extensions write to workers too.
 */
export function pageMessageFrom(data: unknown): PageMessage | undefined {
  for (const schema of [SkipWaiting, Flush]) {
    const parsed = schema.safeParse(data);
    if (parsed.success) return parsed.data;
  }
  return undefined;
}

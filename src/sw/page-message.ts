import * as z from "zod/mini";
import { ClockReading } from "../contract/primitives.ts";
import { Device } from "../contract/update.ts";
import type { PageMessage } from "../contract/worker-message.ts";

const Message = z.discriminatedUnion("type", [
  z.object({ type: z.literal("SKIP_WAITING") }),
  z.object({
    type: z.literal("FLUSH"),
    device: Device,
    clock: ClockReading,
    force: z.boolean(),
  }),
]);

/**
 * A page's message, or nothing when it is none of ours: the page may be of another version than the
 * worker, and extensions write to workers too.
 */
export function pageMessageFrom(data: unknown): PageMessage | undefined {
  const parsed = Message.safeParse(data);
  return parsed.success ? parsed.data : undefined;
}

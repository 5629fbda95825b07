import * as z from "zod/mini";
import { Uuid } from "./primitives.ts";

/** Something the kiosk noticed about itself that a person should know. */
export const KioskIncident = z.discriminatedUnion("type", [
  /** The database came up empty although it had numbered updates before. */
  z.strictObject({
    type: z.literal("outbox-wiped"),
    epoch: Uuid,
    lastSeq: z.int(),
    detail: z.string().check(z.maxLength(300)),
  }),
  /** The database came up older than its witness outside. */
  z.strictObject({
    type: z.literal("outbox-torn"),
    epoch: Uuid,
    lastSeq: z.int(),
    detail: z.string().check(z.maxLength(300)),
  }),
]);
export type KioskIncident = z.infer<typeof KioskIncident>;

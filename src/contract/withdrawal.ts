import * as z from "zod/mini";
import { Device, VisitorIdSchema } from "./update.ts";

/**
 * The body of an entry by which a shopper ends the recording of their visits (rule PV6). It travels as an
 * update does, numbered, sealed and kept until a receipt names it, and is never held.
 *
 * Without a ground, since it needs none, and without attributes: which values are overwritten, and with
 * what, is the proxy's. A proxy from before it was known rejects it by the name of `occasion`, and a kiosk
 * goes on owing what was rejected so (`UNKNOWN_OCCASION`). Nobody takes it for something else, so `CONTRACT_VERSION` stays.
 */
export const Withdrawal = z.strictObject({
  device: Device,
  visitor: VisitorIdSchema,
  occasion: z.literal("withdrawal"),
  /** Version of the kiosk configuration under whose words it was asked for. */
  configVersion: z.string().check(z.maxLength(64)),
});
export type Withdrawal = z.infer<typeof Withdrawal>;

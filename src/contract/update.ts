import * as z from "zod/mini";
import { ATTRIBUTE_NAME, MAX_VALUE_LENGTH } from "../domain/attribute.ts";
import { visitorIdFrom, MAX_VISITOR_ID_LENGTH } from "../domain/visitor-id.ts";
import { PlaceId, TimeZone, Uuid } from "./primitives.ts";
import { PurposeId } from "./purpose.ts";

/** Which kiosk speaks. From the device record; before pairing, from the address it was opened with. */
export const Device = z.strictObject({
  deviceId: Uuid,
  storeId: PlaceId,
  kioskId: PlaceId,
  timeZone: TimeZone,
});
export type Device = z.infer<typeof Device>;

export const VisitorIdSchema = z
  .strictObject({
    kind: z.enum(["member", "browser"]),
    value: z.string().check(z.maxLength(MAX_VISITOR_ID_LENGTH)),
  })
  .check(z.refine(({ kind, value }) => visitorIdFrom(kind, value).ok, "not a visitor id"));

export const AttributeSchema = z.strictObject({
  name: z.string().check(z.regex(ATTRIBUTE_NAME)),
  value: z.discriminatedUnion("type", [
    z.strictObject({
      type: z.literal("text"),
      text: z.string().check(
        z.maxLength(MAX_VALUE_LENGTH),
        z.refine((text) => text.isWellFormed(), "a lone surrogate cannot be sent"),
      ),
    }),
    z.strictObject({ type: z.literal("instant") }),
    z.strictObject({ type: z.literal("day"), timeZone: TimeZone }),
  ]),
});

/** SHA-256 of a text as it was shown, UTF-8, base64url. */
export const TextHash = z.string().check(z.regex(/^[A-Za-z0-9_-]{43}$/));

/** Why an update may be kept (rule PV4): the receipt that travels with it and stays in the journal. */
export const Ground = z.discriminatedUnion("type", [
  /** The programme's terms cover it; `textHash` where the kiosk showed their words. */
  z.strictObject({
    type: z.literal("terms"),
    version: z.string().check(z.maxLength(64)),
    textHash: z.optional(TextHash),
  }),
  /** The shopper said yes, to each purpose by its own words. */
  z.strictObject({
    type: z.literal("consent"),
    purposes: z
      .array(z.strictObject({ id: PurposeId, textHash: TextHash }))
      .check(z.minLength(1), z.maxLength(16)),
  }),
]);
export type Ground = z.infer<typeof Ground>;

/** The body of an entry: what happened, to whom, on what ground. */
export const Update = z.strictObject({
  device: Device,
  visitor: VisitorIdSchema,
  /** How it came about. */
  occasion: z.enum(["scan", "answer"]),
  ground: Ground,
  /** Version of the kiosk configuration it was made under. */
  configVersion: z.string().check(z.maxLength(64)),
  attributes: z.array(AttributeSchema).check(z.minLength(1), z.maxLength(64)),
});
export type Update = z.infer<typeof Update>;

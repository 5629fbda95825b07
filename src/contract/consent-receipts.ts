import * as z from "zod/mini";
import { Ground } from "./update.ts";

/** On the admin listener: `GET /:hash` finds a text that was ever shown, by its hash. */
export const TEXTS_PATH = "/v1/texts";

/** On the admin listener: `GET` the grounds of all updates, a page at a time, oldest outbox first. */
export const RECEIPTS_PATH = "/v1/receipts";

/** `POST` whom it is about; gives the grounds of all their updates, with the words they were shown. */
export const VISITOR_RECEIPTS_PATH = "/v1/privacy/receipts";

/** Words of a published configuration that a kiosk may have shown. */
export const ShownText = z.object({
  hash: z.string(),
  text: z.string(),
  language: z.string(),
  /** `terms`, or the id of a purpose. */
  about: z.string(),
  /** Versions of the configuration that hold it. */
  configVersions: z.array(z.string()),
});
export type ShownText = z.infer<typeof ShownText>;

/** Why one update was kept. Never holds a card number. */
export const ConsentReceipt = z.object({
  /** The update's. */
  id: z.string(),
  /** The store's keyed hash of the visitor. */
  visitor: z.string(),
  effectiveMs: z.number(),
  receivedMs: z.number(),
  /** Where it was given; empty of a kiosk that is no longer known. */
  storeId: z.string(),
  kioskId: z.string(),
  occasion: z.string(),
  ground: Ground,
  configVersion: z.string(),
  verdict: z.string(),
});
export type ConsentReceipt = z.infer<typeof ConsentReceipt>;

export const ReceiptsPage = z.object({
  receipts: z.array(ConsentReceipt),
  /** To ask with for the next page; none on the last. */
  next: z.optional(z.string()),
});
export type ReceiptsPage = z.infer<typeof ReceiptsPage>;

export const VisitorReceipts = z.object({
  receipts: z.array(ConsentReceipt),
  /** What was shown, as far as the grounds name it. */
  texts: z.array(ShownText),
});
export type VisitorReceipts = z.infer<typeof VisitorReceipts>;

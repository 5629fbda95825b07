import * as z from "zod/mini";
import { MAX_BATCH_ENTRIES } from "./ingest.ts";
import { ClockReading, WallMs } from "./primitives.ts";
import { Device } from "./update.ts";

/** Takes in what a kiosk saved to a file, on the admin listener: `POST`, a part of the file at a time. */
export const IMPORTS_PATH = "/v1/imports";

/**
 * The first line of the file. Each further one is an `Entry`, sealed as it lies in the outbox, so that
 * who finds the file learns what the clear headers say and no card.
 */
export const ExportHeader = z.strictObject({
  v: z.literal(1),
  type: z.literal("tarjeta-outbox"),
  /** Whose outbox it is, as it was last paired. */
  device: Device,
  /** The kiosk's clocks as it wrote the file. */
  clock: ClockReading,
  /** What the proxy's clock said then, as far as the kiosk knew. */
  proxyTimeMs: WallMs,
  /** How many entries follow: a file that was cut is recognised. */
  entries: z.int().check(z.gte(0)),
});
export type ExportHeader = z.infer<typeof ExportHeader>;

export const ImportRequest = z.strictObject({
  v: z.literal(1),
  header: ExportHeader,
  /** Checked one by one, as a batch's. */
  entries: z.array(z.unknown()).check(z.minLength(1), z.maxLength(MAX_BATCH_ENTRIES)),
});
export type ImportRequest = z.infer<typeof ImportRequest>;

/** What became of them, by verdict, and why of those that are not here. */
export const ImportAnswer = z.object({
  verdicts: z.record(z.string(), z.number()),
  reasons: z.array(z.string()),
});
export type ImportAnswer = z.infer<typeof ImportAnswer>;

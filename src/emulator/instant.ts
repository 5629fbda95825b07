import * as z from "zod";

/** Milliseconds since 1970, or ISO 8601 with an offset. */
export const Instant = z.union(
  [z.int(), z.iso.datetime({ offset: true }).transform((text) => Date.parse(text))],
  "milliseconds since 1970, or ISO 8601 with an offset",
);

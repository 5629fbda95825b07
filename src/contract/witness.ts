import * as z from "zod/mini";
import { Intervals, Sequence, Uuid } from "./primitives.ts";

/**
 * What a kiosk says about its own outbox, so that loss can be proven (rule OB5).
 *
 * Every number from `firstSeq` to `lastSeq` was given to an update. The proxy holds those it
 * received against these three lists; a number in none of the four was lost.
 */
export const Witness = z.strictObject({
  epoch: Uuid,
  firstSeq: Sequence,
  /** 0 below `firstSeq` while the outbox is untouched: `firstSeq - 1`. */
  lastSeq: z.int().check(z.gte(0)),
  /** Still in the outbox. */
  owed: Intervals,
  /** Taken back by the shopper. */
  void: Intervals,
  /** Set aside because nobody could read them, or because they were refused. */
  aside: Intervals,
  /** Receipted, and still here to be asked for again (rule OB7). An app from before says nothing of it. */
  kept: z.optional(Intervals),
});
export type Witness = z.infer<typeof Witness>;

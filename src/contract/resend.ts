import * as z from "zod/mini";
import { Sequence, Uuid } from "./primitives.ts";

/**
 * Ours: numbers asked for in one answer. A batch takes as many, and moving them back must not be in
 * the way of a scan.
 */
export const MAX_RESEND = 500;

/** Ours: ranges of numbers in one answer; what is left over is asked for in the next. */
export const MAX_RESEND_RANGES = 64;

/**
 * Receipted numbers that a proxy wants once more, because its record of them is gone (rule IN5). In
 * a receipt of either kind; what the kiosk no longer keeps, or still owes, it leaves out.
 */
export const Resend = z
  .array(z.object({ epoch: Uuid, from: Sequence, to: Sequence }))
  .check(z.maxLength(MAX_RESEND_RANGES));
export type Resend = z.infer<typeof Resend>;

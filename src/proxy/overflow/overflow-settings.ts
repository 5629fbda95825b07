import * as z from "zod";
import { TARGET_FETCHES_PER_DAY } from "../target-settings.ts";

/** When a backlog goes to Target in bulk files; absent means never. */
export interface OverflowSettings {
  /** A backlog that single calls bring to its end within this is left to them; milliseconds. */
  readonly afterMs: number;
  /** Profiles this lane may look at in 24 hours. */
  readonly dailyFetches: number;
}

const HOUR_MS = 3_600_000;

export const OverflowVariables = {
  BULK_OVERFLOW: z.enum(["off", "on"], "must be off or on").default("off"),
  BULK_OVERFLOW_AFTER_HOURS: z.coerce
    .number("must be a number of hours")
    .min(1, "must be an hour at least")
    .max(2_160, "must be 90 days at most")
    .default(24),
  BULK_OVERFLOW_FETCHES: z.coerce
    .number()
    .int("must be a whole number")
    .min(10, "must be at least 10")
    .max(TARGET_FETCHES_PER_DAY, "Target once allowed 1000000 in 24 hours")
    .default(TARGET_FETCHES_PER_DAY / 2),
};

const Variables = z.object(OverflowVariables);

export function overflowSettingsFrom(env: z.infer<typeof Variables>): OverflowSettings | undefined {
  if (env.BULK_OVERFLOW === "off") return undefined;
  return {
    afterMs: env.BULK_OVERFLOW_AFTER_HOURS * HOUR_MS,
    dailyFetches: env.BULK_OVERFLOW_FETCHES,
  };
}

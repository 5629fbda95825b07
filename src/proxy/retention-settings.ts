import * as z from "zod";

/** For how long what is kept is kept, in days. */
export interface RetentionSettings {
  /** What took effect longer ago comes too late to change anything. */
  readonly maxUpdateAgeDays: number;
  readonly journalDays: number;
  readonly deadLetterDays: number;
}

/** Ours: longer than any shop is shut, short of what a shopper would call news. */
const DEFAULT_MAX_UPDATE_AGE_DAYS = 90;

/** Ours: more than the seven days for which kiosks keep what they may be asked to send again. */
const LEAST_UPDATE_AGE_DAYS = 8;

/** Ours: as long as a member's id, so that the proof of consent is there as long as the member is known. */
const DEFAULT_JOURNAL_DAYS = 400;

/** Ours: a quarter, in which somebody will have looked at them. */
const DEFAULT_DEAD_LETTER_DAYS = 90;

const LONGEST_DAYS = 36_500;

const days = (least: number, fallback: number) =>
  z.coerce
    .number()
    .int("must be a whole number of days")
    .min(least, `must be at least ${least} ${least === 1 ? "day" : "days"}`)
    .max(LONGEST_DAYS)
    .default(fallback);

/** The environment's variables about it. */
export const RetentionVariables = {
  MAX_UPDATE_AGE_DAYS: days(LEAST_UPDATE_AGE_DAYS, DEFAULT_MAX_UPDATE_AGE_DAYS),
  JOURNAL_DAYS: days(1, DEFAULT_JOURNAL_DAYS),
  DEAD_LETTER_DAYS: days(1, DEFAULT_DEAD_LETTER_DAYS),
};

interface RetentionEnvironment {
  readonly MAX_UPDATE_AGE_DAYS: number;
  readonly JOURNAL_DAYS: number;
  readonly DEAD_LETTER_DAYS: number;
}

export function retentionFrom(env: RetentionEnvironment): RetentionSettings {
  return {
    maxUpdateAgeDays: env.MAX_UPDATE_AGE_DAYS,
    journalDays: env.JOURNAL_DAYS,
    deadLetterDays: env.DEAD_LETTER_DAYS,
  };
}

/** The journal dates what comes late: it must reach further back than what is taken. */
export function refusalOfRetention(env: RetentionEnvironment): string | undefined {
  const least = env.MAX_UPDATE_AGE_DAYS + 1;
  return env.JOURNAL_DAYS < least
    ? `JOURNAL_DAYS: must be at least ${least}, a day more than MAX_UPDATE_AGE_DAYS; or lower that.`
    : undefined;
}

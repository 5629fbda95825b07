/** Ours: quick enough that a proxy restart is hardly noticed. */
export const BASE_DELAY_MS = 1_000;

/** Ours: a shop whose network came back is drained within five minutes. */
export const MAX_DELAY_MS = 300_000;

/**
 * How long to wait before attempt number `attempt` (the first retry is 1), in milliseconds.
 *
 * Exponential backoff with full jitter: a uniform draw between nothing and the ceiling, so a chain
 * full of kiosks does not come back in one wave when the network does.
 *
 * @param random uniform draw in [0, 1)
 */
export function backoffDelayMs(attempt: number, random: number): number {
  const ceilingMs = Math.min(MAX_DELAY_MS, BASE_DELAY_MS * 2 ** Math.max(0, attempt - 1));
  return Math.floor(random * ceilingMs);
}

/** Ours: nobody is made to wait longer than an hour on a server's word alone. */
export const MAX_RETRY_AFTER_MS = 3_600_000;

/**
 * What a `Retry-After` header asks for, in milliseconds, or nothing when it says nothing usable.
 *
 * Source: RFC 9110 section 10.2.3, delta-seconds or an HTTP date in any of its three forms.
 */
export function retryAfterMs(header: string | null, nowMs: number): number | undefined {
  if (header === null) return undefined;
  const text = header.trim();
  const asked = /^\d+$/.test(text) ? Number(text) * 1_000 : httpDateMs(text) - nowMs;
  if (Number.isNaN(asked)) return undefined;
  return Math.min(MAX_RETRY_AFTER_MS, Math.max(0, asked));
}

/** `Date.parse` alone takes `-5` for the year 2001, and the form without `GMT` for local time. */
function httpDateMs(text: string): number {
  if (!/^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? .*\d\d:\d\d:\d\d/.test(text)) return NaN;
  return Date.parse(text.endsWith(" GMT") ? text : `${text} GMT`);
}

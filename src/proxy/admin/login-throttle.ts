import type { Clock } from "../../domain/clock.ts";

/** How many wrong ones are looked at within a stretch of time. */
export interface TryLimits {
  readonly windowMs: number;
  readonly perAddress: number;
  readonly inAll: number;
}

/**
 * Ours: a person who mistypes needs fewer; and in all, so that a thousand addresses are no better
 * than a few.
 */
const LOGIN_LIMITS: TryLimits = { windowMs: 5 * 60_000, perAddress: 10, inAll: 60 };

/**
 * Holds back whoever shows wrong tokens or codes: per address, and in all. Who is in a session, or
 * shows a good one before the limit, does not notice. Bounded by the limit in all.
 */
export interface LoginThrottle {
  /** Seconds to wait before another token is even looked at; nothing when it may be. */
  readonly waitSeconds: (address: string) => number | undefined;
  readonly failed: (address: string) => void;
}

export function createLoginThrottle(
  clock: Pick<Clock, "monoMs">,
  { windowMs, perAddress, inAll }: TryLimits = LOGIN_LIMITS,
): LoginThrottle {
  let failures: { readonly address: string; readonly atMonoMs: number }[] = [];

  const recent = () => {
    const sinceMs = clock.monoMs() - windowMs;
    failures = failures.filter(({ atMonoMs }) => atMonoMs > sinceMs);
    return failures;
  };
  /** When the oldest of as many as are allowed leaves the window. */
  const waitOf = (atMonoMs: number) =>
    Math.max(1, Math.ceil((atMonoMs + windowMs - clock.monoMs()) / 1_000));

  return {
    waitSeconds: (address) => {
      const all = recent();
      const own = all.filter((each) => each.address === address);
      const [oldest] = own.length >= perAddress ? own : all.length >= inAll ? all : [];
      return oldest === undefined ? undefined : waitOf(oldest.atMonoMs);
    },
    failed: (address) => void recent().push({ address, atMonoMs: clock.monoMs() }),
  };
}

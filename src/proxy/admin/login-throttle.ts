import type { Clock } from "../../domain/clock.ts";

const WINDOW_MS = 5 * 60_000;

/** Ours: a person who mistypes needs fewer. */
const MAX_PER_ADDRESS = 10;

/** Ours: so that a thousand addresses are no better than a few. */
const MAX_IN_ALL = 60;

/**
 * Holds back whoever shows wrong tokens: per address, and in all. Who is in a session, or shows a
 * good token before the limit, does not notice. Bounded by the limit in all.
 */
export interface LoginThrottle {
  /** Seconds to wait before another token is even looked at; nothing when it may be. */
  readonly waitSeconds: (address: string) => number | undefined;
  readonly failed: (address: string) => void;
}

export function createLoginThrottle(clock: Pick<Clock, "monoMs">): LoginThrottle {
  let failures: { readonly address: string; readonly atMonoMs: number }[] = [];

  const recent = () => {
    const sinceMs = clock.monoMs() - WINDOW_MS;
    failures = failures.filter(({ atMonoMs }) => atMonoMs > sinceMs);
    return failures;
  };
  /** When the oldest of as many as are allowed leaves the window. */
  const waitOf = (atMonoMs: number) =>
    Math.max(1, Math.ceil((atMonoMs + WINDOW_MS - clock.monoMs()) / 1_000));

  return {
    waitSeconds: (address) => {
      const all = recent();
      const own = all.filter((each) => each.address === address);
      const [oldest] = own.length >= MAX_PER_ADDRESS ? own : all.length >= MAX_IN_ALL ? all : [];
      return oldest === undefined ? undefined : waitOf(oldest.atMonoMs);
    },
    failed: (address) => void recent().push({ address, atMonoMs: clock.monoMs() }),
  };
}

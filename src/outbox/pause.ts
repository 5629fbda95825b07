import * as z from "zod/mini";
import { backoffDelayMs, MAX_RETRY_AFTER_MS } from "../domain/backoff.ts";
import type { Clock } from "../domain/clock.ts";
import type { KeptStore } from "./kept-store.ts";

/** A queue that leaves the link alone for a while (rule FL3). */
export interface Pause {
  /** What is left of it. A life's first look also reads what an earlier life kept. */
  readonly current: () => Promise<Rest | undefined>;
  readonly begin: (cause: PauseCause) => Promise<Rest>;
  /** The link works: the next trouble starts from the shortest wait. */
  readonly end: () => Promise<void>;
}

export interface Rest {
  readonly reason: string;
  readonly leftMs: number;
  /** The far side named the time; nobody overrides that. */
  readonly asked: boolean;
}

export interface PauseCause {
  readonly reason: string;
  readonly retryAfterMs?: number;
  /** We are not let in: trying soon cannot help. */
  readonly shutOut: boolean;
}

export interface PauseDeps {
  readonly kept: KeptStore;
  readonly clock: Clock;
  /** Uniform draw in [0, 1). */
  readonly random: () => number;
}

const KEY = "flush-pause";

/** Ours: a kiosk that is not let in asks about once a minute and a half. */
const SHUT_OUT_MS = 60_000;

/** Added to a time that was asked for, as a share of it: all kiosks were told the same. */
const ASKED_JITTER = 0.25;

const KeptPause = z.object({
  reason: z.string(),
  attempt: z.int().check(z.gte(1)),
  asked: z.boolean(),
  setAtMs: z.number(),
  untilMs: z.number(),
});

export function createPause({ kept, clock, random }: PauseDeps): Pause {
  let attempt = 0;
  let rest: { reason: string; asked: boolean; untilMonoMs: number } | undefined;
  let loaded: Promise<void> | undefined;

  const load = async (): Promise<void> => {
    const parsed = KeptPause.safeParse(await kept.get(KEY).catch(() => undefined));
    if (!parsed.success) return;
    const { reason, asked, setAtMs, untilMs } = parsed.data;
    attempt = parsed.data.attempt;
    const leftMs = untilMs - clock.wallMs();
    // A clock that was set since makes any rest believable; such a one is over.
    if (clock.wallMs() < setAtMs || leftMs <= 0 || leftMs > longest(MAX_RETRY_AFTER_MS)) return;
    rest = { reason, asked, untilMonoMs: clock.monoMs() + leftMs };
  };

  /** Best effort: a life that does not know of the pause only asks once too often. */
  const keep = async (value: z.infer<typeof KeptPause> | null): Promise<void> =>
    kept.put(KEY, value).catch(() => undefined);

  return {
    async current() {
      await (loaded ??= load());
      if (rest === undefined) return undefined;
      const leftMs = rest.untilMonoMs - clock.monoMs();
      return leftMs > 0 ? { reason: rest.reason, asked: rest.asked, leftMs } : undefined;
    },

    async begin({ reason, retryAfterMs, shutOut }) {
      attempt += 1;
      const asked = retryAfterMs !== undefined;
      const leftMs = asked
        ? Math.floor(retryAfterMs * (1 + ASKED_JITTER * random()))
        : shutOut
          ? Math.floor(SHUT_OUT_MS * (1 + random()))
          : backoffDelayMs(attempt, random());
      rest = { reason, asked, untilMonoMs: clock.monoMs() + leftMs };
      const setAtMs = clock.wallMs();
      await keep({ reason, attempt, asked, setAtMs, untilMs: setAtMs + leftMs });
      return { reason, asked, leftMs };
    },

    async end() {
      if (attempt === 0) return;
      attempt = 0;
      rest = undefined;
      await keep(null);
    },
  };
}

function longest(askedMs: number): number {
  return askedMs * (1 + ASKED_JITTER);
}

import * as z from "zod/mini";
import type { KeptStore } from "../outbox/kept-store.ts";
import type { Calibration } from "../scanner/calibration.ts";
import type { WedgeSettings } from "../scanner/wedge-settings.ts";

const WAYS_KEY = "scanner-ways";

/** Ours: far beyond whatever a calibration comes to. */
const Ms = z.number().check(z.gte(1), z.lte(60_000));

const Around = z.optional(z.string().check(z.minLength(1), z.maxLength(64)));

const Settings = z.object({
  maxGapMs: Ms,
  maxAverageGapMs: Ms,
  minLength: z.int().check(z.gte(1), z.lte(64)),
  maxTotalMs: Ms,
  suffixes: z.array(z.enum(["Enter", "Tab"])).check(z.minLength(1), z.maxLength(2)),
  prefix: Around,
  postfix: Around,
  idleFlushMs: Ms,
});

const KeptWays = z.object({
  v: z.literal(1),
  settings: Settings,
  medianGapMs: z.number().check(z.gte(0), z.lte(60_000)),
});

/** What was learnt of this kiosk's scanner. */
export interface WedgeWays {
  readonly settings: WedgeSettings;
  readonly medianGapMs: number;
}

/** Nothing where nobody calibrated it, or where what is kept cannot be used: the usual ways serve. */
export async function readWays(kept: Pick<KeptStore, "get">): Promise<WedgeWays | undefined> {
  const value = await kept.get(WAYS_KEY).catch(() => undefined);
  const parsed = KeptWays.safeParse(value);
  return parsed.success ? waysOf(parsed.data) : undefined;
}

/** Resolves once the next start will find it. */
export async function keepWays(
  kept: Pick<KeptStore, "put">,
  { settings, medianGapMs }: Pick<Calibration, "settings" | "medianGapMs">,
): Promise<void> {
  await kept.put(WAYS_KEY, { v: 1, settings, medianGapMs });
}

/** Resolves once the next start begins with the usual ways. */
export async function forgetWays(kept: Pick<KeptStore, "put">): Promise<void> {
  await kept.put(WAYS_KEY, null);
}

function waysOf({ settings, medianGapMs }: z.infer<typeof KeptWays>): WedgeWays {
  const { prefix, postfix, ...others } = settings;
  return {
    settings: {
      ...others,
      ...(prefix !== undefined && { prefix }),
      ...(postfix !== undefined && { postfix }),
    },
    medianGapMs,
  };
}

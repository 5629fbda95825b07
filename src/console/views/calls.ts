import type { Allowance, AllowanceFigures } from "../../contract/allowance.ts";
import type { ChainOverview } from "../../contract/overview.ts";
import { isSending } from "./forwarding.ts";
import type { Row, Saying } from "./saying.ts";

// The calls of the last 24 hours, drawn a bar per half hour; and what of the allowance is left.

const HALF_HOUR_MS = 1_800_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

/** Ours: how far ahead the forecast is drawn. */
const FORECAST_BARS = 8;

export interface CallBar {
  readonly fromMs: number;
  readonly calls: number;
}

export interface CallsView {
  /** Oldest first; the last one is not over yet. */
  readonly bars: readonly CallBar[];
  /** What is to be sent in the half hours that come, as long as somebody waits. */
  readonly forecast: readonly CallBar[];
  /** Calls of a half hour in which the allowance is used evenly. */
  readonly pace: number;
  readonly isEmpty: boolean;
}

/**
 * @param waiting visitors that owe Target something: one call each
 */
export function callsView(allowance: Allowance, waiting: number): CallsView {
  const { atMs, allowed, forecast, steps } = allowance;
  const bars = new Map<number, number>();
  const firstMs = halfHourOf(atMs - DAY_MS) + HALF_HOUR_MS;
  const lastMs = halfHourOf(atMs);
  for (let fromMs = firstMs; fromMs <= lastMs; fromMs += HALF_HOUR_MS) bars.set(fromMs, 0);
  for (const { fromMs, calls } of steps) {
    const bar = halfHourOf(fromMs);
    const known = bars.get(bar);
    if (known !== undefined) bars.set(bar, known + calls);
  }
  const drawn = [...bars].map(([fromMs, calls]) => ({ fromMs, calls }));
  return {
    bars: drawn,
    forecast: forecastBars(atMs, lastMs, waiting, forecast.clearsAtMs),
    pace: Math.floor((allowed * HALF_HOUR_MS) / DAY_MS),
    isEmpty: drawn.every(({ calls }) => calls === 0),
  };
}

function halfHourOf(atMs: number): number {
  return Math.floor(atMs / HALF_HOUR_MS) * HALF_HOUR_MS;
}

/** Those who wait, spread evenly until nobody does. */
function forecastBars(
  atMs: number,
  lastMs: number,
  waiting: number,
  goneAtMs: number | undefined,
): readonly CallBar[] {
  if (waiting === 0 || goneAtMs === undefined || goneAtMs <= atMs) return [];
  const perMs = waiting / (goneAtMs - atMs);
  const bars: CallBar[] = [];
  for (let fromMs = lastMs + HALF_HOUR_MS; fromMs < goneAtMs; fromMs += HALF_HOUR_MS) {
    if (bars.length === FORECAST_BARS) break;
    const lengthMs = Math.min(HALF_HOUR_MS, goneAtMs - fromMs);
    bars.push({ fromMs, calls: Math.round(perMs * lengthMs) });
  }
  return bars;
}

export interface AllowanceView {
  readonly used: string;
  readonly ofUsed: string;
  /** From 0 to 1. */
  readonly fraction: number;
  readonly rows: readonly Row[];
}

/** @param allowance of the last day; not there in the first moments of a page */
export function allowanceView(
  chain: ChainOverview,
  allowance: Allowance | undefined,
  nowMs: number,
  { words, formats }: Saying,
): AllowanceView {
  const { allowed, used, forecast } = chain.allowance;
  const backlog =
    isSending(chain) || forecast.type === "clear"
      ? goneOf(forecast, nowMs, { words, formats })
      : words.allowance.standsStill;
  const say = words.allowance;
  const free = allowed - used;
  const freeing = allowance === undefined ? undefined : freeInNextHour(allowance);
  return {
    used: formats.count(used),
    ofUsed: say.ofUsed(formats.count(allowed)),
    fraction: allowed === 0 ? 1 : Math.min(1, used / allowed),
    rows: [
      free < 0
        ? { name: say.over, value: formats.count(-free) }
        : { name: say.free, value: formats.count(free) },
      ...(freeing === undefined ? [] : [{ name: say.freeNextHour, value: formats.count(freeing) }]),
      { name: say.backlog, value: backlog },
    ],
  };
}

function goneOf(
  { type, clearsAtMs, growsPerDay }: AllowanceFigures["forecast"],
  nowMs: number,
  { words, formats }: Saying,
): string {
  const say = words.allowance;
  if (type === "grows") return say.grows(formats.count(Math.ceil(growsPerDay ?? 0)));
  return clearsAtMs === undefined ? say.noBacklog : say.goneAt(formats.moment(clearsAtMs, nowMs));
}

/** What was charged 23 to 24 hours ago: a day after a call it no longer counts. */
function freeInNextHour({ atMs, steps }: Allowance): number {
  const untilMs = atMs - DAY_MS + HOUR_MS;
  return steps.filter(({ fromMs }) => fromMs < untilMs).reduce((sum, { calls }) => sum + calls, 0);
}

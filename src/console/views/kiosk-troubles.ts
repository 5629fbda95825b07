import { isCameraInTrouble } from "../../contract/camera-state.ts";
import type { KioskState } from "../../contract/kiosk-state.ts";
import { lengthIn, type Saying } from "./saying.ts";

/** A circle, a triangle, a square: colour never speaks alone. */
export type Condition = "good" | "warn" | "bad";

/** Something that somebody may have to see to. */
export interface Trouble {
  readonly condition: Exclude<Condition, "good">;
  readonly says: string;
  /** The worst is 0. */
  readonly rank: number;
}

/** Ours: after a day without a word a kiosk is off, or gone, and not merely out of reach. */
const OFF_AFTER_MS = 86_400_000;

/** Ours: so far off, what a kiosk shows of time is wrong; when a scan was is the proxy's to say (CL1). */
const CLOCK_OFF_MS = 300_000;

/** Ours: one a day is an update, and a few are staff's; more is a page that is not well. */
const MANY_STARTS = 8;

/** In the order of which is worse; each says what it finds, or nothing. */
type Find = (kiosk: KioskState, nowMs: number, saying: Saying) => string | undefined;
const TROUBLES: readonly (readonly [Trouble["condition"], Find])[] = [
  ["bad", offFor],
  ["bad", cannotStore],
  ["bad", ({ scannerSilent }, _, { words }) => when(scannerSilent, words.kiosks.scannerSilent)],
  ["warn", silentFor],
  ["warn", closedFor],
  ["warn", refusesConfig],
  ["warn", nearlyFull],
  [
    "warn",
    ({ storagePersisted }, _, { words }) => when(storagePersisted === false, words.kiosks.storage),
  ],
  ["warn", cameraTrouble],
  ["warn", beginsAgain],
  ["warn", screenSleeps],
  ["warn", wrongPins],
  ["warn", clockOff],
];

/** Of a kiosk that nobody hears, only what lasts until somebody was there. */
const LASTING: ReadonlySet<Find> = new Set([offFor, silentFor, closedFor]);

/** What is wrong with a kiosk, the worst first; `isLossy`: it lost something. */
export function troublesOf(
  kiosk: KioskState,
  isLossy: boolean,
  nowMs: number,
  saying: Saying,
): readonly Trouble[] {
  const lost = isLossy ? ([["bad", saying.words.kiosks.lost, 0]] as const) : [];
  const found = TROUBLES.flatMap(([condition, find], index) => {
    if (kiosk.isSilent && !LASTING.has(find)) return [];
    const says = find(kiosk, nowMs, saying);
    return says === undefined ? [] : [[condition, says, index + 1] as const];
  });
  return [...lost, ...found].map(([condition, says, rank]) => ({ condition, says, rank }));
}

function when(isSo: boolean | undefined, says: string): string | undefined {
  return isSo === true ? says : undefined;
}

function offFor({ isSilent, lastSeenMs }: KioskState, nowMs: number, { words }: Saying) {
  const silentMs = nowMs - lastSeenMs;
  return when(isSilent && silentMs >= OFF_AFTER_MS, words.kiosks.off(lengthIn(words, silentMs)));
}

function silentFor({ isSilent, lastSeenMs }: KioskState, nowMs: number, { words }: Saying) {
  const silentMs = nowMs - lastSeenMs;
  return when(isSilent && silentMs < OFF_AFTER_MS, words.kiosks.silent(lengthIn(words, silentMs)));
}

function cannotStore({ health }: KioskState, _: number, { words }: Saying): string | undefined {
  const why = health?.troubles?.outOfService?.why;
  return why === undefined || why === "closed" ? undefined : words.kiosks.cannotStore[why];
}

/** For as long as it said, and since then. */
function closedFor(
  { health, lastSeenMs }: KioskState,
  nowMs: number,
  { words }: Saying,
): string | undefined {
  const outage = health?.troubles?.outOfService;
  if (outage?.why !== "closed") return undefined;
  return words.kiosks.closed(lengthIn(words, outage.forMs + Math.max(0, nowMs - lastSeenMs)));
}

function refusesConfig({ health }: KioskState, _: number, { words }: Saying): string | undefined {
  const field = health?.troubles?.configRefused;
  return field === undefined ? undefined : words.kiosks.configRefused(field);
}

function nearlyFull({ health }: KioskState, _: number, { words }: Saying): string | undefined {
  return when(health?.troubles?.nearlyFull, words.kiosks.nearlyFull);
}

function cameraTrouble({ health }: KioskState, _: number, { words }: Saying): string | undefined {
  const state = health?.camera;
  if (state === undefined || !isCameraInTrouble(state)) return undefined;
  return words.kiosks.cameraTrouble(words.kiosks.camera[state]);
}

function beginsAgain(
  { health }: KioskState,
  _: number,
  { words, formats }: Saying,
): string | undefined {
  const { starts = 0, loopedMs } = health?.troubles ?? {};
  if (loopedMs !== undefined) return words.kiosks.looped(lengthIn(words, loopedMs));
  return when(starts >= MANY_STARTS, words.kiosks.starts(formats.count(starts)));
}

function screenSleeps({ health }: KioskState, _: number, { words }: Saying): string | undefined {
  return when(health?.wakeLock === "refused", words.kiosks.sleeps);
}

function wrongPins(
  { health }: KioskState,
  _: number,
  { words, formats }: Saying,
): string | undefined {
  const wrong = health?.troubles?.wrongPins;
  return wrong === undefined ? undefined : words.kiosks.wrongPins(formats.count(wrong));
}

function clockOff({ clockOffsetMs = 0 }: KioskState, _: number, { words }: Saying) {
  return when(Math.abs(clockOffsetMs) >= CLOCK_OFF_MS, words.kiosks.clockOff);
}

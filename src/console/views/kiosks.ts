import type { CameraState } from "../../contract/camera-state.ts";
import type { KioskState } from "../../contract/kiosk-state.ts";
import type { Overview } from "../../contract/overview.ts";
import { isLoss } from "./losses.ts";
import { lengthIn, NONE, type Saying } from "./saying.ts";

/** A circle, a triangle, a square: colour never speaks alone. */
export type Condition = "good" | "warn" | "bad";

/** Ours: after a day without a word a kiosk is off, or gone, and not merely out of reach. */
const OFF_AFTER_MS = 86_400_000;

/** Ours: so far off, what a kiosk shows of time is wrong; when a scan was is the proxy's to say (CL1). */
const CLOCK_OFF_MS = 300_000;

/** Ours: less is the way the message took. */
const CLOCK_RIGHT_MS = 2_000;

/** Most kiosks have none. */
const CAMERA_AT_EASE: ReadonlySet<CameraState | undefined> = new Set([
  undefined,
  "starting",
  "reading",
  "paused",
] as const);

export interface KioskRow {
  readonly deviceId: string;
  readonly condition: Condition;
  readonly state: string;
  readonly storeId: string;
  readonly kioskId: string;
  readonly heard: string;
  readonly owed: string;
  readonly owedMetric: string;
  readonly clock: string;
  readonly storage: string;
  readonly app: string;
}

export interface KiosksView {
  readonly isEmpty: boolean;
  /** `211 of 214 working, worst first`. */
  readonly summary: string;
  readonly owed: string;
  readonly rows: readonly KioskRow[];
  /** All there are, also those that are not among the rows. */
  readonly known: number;
}

/** @param all every kiosk there is, where that was asked for */
export function kiosksView(
  { kiosks, incidents }: Pick<Overview, "kiosks" | "incidents">,
  all: readonly KioskState[] | undefined,
  nowMs: number,
  saying: Saying,
): KiosksView {
  const lossy = new Set(incidents.list.filter(isLoss).map(({ deviceId }) => deviceId));
  const { words, formats } = saying;
  const listed = all ?? kiosks.list;
  const rated = listed
    .map((kiosk) => ({ kiosk, ...rate(kiosk, lossy, nowMs, saying) }))
    .toSorted(
      (a, b) => a.rank - b.rank || b.kiosk.owed - a.kiosk.owed || byPlace(a.kiosk, b.kiosk),
    );
  const working = rated.filter(({ condition }) => condition === "good").length;
  const known = Math.max(kiosks.known, listed.length);
  return {
    isEmpty: known === 0,
    known,
    summary:
      listed.length < known
        ? words.kiosks.silentOf(formats.count(kiosks.silent), formats.count(known))
        : words.kiosks.working(formats.count(working), formats.count(known)),
    owed: words.kiosks.owed(formats.count(kiosks.owed)),
    rows: rated.map(({ kiosk, condition, state }) => ({
      deviceId: kiosk.deviceId,
      condition,
      state,
      storeId: kiosk.storeId,
      kioskId: kiosk.kioskId,
      heard: words.ago(lengthIn(words, nowMs - kiosk.lastSeenMs)),
      owed: formats.count(kiosk.owed),
      owedMetric: owedMetricOf(kiosk),
      clock: clockOf(kiosk.clockOffsetMs, saying),
      storage: storageOf(kiosk.storagePersisted, saying),
      app: appOf(kiosk.appVersion),
    })),
  };
}

interface Rating {
  readonly condition: Condition;
  readonly state: string;
  /** The worst is 0. */
  readonly rank: number;
}

/** The worst of what can be said of it. */
function rate(
  kiosk: KioskState,
  lossy: ReadonlySet<string>,
  nowMs: number,
  { words }: Saying,
): Rating {
  const say = words.kiosks;
  if (lossy.has(kiosk.deviceId)) return { condition: "bad", state: say.lost, rank: 0 };
  const silentMs = nowMs - kiosk.lastSeenMs;
  if (kiosk.isSilent && silentMs >= OFF_AFTER_MS) {
    return { condition: "bad", state: say.off(lengthIn(words, silentMs)), rank: 1 };
  }
  if (kiosk.scannerSilent === true && !kiosk.isSilent) {
    return { condition: "bad", state: say.scannerSilent, rank: 2 };
  }
  if (kiosk.isSilent) {
    return { condition: "warn", state: say.silent(lengthIn(words, silentMs)), rank: 3 };
  }
  if (kiosk.storagePersisted === false) {
    return { condition: "warn", state: say.storage, rank: 4 };
  }
  if (!CAMERA_AT_EASE.has(kiosk.health?.camera)) {
    return { condition: "warn", state: say.cameraOff, rank: 5 };
  }
  if (Math.abs(kiosk.clockOffsetMs ?? 0) >= CLOCK_OFF_MS) {
    return { condition: "warn", state: say.clockOff, rank: 6 };
  }
  return { condition: "good", state: say.ok, rank: 7 };
}

/** How many of those that are listed need somebody. */
export function kiosksToLookAt(view: KiosksView): number {
  return view.rows.filter(({ condition }) => condition !== "good").length;
}

function clockOf(offsetMs: number | undefined, { words }: Saying): string {
  if (offsetMs === undefined) return NONE;
  if (Math.abs(offsetMs) < CLOCK_RIGHT_MS) return words.kiosks.right;
  const length = lengthIn(words, Math.abs(offsetMs));
  return offsetMs > 0 ? words.kiosks.ahead(length) : words.kiosks.behind(length);
}

function storageOf(persisted: boolean | undefined, { words }: Saying): string {
  if (persisted === undefined) return NONE;
  return persisted ? words.kiosks.kept : words.kiosks.atRisk;
}

function owedMetricOf({ deviceId, storeId, kioskId }: KioskState): string {
  return `tarjeta_kiosk_owed_updates{device="${deviceId}",store="${storeId}",kiosk="${kioskId}"}`;
}

/** The build names the app's script after its contents: `index-Cx8aB2f1.js`. */
function appOf(version: string | undefined): string {
  if (version === undefined) return NONE;
  return /^index-(.+)\.js$/.exec(version)?.[1] ?? version;
}

function byPlace(a: KioskState, b: KioskState): number {
  return a.storeId.localeCompare(b.storeId) || a.kioskId.localeCompare(b.kioskId);
}

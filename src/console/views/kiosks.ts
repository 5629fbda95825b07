import type { KioskState } from "../../contract/kiosk-state.ts";
import type { Overview } from "../../contract/overview.ts";
import { troublesOf, type Condition, type Trouble } from "./kiosk-troubles.ts";
import { isLoss } from "./losses.ts";
import { lengthIn, NONE, type Saying } from "./saying.ts";

/** Ours: less is the way the message took. */
const CLOCK_RIGHT_MS = 2_000;

export interface KioskRow {
  readonly deviceId: string;
  readonly condition: Condition;
  readonly state: string;
  /** What else is wrong with it. */
  readonly also: readonly string[];
  readonly storeId: string;
  readonly kioskId: string;
  readonly heard: string;
  readonly owed: string;
  readonly owedMetric: string;
  readonly clock: string;
  readonly storage: string;
  readonly camera: string;
  readonly config: string;
  readonly app: string;
}

export interface KiosksView {
  readonly isEmpty: boolean;
  /** `211 of 214 working, worst first`. */
  readonly summary: string;
  readonly owed: string;
  /** How many take no cards; absent where none does, or nobody says. */
  readonly outOfService: string | undefined;
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
    .map((kiosk) => ({
      kiosk,
      troubles: troublesOf(kiosk, lossy.has(kiosk.deviceId), nowMs, saying),
    }))
    .toSorted(
      (a, b) =>
        rankOf(a.troubles) - rankOf(b.troubles) ||
        b.kiosk.owed - a.kiosk.owed ||
        byPlace(a.kiosk, b.kiosk),
    );
  const working = rated.filter(({ troubles }) => troubles.length === 0).length;
  const known = Math.max(kiosks.known, listed.length);
  return {
    isEmpty: known === 0,
    known,
    summary:
      listed.length < known
        ? words.kiosks.silentOf(formats.count(kiosks.silent), formats.count(known))
        : words.kiosks.working(formats.count(working), formats.count(known)),
    owed: words.kiosks.owed(formats.count(kiosks.owed)),
    outOfService: kiosks.outOfService ? formats.count(kiosks.outOfService) : undefined,
    rows: rated.map(({ kiosk, troubles: [worst, ...others] }) => ({
      deviceId: kiosk.deviceId,
      condition: worst?.condition ?? "good",
      state: worst?.says ?? words.kiosks.ok,
      also: others.map(({ says }) => says),
      storeId: kiosk.storeId,
      kioskId: kiosk.kioskId,
      heard: words.ago(lengthIn(words, nowMs - kiosk.lastSeenMs)),
      owed: formats.count(kiosk.owed),
      owedMetric: owedMetricOf(kiosk),
      clock: clockOf(kiosk.clockOffsetMs, saying),
      storage: storageOf(kiosk, saying),
      camera: cameraOf(kiosk, saying),
      config: kiosk.health?.configVersion ?? NONE,
      app: appOf(kiosk.appVersion),
    })),
  };
}

function rankOf([worst]: readonly Trouble[]): number {
  return worst?.rank ?? Infinity;
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

function storageOf({ storagePersisted, health }: KioskState, { words }: Saying): string {
  const { nearlyFull, outOfService } = health?.troubles ?? {};
  if (outOfService?.why === "full" || nearlyFull === true) return words.kiosks.full;
  if (storagePersisted === undefined) return NONE;
  return storagePersisted ? words.kiosks.kept : words.kiosks.atRisk;
}

function cameraOf({ health }: KioskState, { words }: Saying): string {
  return health?.camera === undefined ? NONE : words.kiosks.camera[health.camera];
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

import type { Incident } from "../../contract/admin.ts";
import type { KioskState } from "../../contract/kiosk-state.ts";
import { SILENT_AFTER_MS } from "../../contract/kiosk-state.ts";
import type { KioskOutage } from "../../contract/kiosk-troubles.ts";
import {
  OVERVIEW_HELP_CALLS,
  OVERVIEW_KIOSKS,
  type Backlog,
  type ChainOverview,
  type Overview,
} from "../../contract/overview.ts";
import { allowanceForecast } from "../allowance-forecast.ts";
import type { ScanSlots } from "../store/operations-store.ts";
import type { KioskFigures, StoreFigures } from "../store/store.ts";

/** What an overview is made of: one reading of the figures, and beside it what they only count. */
export interface OverviewParts {
  readonly figures: StoreFigures;
  readonly allowed: number;
  /** Open ones, newest first, and how many there are. */
  readonly incidents: { readonly open: number; readonly list: readonly Incident[] };
}

/** Of the whole chain. */
export function chainOverview({ figures, allowed, incidents }: OverviewParts): Overview {
  return {
    ...slotsOf(figures),
    atMs: figures.atMs,
    kiosks: kiosksOf(figures.kiosks, figures.atMs),
    incidents: { open: incidents.open, list: [...incidents.list] },
    help: helpOf(figures.help.open),
    chain: chainOf(figures, allowed),
  };
}

/** Of one store, and nothing else (rule AD4). */
export function storeOverview(
  { figures, incidents }: Omit<OverviewParts, "allowed">,
  storeId: string,
  scans: ScanSlots,
): Overview {
  const own = figures.kiosks.filter((kiosk) => kiosk.storeId === storeId);
  return {
    ...slotsOf(scans),
    atMs: figures.atMs,
    storeId,
    kiosks: kiosksOf(own, figures.atMs),
    incidents: { open: incidents.open, list: [...incidents.list] },
    help: helpOf(figures.help.open.filter((call) => call.storeId === storeId)),
  };
}

function helpOf(open: StoreFigures["help"]["open"]): Overview["help"] {
  return { open: open.length, list: open.slice(0, OVERVIEW_HELP_CALLS) };
}

function slotsOf({ scans, hours, days }: ScanSlots): Pick<Overview, "scans" | "hours" | "days"> {
  return { scans: { ...scans }, hours: [...hours], days: [...days] };
}

function kiosksOf(kiosks: readonly KioskFigures[], atMs: number): Overview["kiosks"] {
  const states = kioskStates(kiosks, atMs);
  return {
    known: states.length,
    silent: states.filter(({ isSilent }) => isSilent).length,
    owed: states.reduce((sum, { owed }) => sum + owed, 0),
    outOfService: states.filter((each) => outageOf(each) !== undefined).length,
    list: states.slice(0, OVERVIEW_KIOSKS),
  };
}

/**
 * Those to look after first: silent ones, the longest first, then those that take no cards, then by what
 * they owe.
 */
export function kioskStates(kiosks: readonly KioskFigures[], atMs: number): KioskState[] {
  return kiosks
    .map((kiosk) => ({ ...kiosk, isSilent: isSilent(kiosk, atMs) }))
    .toSorted((a, b) => {
      if (a.isSilent !== b.isSilent) return a.isSilent ? -1 : 1;
      if (a.isSilent && a.lastSeenMs !== b.lastSeenMs) return a.lastSeenMs - b.lastSeenMs;
      const isOut = outageOf(a) !== undefined;
      if (isOut !== (outageOf(b) !== undefined)) return isOut ? -1 : 1;
      if (a.owed !== b.owed) return b.owed - a.owed;
      return placeOf(a) < placeOf(b) ? -1 : 1;
    });
}

export function isSilent({ lastSeenMs }: KioskFigures, atMs: number): boolean {
  return atMs - lastSeenMs > SILENT_AFTER_MS;
}

/** That it takes no cards, by its last word. */
export function outageOf({ health }: Pick<KioskFigures, "health">): KioskOutage | undefined {
  return health?.troubles?.outOfService;
}

function placeOf({ storeId, kioskId, deviceId }: KioskFigures): string {
  return `${storeId} ${kioskId} ${deviceId}`;
}

function chainOf(figures: StoreFigures, allowed: number): ChainOverview {
  const byClass = Object.entries(figures.deadLettersByClass)
    .filter(([, visitors]) => visitors > 0)
    .map(([name, visitors]) => ({ class: name, visitors }));
  return {
    allowance: {
      allowed,
      used: figures.allowanceUsed,
      forecast: allowanceForecast(figures, allowed),
    },
    forwarding: figures.forwarding,
    backlog: backlogOf(figures),
    deadLetters: {
      visitors: figures.deadLetters,
      byClass: byClass.toSorted((a, b) => b.visitors - a.visitors || (a.class < b.class ? -1 : 1)),
    },
    heldUpdates: figures.held,
  };
}

function backlogOf(figures: StoreFigures): Backlog {
  const { fresh, backlog } = figures.lanes;
  return {
    visitors: figures.visitorsWaiting,
    oldestAgeMs: figures.oldestWaitingMs,
    lanes: {
      fresh: { visitors: fresh.visitors, oldestAgeMs: fresh.oldestMs },
      backlog: { visitors: backlog.visitors, oldestAgeMs: backlog.oldestMs },
    },
    ages: figures.ages.map(({ upToMs, ...own }) => ({
      ...own,
      ...(upToMs === undefined ? {} : { upToMs }),
    })),
    absent: figures.visitorsAbsent,
    unknown: figures.visitorsUnknown,
  };
}

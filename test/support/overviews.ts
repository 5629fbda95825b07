import type { Incident } from "../../src/contract/admin.ts";
import type { KioskState } from "../../src/contract/kiosk-state.ts";
import type { ChainOverview, Overview } from "../../src/contract/overview.ts";
import { createFormats } from "../../src/console/formats.ts";
import type { Saying } from "../../src/console/views/saying.ts";
import { ENGLISH } from "../../src/console/words-english.ts";
import { anId, NOW } from "./store-builders.ts";

// A day on which nothing is wrong; a test names only what it is about.

export const SAYING: Saying = { words: ENGLISH, formats: createFormats("en", "Europe/Madrid") };

export const NO_SCANS = { applied: 0, waiting: 0, unknown: 0, refused: 0 };

export function aKioskState(sketch: Partial<KioskState> = {}): KioskState {
  return {
    deviceId: anId(1),
    storeId: "madrid-1",
    kioskId: "entrance",
    lastSeenMs: NOW - 14_000,
    isSilent: false,
    owed: 0,
    appVersion: "index-Cx8aB2f1.js",
    clockOffsetMs: 100,
    storagePersisted: true,
    ...sketch,
  };
}

export function anIncident(sketch: Partial<Incident> = {}): Incident {
  return {
    id: "updates-lost:1",
    type: "updates-lost",
    deviceId: anId(1),
    storeId: "madrid-1",
    kioskId: "entrance",
    epoch: anId(2),
    detail: "seq 3 of epoch 1",
    firstAtMs: NOW - 60_000,
    lastAtMs: NOW,
    open: true,
    ...sketch,
  };
}

export function aChain(sketch: Partial<ChainOverview> = {}): ChainOverview {
  const none = { visitors: 0, oldestAgeMs: 0 };
  return {
    allowance: { allowed: 1_000_000, used: 438_400, forecast: { type: "clear" } },
    forwarding: { state: "running", breaker: { state: "closed", failures: 0 } },
    backlog: {
      ...none,
      lanes: { fresh: none, backlog: none },
      ages: [],
      absent: 0,
      unknown: 0,
    },
    deadLetters: { visitors: 0, byClass: [] },
    heldUpdates: 0,
    ...sketch,
  };
}

export function anOverview(sketch: Partial<Overview> = {}): Overview {
  return {
    atMs: NOW,
    scans: { applied: 986, waiting: 9, unknown: 4, refused: 1 },
    hours: [],
    days: [],
    kiosks: { known: 1, silent: 0, owed: 0, list: [aKioskState()] },
    incidents: { open: 0, list: [] },
    help: { open: 0, list: [] },
    chain: aChain(),
    ...sketch,
  };
}

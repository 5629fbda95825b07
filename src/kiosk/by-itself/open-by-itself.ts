import { effect, type ReadonlySignal } from "@preact/signals-core";
import type { CameraState } from "../../contract/camera-state.ts";
import type { KioskHealth } from "../../contract/kiosk-health.ts";
import type { Device } from "../../contract/update.ts";
import type { Clock } from "../../domain/clock.ts";
import { isOpenAt } from "../../domain/opening-hours.ts";
import type { ClockReading } from "../../domain/effective-time.ts";
import type { Owed } from "../../outbox/idb-owed.ts";
import type { KeptStore } from "../../outbox/kept-store.ts";
import { FLUSH_LOCK } from "../../outbox/lock.ts";
import { remembered, TRIES_KEY } from "../staff/pin-tries.ts";
import type { VisitSession } from "../visit-session.ts";
import { endVisit } from "../visit-first.ts";
import { noteBoot } from "./boots.ts";
import type { BrokenScreen } from "./broken-screen.tsx";
import { createErrorWatch, isNoise } from "./error-watch.ts";
import { oldestOwedMs } from "./oldest-owed.ts";
import { watchOutage, type Outage } from "./outage.ts";
import { createScanSilence } from "./scan-silence.ts";
import { troublesOf } from "./troubles.ts";
import { UPDATE_DEADLINE_HOURS, UPDATE_IDLE_SECONDS, type UpdatePolicy } from "./update-wait.ts";
import { createWakeKeeper } from "./wake-lock.ts";

export interface ByItselfDeps {
  readonly session: Pick<VisitSession, "config" | "screen" | "turn" | "lastReadMs">;
  /** Shown over whatever broke. */
  readonly broken: BrokenScreen;
  /** How its camera fares, where it has one. */
  readonly cameraState: () => CameraState | undefined;
  readonly device: Pick<Device, "timeZone">;
  readonly clock: Clock;
  readonly reading: () => ClockReading;
  readonly owed: Pick<Owed, "peek">;
  readonly kept: Pick<KeptStore, "get">;
  /** Updates owed. */
  readonly depth: ReadonlySignal<number>;
  /** The first wrong field of the configuration that it should have and does not use. */
  readonly configRefused: () => string | undefined;
  /** Loads the page anew as soon as nobody stands there. */
  readonly beginAgain: () => void;
  readonly onError: (error: unknown) => void;
}

/** What a kiosk does without anybody: its screen awake, its own faults mended, and how it fares told. */
export interface ByItself {
  readonly health: () => Promise<KioskHealth>;
  readonly wakeLock: () => KioskHealth["wakeLock"];
  /** That it takes no cards. */
  readonly outage: ReadonlySignal<Outage | undefined>;
  readonly updatePolicy: () => UpdatePolicy;
  readonly isFlushing: () => Promise<boolean>;
}

/** Ours: long enough to read two sentences. */
const BROKEN_MS = 10_000;

/** Ours: a page that lives for so long is in no loop any more. */
const QUIET_MS = 600_000;

/** Ours: opening hours begin and end on minutes. */
const LOOK_EVERY_MS = 60_000;

/** Of Chromium alone; coarse, and enough to see a leak. */
interface WithMemory {
  readonly memory?: { readonly usedJSHeapSize: number };
}

export function openByItself(deps: ByItselfDeps): ByItself {
  const { session, device, clock } = deps;
  const boots = noteBoot(localStorage, clock.wallMs());
  const startMs = clock.monoMs();
  const silence = createScanSilence(startMs);
  const outage = watchOutage({ session, clock, storage: localStorage });
  const wake = createWakeKeeper("wakeLock" in navigator ? navigator.wakeLock : undefined);
  const errors = watchErrors(deps, boots.isLoop);

  const isOpen = (): boolean =>
    isOpenAt(session.config.value.openingHours, clock.wallMs(), device.timeZone);
  const look = (): void => {
    // Who takes no cards is not silent.
    const mayRead = isOpen() && outage.value === undefined;
    silence.look(clock.monoMs(), mayRead, session.lastReadMs());
    wake.want(isOpen() && document.visibilityState === "visible").catch(deps.onError);
  };
  effect(look);
  setInterval(look, LOOK_EVERY_MS);
  // The browser takes the lock from a page that nobody sees.
  document.addEventListener("visibilitychange", look);

  return {
    async health() {
      look();
      const nowMs = clock.monoMs();
      const { version, byItself } = session.config.peek();
      const limit = byItself?.scannerSilentMinutes;
      const read = session.lastReadMs();
      const camera = deps.cameraState();
      const oldest = await oldestOwedMs(deps.owed, deps.reading());
      const space = await storageFigures();
      // Where they cannot be read, nobody's are known.
      const tries = await deps.kept.get(TRIES_KEY).catch(() => undefined);
      return {
        configVersion: version,
        ...(oldest === undefined ? {} : { oldestOwedMs: oldest }),
        ...(read === undefined ? {} : { lastScanMs: Math.round(nowMs - read) }),
        ...(limit === undefined
          ? {}
          : { scannerSilent: outage.peek() === undefined && silence.openMs() > limit * 60_000 }),
        uptimeMs: Math.round(nowMs - startMs),
        errors: errors.count(),
        boots: boots.count,
        quiet: boots.isLoop,
        wakeLock: wake.state(),
        ...(camera === undefined ? {} : { camera }),
        ...space,
        ...heapFigures(),
        troubles: troublesOf({
          outage: outage.peek(),
          space,
          depth: deps.depth.peek(),
          configRefused: deps.configRefused(),
          boots,
          tries: remembered(tries, clock.wallMs()),
          wallMs: clock.wallMs(),
          monoMs: nowMs,
        }),
      };
    },
    wakeLock: wake.state,
    outage,
    updatePolicy() {
      const { updateIdleSeconds, updateDeadlineHours } = session.config.peek().byItself ?? {};
      return {
        idleMs: (updateIdleSeconds ?? UPDATE_IDLE_SECONDS) * 1_000,
        deadlineMs: (updateDeadlineHours ?? UPDATE_DEADLINE_HOURS) * 3_600_000,
        notBeforeMs: boots.isLoop ? startMs + QUIET_MS : 0,
      };
    },
    async isFlushing() {
      const { held = [] } = await navigator.locks.query();
      return held.some(({ name }) => name === FLUSH_LOCK);
    },
  };
}

/** Whatever breaks and nobody catches: a calm screen, then attract; and what it was stays untold. */
function watchErrors({ session, clock, broken, beginAgain }: ByItselfDeps, isLoop: boolean) {
  const watch = createErrorWatch();
  let timer: number | undefined;

  const goOn = (): void => {
    window.clearTimeout(timer);
    broken.hide();
    session.turn(endVisit);
  };
  const broke = (message: string): void => {
    if (isNoise(message)) return;
    const what = watch.broke(clock.monoMs());
    broken.show();
    window.clearTimeout(timer);
    timer = window.setTimeout(() => {
      goOn();
      // In a loop of starts one more mends nothing, and cards are taken as they are.
      if (what === "again" && !isLoop) beginAgain();
    }, BROKEN_MS);
  };
  window.addEventListener("error", ({ message }) => broke(message));
  window.addEventListener("unhandledrejection", () => broke(""));
  // A card that is thanked for meanwhile needs no calm screen before its thanks.
  effect(() => {
    if (session.screen.value.state === "thanked") broken.hide();
  });
  return watch;
}

async function storageFigures(): Promise<Pick<KioskHealth, "quotaBytes" | "usedBytes">> {
  const { quota, usage } = await navigator.storage.estimate();
  return {
    ...(quota === undefined ? {} : { quotaBytes: quota }),
    ...(usage === undefined ? {} : { usedBytes: usage }),
  };
}

function heapFigures(): Pick<KioskHealth, "heapBytes"> {
  const { memory } = performance as WithMemory;
  return memory === undefined ? {} : { heapBytes: memory.usedJSHeapSize };
}

import { computed, signal, type ReadonlySignal } from "@preact/signals-core";
import type { Device } from "../../contract/update.ts";
import type { Clock } from "../../domain/clock.ts";
import { isOpenAt } from "../../domain/opening-hours.ts";
import type { CountdownDeps } from "../countdown.ts";
import type { VisitSession } from "../visit-session.ts";

export interface CameraHoursDeps extends Pick<CountdownDeps, "every"> {
  readonly session: Pick<VisitSession, "screen" | "config">;
  readonly device: Pick<Device, "timeZone">;
  readonly clock: Clock;
  /** The time of day, by the proxy's clock where that is known: a wrong one must not keep a camera off. */
  readonly wallMs: () => number;
}

/** When somebody may show a camera a card. */
export interface CameraHours {
  readonly isWanted: ReadonlySignal<boolean>;
  /** Somebody is there after all. */
  readonly touched: () => void;
  readonly stop: () => void;
}

/** Ours: long enough to find a card, and not all night. */
export const TOUCHED_MS = 120_000;

/** Ours: opening hours begin and end on minutes. */
const LOOK_EVERY_MS = 60_000;

/**
 * Within the store's opening hours while the kiosk takes cards; outside of them while a visit goes on or
 * staff are at it, and for two minutes after a touch.
 */
export function watchCameraHours(deps: CameraHoursDeps): CameraHours {
  const { session, device, clock } = deps;
  const isOpen = signal(true);
  /** When somebody last touched the kiosk, as long as that counts. */
  const touchedMs = signal<number | undefined>(undefined);

  const look = (): void => {
    isOpen.value = isOpenAt(session.config.peek().openingHours, deps.wallMs(), device.timeZone);
    const lastMs = touchedMs.peek();
    if (lastMs !== undefined && clock.monoMs() - lastMs >= TOUCHED_MS) touchedMs.value = undefined;
  };
  look();
  return {
    isWanted: computed(() => {
      const { state } = session.screen.value;
      if (state === "out-of-service") return false;
      return isOpen.value || state !== "attract" || touchedMs.value !== undefined;
    }),
    touched: () => (touchedMs.value = clock.monoMs()),
    stop: deps.every(look, LOOK_EVERY_MS),
  };
}

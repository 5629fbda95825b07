import type { KioskHealth } from "../../contract/kiosk-health.ts";

/** Keeps the screen awake while it is wanted. */
export interface WakeKeeper {
  /** Asks for the lock, or lets it go. Asked again whenever the browser took it away. */
  readonly want: (awake: boolean) => Promise<void>;
  readonly state: () => KioskHealth["wakeLock"];
}

/** @param locks the browser's, where it has any */
export function createWakeKeeper(locks: Pick<WakeLock, "request"> | undefined): WakeKeeper {
  let held: WakeLockSentinel | undefined;
  let refused = false;
  let wanted = false;
  let asking: Promise<void> = Promise.resolve();

  const settle = async (): Promise<void> => {
    if (held?.released === true) held = undefined;
    if (!wanted) {
      refused = false;
      await held?.release();
      held = undefined;
      return;
    }
    if (held !== undefined || locks === undefined) return;
    try {
      held = await locks.request("screen");
      refused = false;
    } catch {
      // A hidden page or an empty battery: how the browser says no. Asked again at the next look.
      refused = true;
    }
  };

  return {
    want(awake) {
      wanted = awake;
      asking = asking.then(settle);
      return asking;
    },
    state() {
      if (locks === undefined) return "unsupported";
      if (held?.released === false) return "held";
      return refused ? "refused" : "released";
    },
  };
}

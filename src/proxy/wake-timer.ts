/** Wakes somebody at the soonest of several wished moments, and forgets none of the later ones. */
export interface WakeTimer {
  readonly wakeIn: (delayMs: number) => void;
  readonly cancel: () => void;
}

/** Ours: wishes this near to each other are one wake, so that thousands cost no more than a few. */
const TICK_MS = 100;

/** Source: longest delay of Node's timers, 2^31 - 1 ms. */
const MAX_DELAY_MS = 2_147_483_647;

/** Node's timers may fire a millisecond early. */
const EARLY_MS = 2;

/** Real time, by Node's monotonic timers. */
export function createWakeTimer(wake: () => void): WakeTimer {
  const ticks = new Set<number>();
  let timer: NodeJS.Timeout | undefined;
  let setTick = Infinity;

  const setFor = (tick: number) => {
    if (tick >= setTick) return;
    clearTimeout(timer);
    setTick = tick;
    const delayMs = Math.max(0, tick * TICK_MS - performance.now());
    timer = setTimeout(fire, Math.min(delayMs, MAX_DELAY_MS));
  };
  const fire = () => {
    const passed = Math.floor((performance.now() + EARLY_MS) / TICK_MS);
    for (const tick of ticks) if (tick <= passed) ticks.delete(tick);
    setTick = Infinity;
    if (ticks.size > 0) setFor(Math.min(...ticks));
    wake();
  };

  return {
    wakeIn: (delayMs) => {
      const tick = Math.ceil((performance.now() + Math.max(0, delayMs)) / TICK_MS);
      ticks.add(tick);
      setFor(tick);
    },
    cancel: () => {
      clearTimeout(timer);
      ticks.clear();
      setTick = Infinity;
    },
  };
}

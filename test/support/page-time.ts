import type { BrowserContext, Page } from "playwright-core";

/** What a page's clocks do at a test's word; see `installPageTime`. */
export interface PageTime {
  /** Lets so much time pass at once, in milliseconds: every timer that comes due is run, in its order. */
  readonly advance: (ms: number) => Promise<void>;
  /** Sets the wall clock forward or back; the monotonic one knows nothing of it. */
  readonly stepWall: (ms: number) => void;
}

declare global {
  var pageTime: PageTime;
}

/**
 * Puts the clocks and timers of every page opened from now on in the hands of a test. They run as always,
 * and whoever has to wait for half a minute lets it pass in a few milliseconds. What is stored or sent
 * takes the time it takes; so does the worker, whose clocks are its own.
 *
 * Between two timers a page gets a turn, so that what a timer began goes on before the next one.
 */
export async function installPageTime(context: BrowserContext): Promise<void> {
  await context.addInitScript(takeTime);
}

export async function advance(page: Page, ms: number): Promise<void> {
  await page.evaluate((forMs) => globalThis.pageTime.advance(forMs), ms);
}

export async function stepWall(page: Page, ms: number): Promise<void> {
  await page.evaluate((byMs) => globalThis.pageTime.stepWall(byMs), ms);
}

/** In the page, before any script of its own. */
function takeTime(): void {
  interface Timer {
    dueMs: number;
    readonly run: () => void;
    readonly everyMs: number | undefined;
    handle: number;
  }
  const realNow = performance.now.bind(performance);
  const realWall = Date.now.bind(Date);
  const realSet = window.setTimeout.bind(window);
  const realClear = window.clearTimeout.bind(window);
  const timers = new Map<number, Timer>();
  const turns = new MessageChannel();
  let aheadMs = 0;
  let steppedMs = 0;
  let lastId = 0;

  const now = (): number => realNow() + aheadMs;

  const arm = (id: number, timer: Timer): void => {
    timer.handle = realSet(() => fire(id), Math.max(0, timer.dueMs - now()));
  };

  const fire = (id: number): void => {
    const timer = timers.get(id);
    if (timer === undefined) return;
    realClear(timer.handle);
    if (timer.everyMs === undefined) {
      timers.delete(id);
    } else {
      timer.dueMs = now() + timer.everyMs;
      arm(id, timer);
    }
    timer.run();
  };

  const begin = (run: () => void, delayMs: number, everyMs?: number): number => {
    lastId += 1;
    const timer: Timer = { dueMs: now() + delayMs, run, everyMs, handle: 0 };
    timers.set(lastId, timer);
    arm(lastId, timer);
    return lastId;
  };

  const end = (id?: number): void => {
    const timer = timers.get(id ?? 0);
    if (timer === undefined || id === undefined) return;
    realClear(timer.handle);
    timers.delete(id);
  };

  const nextTurn = (): Promise<void> =>
    new Promise((turn) => {
      turns.port1.addEventListener("message", () => turn(), { once: true });
      turns.port1.start();
      turns.port2.postMessage(undefined);
    });

  const nextDue = (): readonly [number, Timer] | undefined => {
    const all = [...timers].toSorted(([, a], [, b]) => a.dueMs - b.dueMs);
    return all[0];
  };

  type Run = (...given: readonly unknown[]) => void;
  Object.assign(window, {
    setTimeout: (run: Run, delayMs = 0, ...given: readonly unknown[]) =>
      begin(() => run(...given), delayMs),
    setInterval: (run: Run, everyMs = 0, ...given: readonly unknown[]) =>
      begin(() => run(...given), everyMs, Math.max(1, everyMs)),
    clearTimeout: end,
    clearInterval: end,
    pageTime: {
      async advance(ms: number) {
        const endMs = now() + ms;
        for (;;) {
          const next = nextDue();
          if (next === undefined || next[1].dueMs > endMs) break;
          aheadMs += Math.max(0, next[1].dueMs - now());
          fire(next[0]);
          await nextTurn();
        }
        aheadMs += Math.max(0, endMs - now());
      },
      stepWall(ms: number) {
        steppedMs += ms;
      },
    } satisfies PageTime,
  });
  Object.defineProperty(performance, "now", { value: now, configurable: true });
  Date.now = () => realWall() + Math.round(aheadMs) + steppedMs;
}

/**
 * Watches a kiosk page from inside, without touching it: how long from a scan's last key until the
 * thanks were painted. Runs as an init script, so it must stand alone.
 *
 * Painted: the frame after the change was handed over. `requestAnimationFrame` runs before that
 * frame is drawn and a message posted from it is taken up after.
 */
export function installCaptureProbe(): void {
  const thanks: number[] = [];
  const told = new EventTarget();
  const probe = {
    thanks,
    attractMs: 0,
    async thanked(count: number): Promise<void> {
      while (thanks.length < count) {
        await new Promise((heard) => told.addEventListener("thanked", heard, { once: true }));
      }
    },
  };
  Object.assign(globalThis, { captureProbe: probe });
  let lastKeyMs = 0;
  let isThanked = false;

  addEventListener(
    "keydown",
    (event) => {
      if (event.key === "Enter") lastKeyMs = event.timeStamp;
    },
    { capture: true },
  );

  const afterPaint = (run: () => void): void => {
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.addEventListener("message", run, { once: true });
      port1.start();
      port2.postMessage(0);
    });
  };

  new MutationObserver(() => {
    const { visitState } = document.documentElement.dataset;
    if (visitState === "attract" && probe.attractMs === 0) {
      afterPaint(() => (probe.attractMs = performance.now()));
    }
    const wasThanked = isThanked;
    isThanked = visitState === "thanked";
    if (!isThanked || wasThanked) return;
    const fromMs = lastKeyMs;
    afterPaint(() => {
      thanks.push(performance.now() - fromMs);
      told.dispatchEvent(new Event("thanked"));
    });
  }).observe(document, { attributes: true, subtree: true, attributeFilter: ["data-visit-state"] });
}

declare global {
  var captureProbe: {
    /** Milliseconds from last key to painted thanks, one per scan. */
    readonly thanks: readonly number[];
    /** Resolves when that many were thanked for. Told, not polled: a poll would slow what it waits for. */
    readonly thanked: (count: number) => Promise<void>;
    /** Milliseconds from navigation to the first painted attract screen; 0 before. */
    readonly attractMs: number;
  };
}

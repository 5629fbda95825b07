import { Queue } from "workbox-background-sync";
import { fillQueue, requestOf } from "./workbox-queue.ts";

/** The peer's side of both queue benches: workbox-background-sync needs a service worker. */

// Replays only when told to: the browser's own sync must not drain behind the bench's back.
const queue = new Queue("bench", { onSync: () => undefined });

const workboxWorker = {
  fill: (count: number) => fillQueue(queue, count),

  async timePushes(count: number, then: "keep" | "remove"): Promise<readonly number[]> {
    const times: number[] = [];
    for (let done = 0; done < count; done += 1) {
      const request = requestOf(done + 1);
      const startMs = performance.now();
      await queue.pushRequest({ request });
      times.push(performance.now() - startMs);
    }
    if (then === "remove") while ((await queue.shiftRequest()) !== undefined);
    return times;
  },

  depth: () => queue.size(),

  /** Milliseconds until everything was replayed. */
  async drain(): Promise<number> {
    const startMs = performance.now();
    await queue.replayRequests();
    return performance.now() - startMs;
  },
};

declare global {
  var workboxWorker: WorkboxWorker;
}
type WorkboxWorker = typeof workboxWorker;
globalThis.workboxWorker = workboxWorker;

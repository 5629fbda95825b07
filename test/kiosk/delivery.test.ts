import { describe, expect, it } from "vitest";
import type { FlushReport } from "../../src/contract/worker-message.ts";
import { createDelivery, type DeliveryState } from "../../src/kiosk/delivery.ts";
import { aDevice, SEGMENT } from "../support/entries.ts";

const drained = { type: "drained", sent: 1 } as const;

/** A page whose worker, timers and flush are played by hand; what happens is written down. */
function aPage(part: { worker?: boolean; sync?: boolean; depth?: number; busy?: boolean } = {}) {
  const timeline: string[] = [];
  const now = { ms: 0 };
  const at = { worker: part.worker ?? true, depth: part.depth ?? 0 };
  let timer: { readonly work: () => void; readonly dueMs: number } | undefined;
  let answer: FlushReport = drained;
  const later: (() => void)[] = [];

  const delivery = createDelivery({
    outbox: { depth: async () => at.depth },
    clock: { wallMs: () => now.ms, monoMs: () => now.ms },
    device: () => aDevice(),
    reading: () => ({ segment: SEGMENT, wallMs: now.ms, monoMs: now.ms }),
    async flush({ force, steal }) {
      timeline.push(`page${force ? " force" : ""}${steal === true ? " steal" : ""}@${now.ms}`);
      return answer;
    },
    broadcast: (report) => void timeline.push(`broadcast ${report.type}`),
    post(message) {
      if (!at.worker) return false;
      const force = message.type === "FLUSH" && message.force ? " force" : "";
      timeline.push(`worker${force}@${now.ms}`);
      return true;
    },
    async registerSync() {
      if (part.sync === false) throw new Error("denied");
      timeline.push("sync");
    },
    timer(work, delayMs) {
      const mine = { work, dueMs: now.ms + delayMs };
      timer = mine;
      return () => {
        if (timer === mine) timer = undefined;
      };
    },
    soon: (work) => (part.busy === true ? void later.push(work) : work()),
    onError(error) {
      throw error;
    },
  });

  /** Lets time pass, with every timer that falls into it. */
  const pass = async (ms: number): Promise<void> => {
    const untilMs = now.ms + ms;
    while (timer !== undefined && timer.dueMs <= untilMs) {
      const { work, dueMs } = timer;
      timer = undefined;
      now.ms = Math.max(now.ms, dueMs);
      work();
      await settled();
    }
    now.ms = untilMs;
  };
  const reported = async (report: FlushReport): Promise<void> => {
    delivery.reported(report);
    await settled();
  };
  return {
    delivery,
    timeline,
    at,
    pass,
    reported,
    flushAnswers: (report: FlushReport) => (answer = report),
    seen: () => timeline.splice(0),
    hasTimer: () => timer !== undefined,
    comesToRest: () => later.splice(0).forEach((work) => work()),
  };
}

const settled = async (): Promise<void> => {
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
};

describe("delivery", () => {
  it("[FL5] asks worker and browser at page start and at every added update", async () => {
    const { delivery, seen, at } = aPage({ depth: 3 });
    await delivery.start();
    expect(delivery.state().depth).toBe(3);
    expect(seen()).toEqual(["sync", "worker@0"]);
    at.depth = 4;
    delivery.added();
    expect(delivery.state().depth).toBe(4);
    expect(seen()).toEqual(["sync", "worker@0"]);
  });

  it("[FL5] counts an added update at once and asks for its sending after the thanks", () => {
    const { delivery, seen, comesToRest } = aPage({ busy: true });
    delivery.added();
    expect(delivery.state().depth).toBe(1);
    expect(seen()).toEqual([]);
    comesToRest();
    expect(seen()).toEqual(["sync", "worker@0"]);
  });

  it("[FL5] asks when the link comes back, when the page is shown and on request", async () => {
    const { delivery, seen } = aPage();
    delivery.request("online");
    delivery.request("resumed");
    delivery.request("asked");
    expect(seen().filter((line) => line !== "sync")).toEqual([
      "worker force@0",
      "worker@0",
      "worker force@0",
    ]);
  });

  it("[FL5] asks by its timer while entries wait, and rests when none does", async () => {
    const { delivery, seen, at, pass, reported, hasTimer } = aPage({ depth: 1, sync: false });
    await delivery.start();
    await reported({ type: "paused", sent: 0, reason: "network", retryInMs: 4_000 });
    await pass(4_000);
    expect(seen()).toEqual(["worker@0", "worker@4000"]);
    at.depth = 0;
    await reported(drained);
    expect(hasTimer()).toBe(false);
    await pass(600_000);
    expect(seen()).toEqual([]);
  });

  it("[FL5] flushes in the page where no worker is, and tells the other tabs", async () => {
    const { delivery, seen, at } = aPage({ worker: false, sync: false });
    at.depth = 0;
    delivery.added();
    await settled();
    expect(seen()).toEqual(["page@0", "broadcast drained"]);
    expect(delivery.state()).toEqual({ depth: 0, link: "up", reason: undefined });
  });

  it("[FL5] notices a worker that never reports, and flushes itself", async () => {
    const { delivery, seen, at, pass } = aPage({ depth: 1 });
    await delivery.start();
    await pass(89_999);
    expect(seen().some((line) => line.startsWith("page"))).toBe(false);
    at.depth = 0;
    await pass(1);
    expect(seen()).toEqual(["sync", "worker@90000", "page@90000", "broadcast drained"]);
    expect(delivery.state().depth).toBe(0);
  });

  it("[FL5] a sync that gave up does not matter: the page's timer goes on for hours", async () => {
    const { delivery, seen, pass, flushAnswers } = aPage({ depth: 1, worker: false, sync: false });
    flushAnswers({ type: "paused", sent: 0, reason: "network", retryInMs: 300_000 });
    await delivery.start();
    await pass(3 * 3_600_000);
    expect(seen().filter((line) => line.startsWith("page")).length).toBeGreaterThan(35);
  });

  it("[FL2] takes the lock from a holder that has not moved for five minutes", async () => {
    const { delivery, seen, pass, flushAnswers } = aPage({ depth: 1 });
    flushAnswers({ type: "busy" });
    await delivery.start();
    await pass(299_999);
    expect(seen().some((line) => line.includes("steal"))).toBe(false);
    await pass(30_000);
    expect(seen().some((line) => line.includes("steal"))).toBe(true);
  });

  it("goes on at once when the time box ran out, and soon when entries are left", async () => {
    const { delivery, seen, pass, reported } = aPage({ depth: 9 });
    await delivery.start();
    await reported({ type: "more", sent: 5 });
    expect(seen()).toEqual(["sync", "worker@0", "sync", "worker@0"]);
    await reported(drained);
    await pass(5_000);
    expect(seen()).toEqual(["sync", "worker@5000"]);
  });

  it("never asks more often than twice a second, whatever a report says", async () => {
    const page = aPage({ depth: 1, worker: false });
    page.flushAnswers({ type: "paused", sent: 0, reason: "network", retryInMs: 0 });
    await page.delivery.start();
    await page.pass(5_000);
    expect(page.seen().filter((line) => line.startsWith("page")).length).toBeLessThanOrEqual(11);
  });

  it("shows depth and link to whoever listens, until they stop", async () => {
    const { delivery, reported, at } = aPage();
    const states: DeliveryState[] = [];
    const stop = delivery.subscribe((state) => states.push(state));
    at.depth = 1;
    delivery.added();
    await reported({ type: "paused", sent: 0, reason: "http-503", retryInMs: 9_000 });
    at.depth = 0;
    await reported(drained);
    stop();
    delivery.added();
    expect(states).toEqual([
      { depth: 1, link: "unknown", reason: undefined },
      { depth: 1, link: "down", reason: "http-503" },
      { depth: 1, link: "up", reason: undefined },
      { depth: 0, link: "up", reason: undefined },
    ]);
  });

  it("is silent once stopped", async () => {
    const { delivery, seen, pass } = aPage({ depth: 1 });
    await delivery.start();
    delivery.stop();
    seen();
    await pass(600_000);
    expect(seen()).toEqual([]);
  });
});

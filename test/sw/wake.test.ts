import { describe, expect, it } from "vitest";
import type { FlushReport } from "../../src/contract/worker-message.ts";
import type { FlushAsk } from "../../src/outbox/flush.ts";
import { continueReading } from "../../src/sw/page-clock.ts";
import { pageMessageFrom } from "../../src/sw/page-message.ts";
import { createWake } from "../../src/sw/wake.ts";
import type { Device } from "../../src/contract/update.ts";
import { aDevice, SEGMENT } from "../support/entries.ts";

const PAGE = { segment: SEGMENT, wallMs: 50_000, monoMs: 7_000 };
const PAIRED = { device: aDevice() };
const OWN = { segment: "0a0a0a0a-0000-4000-8000-000000000000.0", wallMs: 1, monoMs: 1 };

function aWorker(
  report: FlushReport,
  identity: () => Promise<{ device: Device } | undefined> = async () => PAIRED,
) {
  const asks: FlushAsk[] = [];
  const timeline: string[] = [];
  const now = { wallMs: 50_000, monoMs: 100 };
  const wake = createWake({
    async flush(ask) {
      asks.push(ask);
      return report;
    },
    identity,
    clock: { wallMs: () => now.wallMs, monoMs: () => now.monoMs },
    ownReading: () => OWN,
    report: ({ type }) => void timeline.push(`report ${type}`),
    async registerSync() {
      timeline.push("register");
    },
  });
  return { wake, asks, timeline, now };
}

const paused = { type: "paused", sent: 0, reason: "network", retryInMs: 1 } as const;

describe("wake", () => {
  it("flushes for the page that asks and reports how it ended", async () => {
    const { wake, asks, timeline } = aWorker({ type: "drained", sent: 2 });
    await wake.byMessage({ type: "FLUSH", clock: PAGE, force: true });
    expect(asks).toMatchObject([{ device: aDevice(), force: true }]);
    expect(timeline).toEqual(["report drained"]);
  });

  it("[FL5] fails a sync that left entries, so that the browser comes back", async () => {
    const { wake, timeline } = aWorker(paused);
    await expect(wake.bySync(false)).rejects.toThrow("network");
    expect(timeline).toEqual(["report paused"]);
  });

  it("[FL5] asks for another sync on the last try, after which none would come", async () => {
    const { wake, timeline } = aWorker({ type: "more", sent: 9 });
    await expect(wake.bySync(true)).rejects.toThrow("time is up");
    expect(timeline).toEqual(["report more", "register"]);
  });

  it("is content with a sync that drained, or that found somebody at it", async () => {
    for (const report of [{ type: "drained", sent: 0 }, { type: "busy" }] as const) {
      await expect(aWorker(report).wake.bySync(false)).resolves.toBeUndefined();
    }
  });

  it("[AU1] sends nothing before the kiosk is paired, whoever asks", async () => {
    const { wake, asks, timeline } = aWorker(paused, async () => undefined);
    await expect(wake.bySync(false)).rejects.toThrow("unpaired");
    await wake.byMessage({ type: "FLUSH", clock: PAGE, force: true });
    expect(timeline).toEqual(["report paused", "report paused"]);
    expect(asks).toEqual([]);
  });

  it("[CL1] reads its own clocks until a page has spoken, then carries the page's on", async () => {
    const { wake, asks, now } = aWorker({ type: "drained", sent: 0 });
    await wake.bySync(false);
    expect(asks[0]!.reading()).toEqual(OWN);
    await wake.byMessage({ type: "FLUSH", clock: PAGE, force: false });
    now.monoMs += 500;
    now.wallMs += 3_600_000;
    await wake.bySync(false);
    expect(asks[2]!.reading()).toEqual({ segment: SEGMENT, wallMs: 50_500, monoMs: 7_500 });
  });
});

describe("[CL1] a page's reading in the worker", () => {
  const carriedOn = (wallMs: number): number => {
    return continueReading(PAGE, { wallMs: () => wallMs, monoMs: () => 100 })().monoMs;
  };

  it("counts the time the message was under way", () => {
    expect(carriedOn(50_300)).toBe(7_300);
  });

  it("does not count it when the wall clock was set meanwhile", () => {
    expect(carriedOn(49_000)).toBe(7_000);
    expect(carriedOn(1_700_000_000_000)).toBe(7_000);
  });
});

describe("page messages", () => {
  it("reads ours and ignores everybody else's", () => {
    const flush = { type: "FLUSH", clock: PAGE, force: false } as const;
    expect(pageMessageFrom(flush)).toEqual(flush);
    expect(pageMessageFrom({ type: "SKIP_WAITING" })).toEqual({ type: "SKIP_WAITING" });
    for (const other of [undefined, "hello", { type: "CACHE_URLS" }, { ...flush, clock: 1 }]) {
      expect(pageMessageFrom(other)).toBeUndefined();
    }
  });
});

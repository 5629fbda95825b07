import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { Scan } from "../../src/domain/card.ts";
import { oneScan } from "../../src/scanner/one-scan.ts";
import type { ScannerEvent } from "../../src/scanner/scanner.ts";
import { CARD } from "./typing.ts";

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

it("[RD4] a scan that comes over two paths counts once, whichever is first", () => {
  for (const [first, second] of [
    ["hid", "wedge"],
    ["wedge", "serial"],
  ] as const) {
    const { heard, say } = aFilter();
    say({ source: first }, 1_000);
    say({ source: second }, 1_300);
    expect(heard()).toEqual([first]);
  }
});

it("[RD4] a card that a camera sees come or go counts once, for two seconds", () => {
  for (const [first, second] of [
    ["camera", "wedge"],
    ["hid", "camera"],
  ] as const) {
    const { heard, say } = aFilter();
    say({ source: first }, 1_000);
    say({ source: second }, 3_000, 3_400);
    expect(heard()).toEqual([first]);
    say({ source: second }, 3_801);
    expect(heard()).toEqual([first, second]);
  }
});

it("[RD4] a slow keyboard counts once, though it ends long after the other path", () => {
  const { heard, say } = aFilter();
  say({ source: "hid" }, 1_000);
  say({ source: "wedge" }, 1_100, 2_400);
  expect(heard()).toEqual(["hid"]);
});

it("[RD4] what was typed in another layout is the same scan", () => {
  const { heard, say } = aFilter();
  say({ source: "serial" }, 1_000);
  say({ source: "wedge", text: "éç", repaired: CARD }, 1_050);
  expect(heard()).toEqual(["serial"]);
});

it("[RD4] the same reader twice, other texts, and what comes later are scans of their own", () => {
  const { heard, say } = aFilter();
  say({ source: "hid" }, 1_000);
  say({ source: "hid" }, 1_100);
  say({ source: "wedge", text: "2000000000008" }, 1_200);
  say({ source: "serial" }, 1_401);
  expect(heard()).toEqual(["hid", "hid", "wedge", "serial"]);
});

it("[RD4] a code is remembered its whole time, whatever came before it", () => {
  const { heard, say } = aFilter();
  say({ source: "hid", text: "2000000000008" }, 1_000);
  vi.advanceTimersByTime(3_000);
  say({ source: "hid" }, 4_000);
  vi.advanceTimersByTime(300);
  say({ source: "wedge" }, 4_300);
  expect(heard()).toEqual(["hid", "hid"]);
});

it("[RD4] a rejection goes through", () => {
  const events: ScannerEvent[] = [];
  oneScan(
    (event) => events.push(event),
    timers,
  )({ type: "rejected", reason: "held-key", length: 9 });
  expect(events).toHaveLength(1);
});

it.each([
  ["hid", 3_300],
  ["camera", 5_000],
] as const)(
  "[PV1] what it remembers of a scan is gone after a few seconds: %s",
  (source, afterMs) => {
    const { say } = aFilter();
    say({ source }, 1_000);
    expect(vi.getTimerCount()).toBe(1);
    vi.advanceTimersByTime(afterMs);
    expect(vi.getTimerCount()).toBe(0);
  },
);

const timers = {
  setTimeout: (run: () => void, delayMs: number) => Number(setTimeout(run, delayMs)),
  clearTimeout: (timer: number | undefined) => clearTimeout(timer),
};

function aFilter() {
  const events: ScannerEvent[] = [];
  const listen = oneScan((event) => events.push(event), timers);
  return {
    heard: () => events.map((event) => (event.type === "scanned" ? event.scan.source : "")),
    say(scan: Partial<Scan>, startedAtMs: number, finishedAtMs = startedAtMs) {
      listen({
        type: "scanned",
        scan: { text: CARD, source: "wedge", ...scan },
        startedAtMs,
        finishedAtMs,
      });
    },
  };
}

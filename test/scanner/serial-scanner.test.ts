import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { ScannerEvent } from "../../src/scanner/scanner.ts";
import { LONGEST_LINE, stepSerialLine } from "../../src/scanner/serial-line.ts";
import { createSerialScanner, OPEN_AGAIN_MS } from "../../src/scanner/serial-scanner.ts";
import { fakePort, fakeSerial, type FakeSerial } from "../support/fake-serial.ts";
import { CARD } from "./typing.ts";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
});

afterEach(() => {
  vi.useRealTimers();
});

describe("a serial line", () => {
  it.each(["\r", "\n", "\r\n", "\n\r", "\u0004", "\u0003\r\n"])(
    "[RD3] ends one scan with %j, wherever it is cut",
    (terminator) => {
      const whole = `]E0${CARD}${terminator}${CARD}${terminator}`;
      for (let cut = 0; cut <= whole.length; cut += 1) {
        const first = stepSerialLine("", whole.slice(0, cut));
        const second = stepSerialLine(first.rest, whole.slice(cut));
        expect([...first.scans, ...second.scans]).toEqual([`]E0${CARD}`, CARD]);
        expect(second.rest).toBe("");
      }
    },
  );

  it("[HI1] keeps no more than one code may have, however much comes", () => {
    const { rest } = stepSerialLine("x".repeat(LONGEST_LINE), "y".repeat(1_000_000));
    expect(rest).toHaveLength(LONGEST_LINE + 1);
  });

  it("keeps the separator of GS1 codes", () => {
    expect(stepSerialLine("", "8018\u001d1\r").scans).toEqual(["8018\u001d1"]);
  });
});

describe("a serial scanner", () => {
  it("[RD3] is read where it was granted, in pieces", async () => {
    const port = fakePort();
    const { events } = await listening(fakeSerial(port));
    port.send(`]E0${CARD.slice(0, 5)}`);
    await settled();
    expect(events).toEqual([]);
    port.send(`${CARD.slice(5)}\r\n`);
    await settled();
    expect(events).toMatchObject([{ scan: { text: CARD, aim: "]E0", source: "serial" } }]);
  });

  it("[RD3] without terminator is read after 50 ms of silence", async () => {
    const port = fakePort();
    const { events } = await listening(fakeSerial(port));
    port.send(CARD);
    await settled();
    vi.advanceTimersByTime(49);
    expect(events).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(events).toMatchObject([{ type: "scanned", scan: { text: CARD } }]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("[RD3] unplugged in the middle of a scan is read again once it is back, and glues nothing", async () => {
    const port = fakePort();
    const serial = fakeSerial(port);
    const { events } = await listening(serial);
    port.send(CARD.slice(0, 5));
    await settled();
    serial.unplug(port);
    await settled();
    expect(port.isOpen()).toBe(false);
    vi.advanceTimersByTime(1_000);
    expect(events).toEqual([]);
    serial.plug(port);
    await settled();
    port.send(`${CARD}\r`);
    await settled();
    expect(events).toMatchObject([{ scan: { text: CARD } }]);
  });

  it("[RD3] back before it was seen to be gone is read again, too", async () => {
    const port = fakePort();
    const serial = fakeSerial(port);
    const { events } = await listening(serial);
    serial.unplug(port);
    serial.plug(port);
    await settled();
    port.send(`${CARD}\r`);
    await settled();
    expect(events).toHaveLength(1);
  });

  it("[RD3] goes on after noise on its line", async () => {
    const port = fakePort();
    const { events, errors } = await listening(fakeSerial(port));
    port.send(CARD.slice(0, 5));
    await settled();
    port.break(false);
    await settled();
    vi.advanceTimersByTime(50);
    await settled();
    port.send(`${CARD}\r`);
    await settled();
    expect(events).toMatchObject([{ scan: { text: CARD } }]);
    expect(errors).toHaveLength(1);
  });

  it("[RD3] that somebody else has is read once it is free, and told of once", async () => {
    const port = fakePort();
    await port.open({ baudRate: 9_600 });
    const { events, errors } = await listening(fakeSerial(port));
    vi.advanceTimersByTime(OPEN_AGAIN_MS);
    await settled();
    expect(errors).toHaveLength(1);
    await port.close();
    vi.advanceTimersByTime(OPEN_AGAIN_MS);
    await settled();
    port.send(`${CARD}\r`);
    await settled();
    expect(events).toHaveLength(1);
    expect(errors).toHaveLength(1);
  });

  it("[RD3] is one that is plugged in later", async () => {
    const serial = fakeSerial();
    const { events } = await listening(serial);
    const port = fakePort();
    serial.plug(port);
    await settled();
    port.send(`${CARD}\r`);
    await settled();
    expect(events).toHaveLength(1);
  });

  it("[HI1] is refused by name when it goes on for longer than any code", async () => {
    const port = fakePort();
    const { events } = await listening(fakeSerial(port));
    port.send(`${"x".repeat(LONGEST_LINE + 50)}\r`);
    await settled();
    expect(events).toEqual([{ type: "rejected", reason: "too-long", length: LONGEST_LINE + 1 }]);
  });

  it("is closed when stopped, and leaves no listener behind", async () => {
    const port = fakePort();
    const serial = fakeSerial(port);
    const { stop } = await listening(serial);
    stop();
    await settled();
    expect(port.isOpen()).toBe(false);
    serial.plug(port);
    await settled();
    expect(port.isOpen()).toBe(false);
  });
});

async function listening(serial: FakeSerial) {
  const events: ScannerEvent[] = [];
  const errors: unknown[] = [];
  const scanner = createSerialScanner({
    serial,
    nowMs: () => performance.now(),
    setTimeout: (run, delayMs) => Number(setTimeout(run, delayMs)),
    clearTimeout: (timer) => clearTimeout(timer),
    onError: (error) => void errors.push(error),
  });
  const stop = scanner.start((event) => void events.push(event));
  await settled();
  return { events, errors, stop };
}

/** What was begun has gone as far as it can. */
async function settled(): Promise<void> {
  for (let turns = 0; turns < 3; turns += 1) await new Promise((done) => setImmediate(done));
}

import { describe, expect, it } from "vitest";
import { createHidScanner } from "../../src/scanner/hid-scanner.ts";
import type { ScannerEvent } from "../../src/scanner/scanner.ts";
import { fakeHid, fakeHidDevice, hidReports, type FakeHid } from "../support/fake-hid.ts";
import { CARD } from "./typing.ts";

const LONG = `https://card.example/c/${"0123456789".repeat(12)}`;

describe("a HID scanner in POS mode", () => {
  it("[RD3] is read where it was granted, its identifier apart and no suffix kept", async () => {
    const device = fakeHidDevice();
    const { events } = await listening(fakeHid(device));
    device.report(hidReports(`${CARD}\r\n`)[0]!);
    expect(events).toMatchObject([
      { type: "scanned", scan: { text: CARD, aim: "]E0", source: "hid" } },
    ]);
  });

  it("[RD3] may send a code in several reports", async () => {
    const device = fakeHidDevice();
    const { events } = await listening(fakeHid(device));
    const reports = hidReports(LONG, "]Q1");
    expect(reports).toHaveLength(3);
    for (const report of reports) device.report(report);
    expect(events).toMatchObject([{ scan: { text: LONG, aim: "]Q1" } }]);
  });

  it("[RD3] unplugged in the middle of a code is read again once it is back, and glues nothing", async () => {
    const device = fakeHidDevice();
    const hid = fakeHid(device);
    const { events } = await listening(hid);
    device.report(hidReports(LONG)[0]!);
    hid.unplug(device);
    device.report(hidReports("lost")[0]!);
    hid.plug(device);
    await settled();
    expect(device.opened).toBe(true);
    device.report(hidReports(CARD)[0]!);
    expect(events).toMatchObject([{ scan: { text: CARD } }]);
  });

  it("[RD3] whose code broke off begins the next one anew", async () => {
    const device = fakeHidDevice();
    const { events, pass } = await listening(fakeHid(device));
    device.report(hidReports(LONG)[0]!);
    pass(201);
    device.report(hidReports(CARD)[0]!);
    expect(events).toMatchObject([{ scan: { text: CARD } }]);
  });

  it("[RD3] is one that is plugged in later, and a Honeywell is told to stop typing", async () => {
    const hid = fakeHid();
    const { events } = await listening(hid);
    const device = fakeHidDevice({ vendorId: 0x0c2e });
    hid.plug(device);
    await settled();
    expect(device.features).toEqual([[0xfe, Uint8Array.of(1)]]);
    device.report(hidReports(CARD)[0]!);
    expect(events).toHaveLength(1);
  });

  it("[HI1] takes no report that it cannot explain", async () => {
    const device = fakeHidDevice();
    const { events } = await listening(fakeHid(device));
    device.report(new Uint8Array(63), 9);
    device.report(Uint8Array.of(5, 0x5d));
    device.report(new Uint8Array(63).fill(255));
    device.report(hidReports(CARD)[0]!);
    expect(events).toMatchObject([
      { type: "rejected", reason: "damaged", length: 0 },
      { type: "rejected", reason: "damaged", length: 0 },
      { scan: { text: CARD } },
    ]);
    const endless = hidReports(LONG)[0]!;
    for (let count = 0; count < 81; count += 1) device.report(endless);
    expect(events.at(-1)).toEqual({ type: "rejected", reason: "damaged", length: 80 * 56 });
  });

  it("[RD3] is no other device, and one that does not open is tried again at its next plug", async () => {
    const mouse = fakeHidDevice({ collections: [{ usagePage: 1, usage: 2 }] });
    let refuses = true;
    const shy = fakeHidDevice({
      open: async () => {
        if (refuses) throw new DOMException("in use", "NotAllowedError");
      },
    });
    const hid = fakeHid(mouse, shy);
    const { events, errors } = await listening(hid);
    expect([mouse.opened, errors.length]).toEqual([false, 1]);
    refuses = false;
    hid.plug(shy);
    await settled();
    shy.report(hidReports(CARD)[0]!);
    expect(events).toHaveLength(1);
  });

  it("leaves no listener behind when stopped", async () => {
    const device = fakeHidDevice();
    const hid = fakeHid(device);
    const { events, stop } = await listening(hid);
    stop();
    device.report(hidReports(CARD)[0]!);
    hid.plug(device);
    await settled();
    device.report(hidReports(CARD)[0]!);
    expect(events).toEqual([]);
  });
});

async function listening(hid: FakeHid) {
  const events: ScannerEvent[] = [];
  const errors: unknown[] = [];
  let nowMs = 1_000;
  const scanner = createHidScanner({
    hid,
    nowMs: () => nowMs,
    onError: (error) => void errors.push(error),
  });
  const stop = scanner.start((event) => void events.push(event));
  await settled();
  return {
    events,
    errors,
    stop,
    pass(ms: number) {
      nowMs += ms;
    },
  };
}

/** What was begun has gone as far as it can. */
async function settled(): Promise<void> {
  await new Promise((done) => setImmediate(done));
}

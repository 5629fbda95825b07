import { describe, expect, it, vi } from "vitest";
import { openFurtherReaders } from "../../src/scanner/further-readers.ts";
import { grantHid, grantSerial } from "../../src/scanner/grant-reader.ts";
import { BAR_CODE_SCANNER } from "../../src/scanner/hid-device.ts";
import type { ScannerEvent } from "../../src/scanner/scanner.ts";
import { fakeHid, fakeHidDevice, hidReports, type FakeHidDevice } from "../support/fake-hid.ts";
import { fakePort, fakeSerial, type FakePort } from "../support/fake-serial.ts";
import { CARD } from "./typing.ts";

/** WebHID where a person chooses `chosen`; it is granted from then on. */
function askingHid(...chosen: readonly FakeHidDevice[]) {
  const granted: FakeHidDevice[] = [];
  return Object.assign(fakeHid(), {
    getDevices: async () => [...granted],
    requestDevice: vi.fn(async () => {
      granted.push(...chosen);
      return chosen;
    }),
  });
}

function askingSerial(chosen: FakePort) {
  const granted: FakePort[] = [];
  return Object.assign(fakeSerial(), {
    getPorts: async () => [...granted],
    requestPort: async () => {
      granted.push(chosen);
      return chosen;
    },
  });
}

function listening(navigator: object) {
  const events: ScannerEvent[] = [];
  const readers = openFurtherReaders({
    window: globalThis as unknown as Window,
    navigator: navigator as Navigator,
    listener: (event) => events.push(event),
    onError: (error) => {
      throw error;
    },
  });
  return { events, readers };
}

describe("a reader that a person grants", () => {
  it("[SL6] over HID is read from then on, the first one and the next", async () => {
    const [first, second] = [fakeHidDevice(), fakeHidDevice()];
    const hid = askingHid(first);
    const { events, readers } = listening({ hid });
    expect(await grantHid(hid)).toBe("granted");
    expect(hid.requestDevice).toHaveBeenCalledWith({ filters: [BAR_CODE_SCANNER] });
    await vi.waitFor(() => expect(first.opened).toBe(true));
    first.report(hidReports(CARD)[0]!);
    expect(events).toHaveLength(1);

    hid.requestDevice.mockResolvedValue([second]);
    hid.getDevices = async () => [first, second];
    await grantHid(hid);
    await vi.waitFor(() => expect(second.opened).toBe(true));
    second.report(hidReports("2000000000008")[0]!);
    first.report(hidReports(CARD)[0]!);
    // Each once: the first is not listened to twice.
    expect(events).toHaveLength(3);
    readers.stop();
  });

  it("[SL6] over serial is read from then on", async () => {
    const port = fakePort();
    const serial = askingSerial(port);
    const { events, readers } = listening({ serial });
    expect(await grantSerial(serial)).toBe("granted");
    await vi.waitFor(() => expect(port.isOpen()).toBe(true));
    port.send(`${CARD}\r`);
    await vi.waitFor(() => expect(events).toMatchObject([{ scan: { text: CARD } }]));
    readers.stop();
  });

  it("[SL6] may be none, and a browser may not ask", async () => {
    expect(await grantHid(askingHid())).toBe("none");
    expect(await grantSerial(fakeSerial())).toBe("none");
    const forbidding = Object.assign(fakeHid(), {
      requestDevice: () => Promise.reject(new DOMException("no gesture", "SecurityError")),
    });
    expect(await grantHid(forbidding)).toBe("forbidden");
  });
});

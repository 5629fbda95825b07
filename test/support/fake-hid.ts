import type { Hid, HidDevice } from "../../src/scanner/hid-device.ts";

/** A code in reports of a scanner in POS mode, without their id; 56 bytes of data in each. */
export function hidReports(text: string, aim = "]E0"): readonly Uint8Array[] {
  const data = new TextEncoder().encode(text);
  const count = Math.max(1, Math.ceil(data.length / 56));
  return Array.from({ length: count }, (_, index) => {
    const part = data.subarray(index * 56, index * 56 + 56);
    const report = new Uint8Array(63);
    report[0] = part.length;
    report.set(new TextEncoder().encode(aim), 1);
    report.set(part, 4);
    report[62] = index < count - 1 ? 1 : 0;
    return report;
  });
}

export interface FakeHidDevice extends HidDevice {
  readonly report: (bytes: Uint8Array, reportId?: number) => void;
  readonly features: readonly (readonly [number, BufferSource])[];
  opened: boolean;
}

export function fakeHidDevice(
  options: Partial<Pick<HidDevice, "collections" | "vendorId" | "open">> = {},
): FakeHidDevice {
  const features: (readonly [number, BufferSource])[] = [];
  const device: FakeHidDevice = Object.assign(new EventTarget(), {
    opened: false,
    vendorId: 0x05e0,
    collections: [{ usagePage: 0x8c, usage: 0x02 }],
    open: async () => {
      device.opened = true;
    },
    close: async () => {
      device.opened = false;
    },
    sendFeatureReport: async (id: number, data: BufferSource) => void features.push([id, data]),
    report(bytes: Uint8Array, reportId = 2) {
      const data = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      device.dispatchEvent(Object.assign(new Event("inputreport"), { reportId, data }));
    },
    features,
    ...options,
  });
  return device;
}

export interface FakeHid extends Hid {
  readonly plug: (device: FakeHidDevice) => void;
  readonly unplug: (device: FakeHidDevice) => void;
}

/** WebHID with these devices granted. */
export function fakeHid(...granted: readonly FakeHidDevice[]): FakeHid {
  const hid: FakeHid = Object.assign(new EventTarget(), {
    getDevices: async () => granted,
    requestDevice: async () => [],
    plug: (device: FakeHidDevice) =>
      void hid.dispatchEvent(Object.assign(new Event("connect"), { device })),
    unplug(device: FakeHidDevice) {
      device.opened = false;
      hid.dispatchEvent(Object.assign(new Event("disconnect"), { device }));
    },
  });
  return hid;
}

/** As much of WebHID as is used here; TypeScript's libraries do not know it. Source: WICG WebHID. */
export interface HidDevice extends EventTarget {
  readonly opened: boolean;
  readonly vendorId: number;
  readonly collections: readonly {
    readonly usagePage?: number | undefined;
    readonly usage?: number | undefined;
  }[];
  readonly open: () => Promise<void>;
  readonly close: () => Promise<void>;
  readonly sendFeatureReport: (reportId: number, data: BufferSource) => Promise<void>;
}

export interface Hid extends EventTarget {
  /** Those that this page was granted, by a person or by policy. */
  readonly getDevices: () => Promise<readonly HidDevice[]>;
  /** Has a person choose one; none chosen is an empty list. */
  readonly requestDevice: (options: {
    readonly filters: readonly { readonly usagePage: number; readonly usage: number }[];
  }) => Promise<readonly HidDevice[]>;
}

export interface InputReportEvent extends Event {
  readonly reportId: number;
  readonly data: DataView;
}

/** What is asked for where a person grants one. Source: USB HID POS Usage Tables: page 8C, usage 2. */
export const BAR_CODE_SCANNER = { usagePage: 0x8c, usage: 0x02 } as const;

export function isBarCodeScanner({ collections }: HidDevice): boolean {
  return collections.some(
    ({ usagePage, usage }) =>
      usagePage === BAR_CODE_SCANNER.usagePage && usage === BAR_CODE_SCANNER.usage,
  );
}

/** Source: USB-IF's list of vendors. */
const HONEYWELL = 0x0c2e;

/** A Honeywell goes on typing as a keyboard until told that somebody listens. Source: WebHidBarcodeScanner. */
export async function stopTyping(device: HidDevice): Promise<void> {
  if (device.vendorId === HONEYWELL) await device.sendFeatureReport(0xfe, Uint8Array.of(1));
}

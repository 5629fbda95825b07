/** As much of Web Serial as is used here; TypeScript's libraries do not know it. Source: WICG Web Serial. */
export interface SerialPort extends EventTarget {
  readonly readable: ReadableStream<Uint8Array> | null;
  readonly open: (options: { readonly baudRate: number }) => Promise<void>;
  readonly close: () => Promise<void>;
}

export interface Serial extends EventTarget {
  /** Those that this page was granted, by a person or by policy. */
  readonly getPorts: () => Promise<readonly SerialPort[]>;
  /** Has a person choose one; rejects with `NotFoundError` when none is chosen. */
  readonly requestPort: () => Promise<SerialPort>;
}

/** What scanners leave the factory with; USB ones take any. Source: Zebra and Honeywell user guides. */
export const BAUD_RATE = 9_600;

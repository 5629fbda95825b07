/** A HID scanner in POS mode and a serial one, both granted, in a page of the test's. */
export interface FakeReaders {
  /** One report a piece; all but the last say that more follows. */
  readonly hid: (...pieces: readonly string[]) => void;
  /** The first report of a code that will not be ended. */
  readonly hidBegins: (piece: string) => void;
  readonly replugHid: () => void;
  readonly serial: (text: string) => void;
  readonly replugSerial: () => void;
  /** Whether the page listens to both. */
  readonly areOpen: () => boolean;
}

declare global {
  var fakeReaders: FakeReaders;
}

/**
 * For `addInitScript`: puts them in place of what the browser has. All in one function, because that is
 * how it travels.
 */
export function installFakeReaders(): void {
  const reports = new EventTarget();
  let hears = 0;
  const device = Object.assign(new EventTarget(), {
    addEventListener(type: string, listener: (event: Event) => void) {
      hears += 1;
      reports.addEventListener(type, listener);
    },
    removeEventListener(type: string, listener: (event: Event) => void) {
      hears -= 1;
      reports.removeEventListener(type, listener);
    },
    opened: false,
    vendorId: 0x05e0,
    collections: [{ usagePage: 0x8c, usage: 0x02 }],
    open: async () => {
      device.opened = true;
    },
    close: async () => {
      device.opened = false;
    },
    sendFeatureReport: async () => undefined,
  });
  const hid = Object.assign(new EventTarget(), { getDevices: async () => [device] });

  let readable: ReadableStream<Uint8Array> | null = null;
  let sink: ReadableStreamDefaultController<Uint8Array> | undefined;
  const port = Object.defineProperty(
    Object.assign(new EventTarget(), {
      open: async () => {
        if (readable !== null) throw new DOMException("It is open.", "InvalidStateError");
        readable = new ReadableStream({ start: (controller) => void (sink = controller) });
      },
      close: async () => {
        readable = null;
        sink = undefined;
      },
    }),
    "readable",
    { get: () => readable },
  );
  const serial = Object.assign(new EventTarget(), { getPorts: async () => [port] });

  Object.defineProperty(navigator, "hid", { value: hid });
  Object.defineProperty(navigator, "serial", { value: serial });

  const report = (piece: string, more: boolean): void => {
    const bytes = new Uint8Array(63);
    bytes[0] = piece.length;
    bytes.set(new TextEncoder().encode("]E0"), 1);
    bytes.set(new TextEncoder().encode(piece), 4);
    bytes[62] = more ? 1 : 0;
    const data = new DataView(bytes.buffer);
    reports.dispatchEvent(Object.assign(new Event("inputreport"), { reportId: 2, data }));
  };
  const tellSerial = (type: string): void => {
    const event = new Event(type);
    Object.defineProperty(event, "target", { value: port });
    serial.dispatchEvent(event);
  };
  globalThis.fakeReaders = {
    hid: (...pieces) => pieces.forEach((piece, index) => report(piece, index < pieces.length - 1)),
    hidBegins: (piece) => report(piece, true),
    replugHid() {
      device.opened = false;
      hid.dispatchEvent(Object.assign(new Event("disconnect"), { device }));
      hid.dispatchEvent(Object.assign(new Event("connect"), { device }));
    },
    serial: (text) => sink?.enqueue(new TextEncoder().encode(text)),
    replugSerial() {
      const lost = sink;
      readable = null;
      sink = undefined;
      lost?.error(new DOMException("The device has been lost.", "NetworkError"));
      tellSerial("disconnect");
      tellSerial("connect");
    },
    areOpen: () => device.opened && hears > 0 && sink !== undefined,
  };
}

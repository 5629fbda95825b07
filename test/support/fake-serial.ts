import type { Serial, SerialPort } from "../../src/scanner/serial-port.ts";

export interface FakePort extends SerialPort {
  readonly send: (text: string) => void;
  /** What an unplug, or noise on the line, does to who reads. */
  readonly break: (isGone: boolean) => void;
  readonly isOpen: () => boolean;
}

/** A port whose other end is the test. */
export function fakePort(): FakePort {
  let readable: ReadableStream<Uint8Array> | null = null;
  let sink: ReadableStreamDefaultController<Uint8Array> | undefined;
  let isOpen = false;
  const renew = (): void => {
    readable = new ReadableStream({ start: (controller) => void (sink = controller) });
  };
  const port = Object.assign(new EventTarget(), {
    async open() {
      if (isOpen) throw new DOMException("The port is already open.", "InvalidStateError");
      isOpen = true;
      renew();
    },
    async close() {
      isOpen = false;
      readable = null;
    },
    send: (text: string) => sink?.enqueue(new TextEncoder().encode(text)),
    break(isGone: boolean) {
      const broken = sink;
      if (isGone) readable = null;
      else renew();
      broken?.error(
        new DOMException(isGone ? "The device has been lost." : "Break", "NetworkError"),
      );
    },
    isOpen: () => isOpen,
  });
  return Object.defineProperty(port, "readable", { get: () => readable }) as typeof port & {
    readonly readable: ReadableStream<Uint8Array> | null;
  };
}

export interface FakeSerial extends Serial {
  readonly plug: (port: FakePort) => void;
  readonly unplug: (port: FakePort) => void;
}

/** Web Serial with these ports granted; its events bubble up from the port, as the browser's do. */
export function fakeSerial(...granted: readonly FakePort[]): FakeSerial {
  const serial = new EventTarget();
  const tell = (type: string, port: FakePort): void => {
    const event = new Event(type);
    Object.defineProperty(event, "target", { value: port });
    serial.dispatchEvent(event);
  };
  return Object.assign(serial, {
    getPorts: async () => granted,
    requestPort: () => Promise.reject(new DOMException("No port was chosen.", "NotFoundError")),
    plug: (port: FakePort) => tell("connect", port),
    unplug(port: FakePort) {
      port.break(true);
      tell("disconnect", port);
    },
  });
}

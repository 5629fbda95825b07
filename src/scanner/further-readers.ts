import type { Hid } from "./hid-device.ts";
import { oneScan } from "./one-scan.ts";
import type { Scanner, ScannerEvent } from "./scanner.ts";
import type { Serial } from "./serial-port.ts";

export interface FurtherReadersDeps {
  readonly window: Window;
  readonly navigator: Navigator & { readonly hid?: Hid; readonly serial?: Serial };
  readonly listener: (event: ScannerEvent) => void;
  readonly onError: (error: unknown) => void;
}

/**
 * Starts the readers that are no keyboards, as soon as there is one: granted by policy or by a person,
 * at the start or when it is plugged in. What each kind needs is loaded only then.
 *
 * @returns what the keyboard's scans have to go through from now on, so that one scan over two paths
 *   counts once
 */
export function openFurtherReaders(deps: FurtherReadersDeps): (event: ScannerEvent) => void {
  const { window, navigator, onError } = deps;
  const clocks = {
    nowMs: () => window.performance.now(),
    setTimeout: (run: () => void, delayMs: number) => window.setTimeout(run, delayMs),
    clearTimeout: (timer: number | undefined) => window.clearTimeout(timer),
    onError,
  };
  const listener = oneScan(deps.listener, clocks);
  const start = (scanner: Scanner): void => void scanner.start(listener);
  const { hid, serial } = navigator;

  if (hid !== undefined) {
    whenThere(hid, () => hid.getDevices(), onError, async () => {
      const { createHidScanner } = await import("./hid-scanner.ts");
      start(createHidScanner({ ...clocks, hid }));
    });
  }
  if (serial !== undefined) {
    whenThere(serial, () => serial.getPorts(), onError, async () => {
      const { createSerialScanner } = await import("./serial-scanner.ts");
      start(createSerialScanner({ ...clocks, serial }));
    });
  }
  return listener;
}

/** Calls `open` once, when a device is there, and again at the next plug if it failed. */
function whenThere(
  api: EventTarget,
  granted: () => Promise<readonly unknown[]>,
  onError: (error: unknown) => void,
  open: () => Promise<void>,
): void {
  let opened: Promise<void> | undefined;
  const openOnce = (): void => {
    opened ??= open().then(
      () => api.removeEventListener("connect", openOnce),
      (error: unknown) => {
        opened = undefined;
        onError(error);
      },
    );
  };
  // A device that a person grants while the page runs is told to nobody; it is seen at the next start.
  api.addEventListener("connect", openOnce);
  granted().then((devices) => {
    if (devices.length > 0) openOnce();
  }, onError);
}

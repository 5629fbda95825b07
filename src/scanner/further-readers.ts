import { GRANTED_EVENT } from "./grant-reader.ts";
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

export interface FurtherReaders {
  /**
   * Where the keyboard's scans have to go from now on, so that one scan over two paths counts once.
   */
  readonly hear: (event: ScannerEvent) => void;
  readonly stop: () => void;
}

/**
 * Starts the readers that are no keyboards, as soon as there is one: granted by policy or by a person,
 * at the start or when it is plugged in. What reads them is loaded only then.
 */
export function openFurtherReaders(deps: FurtherReadersDeps): FurtherReaders {
  const { window, navigator, onError } = deps;
  const { hid, serial } = navigator;
  const clocks = {
    nowMs: () => window.performance.now(),
    setTimeout: (run: () => void, delayMs: number) => window.setTimeout(run, delayMs),
    clearTimeout: (timer: number | undefined) => window.clearTimeout(timer),
    onError,
  };
  const hear = oneScan(deps.listener, clocks);
  const stops: (() => void)[] = [];
  let stopped = false;

  /** Opens once a device is there; at the next plug or grant again, if that failed. */
  function watch(
    api: EventTarget,
    granted: Promise<readonly unknown[]>,
    load: () => Promise<Scanner>,
  ): void {
    let opened: Promise<void> | undefined;
    const unwatch = (): void => {
      api.removeEventListener("connect", openOnce);
      api.removeEventListener(GRANTED_EVENT, openOnce);
    };
    const start = (scanner: Scanner): void => {
      unwatch();
      if (!stopped) stops.push(scanner.start(hear));
    };
    function openOnce(): void {
      opened ??= load().then(start, (error: unknown) => {
        opened = undefined;
        onError(error);
      });
    }
    api.addEventListener("connect", openOnce);
    api.addEventListener(GRANTED_EVENT, openOnce);
    stops.push(unwatch);
    granted.then((devices) => {
      if (devices.length > 0) openOnce();
    }, onError);
  }

  if (hid !== undefined) {
    watch(hid, hid.getDevices(), async () =>
      (await import("./device-scanners.ts")).createHidScanner({ ...clocks, hid }),
    );
  }
  if (serial !== undefined) {
    watch(serial, serial.getPorts(), async () =>
      (await import("./device-scanners.ts")).createSerialScanner({ ...clocks, serial }),
    );
  }
  return {
    hear,
    stop() {
      stopped = true;
      for (const stop of stops) stop();
    },
  };
}

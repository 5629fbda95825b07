import { GRANTED_EVENT } from "./grant-reader.ts";
import {
  isBarCodeScanner,
  stopTyping,
  type Hid,
  type HidDevice,
  type InputReportEvent,
} from "./hid-device.ts";
import { SCANNED_DATA_REPORT, stepHidReport, type HidScan } from "./hid-report.ts";
import type { Scanner } from "./scanner.ts";

export interface HidScannerDeps {
  readonly hid: Hid;
  readonly nowMs: () => number;
  /** What a device did not do; nobody waits for it. */
  readonly onError: (error: unknown) => void;
}

/**
 * Ours: reports of one code follow each other within milliseconds. What comes later begins anew, so that
 * a code whose end was lost is not glued to the next shopper's.
 */
const REPORT_GAP_MS = 200;

/**
 * All granted scanners in POS mode, whenever they are plugged in: unplugged in the middle of a code, half
 * of it is forgotten, and the next code after the plug is back is read whole.
 */
export function createHidScanner({ hid, nowMs, onError }: HidScannerDeps): Scanner {
  return {
    start(listener) {
      const stops = new Map<HidDevice, () => void>();
      let stopped = false;

      function listenTo(device: HidDevice): void {
        let scan: HidScan | undefined;
        let startedAtMs = 0;
        let lastAtMs = -Infinity;

        const onReport = (event: Event): void => {
          const { reportId, data } = event as InputReportEvent;
          if (reportId !== SCANNED_DATA_REPORT) return;
          const finishedAtMs = nowMs();
          if (finishedAtMs - lastAtMs > REPORT_GAP_MS) scan = undefined;
          if (scan === undefined) startedAtMs = finishedAtMs;
          lastAtMs = finishedAtMs;
          const step = stepHidReport(scan, data);
          scan = step.type === "more" ? step.scan : undefined;
          if (step.type === "whole") {
            listener({
              type: "scanned",
              scan: { ...step.read, source: "hid" },
              startedAtMs,
              finishedAtMs,
            });
          }
          if (step.type === "broken") {
            listener({ type: "rejected", reason: "damaged", length: step.length });
          }
        };
        device.addEventListener("inputreport", onReport);
        stops.set(device, () => device.removeEventListener("inputreport", onReport));
      }

      async function take(device: HidDevice): Promise<void> {
        if (stopped || stops.has(device) || !isBarCodeScanner(device)) return;
        listenTo(device);
        try {
          if (!device.opened) await device.open();
          await stopTyping(device);
        } catch (error) {
          // Its next plug is the next try.
          drop(device);
          onError(error);
        }
      }

      function drop(device: HidDevice): void {
        stops.get(device)?.();
        stops.delete(device);
      }

      const onConnect = (event: Event): void => void take(deviceOf(event));
      const onDisconnect = (event: Event): void => drop(deviceOf(event));
      function look(): void {
        hid.getDevices().then((devices) => devices.forEach((device) => void take(device)), onError);
      }
      hid.addEventListener("connect", onConnect);
      hid.addEventListener("disconnect", onDisconnect);
      hid.addEventListener(GRANTED_EVENT, look);
      look();

      return () => {
        stopped = true;
        hid.removeEventListener("connect", onConnect);
        hid.removeEventListener("disconnect", onDisconnect);
        hid.removeEventListener(GRANTED_EVENT, look);
        // They stay open, unheard: who listens next finds them so, and the page's end closes them.
        for (const device of stops.keys()) drop(device);
      };
    },
  };
}

function deviceOf(event: Event): HidDevice {
  return (event as Event & { readonly device: HidDevice }).device;
}

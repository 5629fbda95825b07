import { splitAim } from "./aim.ts";
import { GRANTED_EVENT } from "./grant-reader.ts";
import type { Scanner } from "./scanner.ts";
import { LONGEST_LINE, stepSerialLine } from "./serial-line.ts";
import { BAUD_RATE, type Serial, type SerialPort } from "./serial-port.ts";

export interface SerialScannerDeps {
  readonly serial: Serial;
  readonly nowMs: () => number;
  readonly setTimeout: (run: () => void, delayMs: number) => number;
  readonly clearTimeout: (timer: number | undefined) => void;
  /** What a port did not do; nobody waits for it. */
  readonly onError: (error: unknown) => void;
}

/** A port being read. */
interface Reading {
  readonly stop: () => void;
  /** Once the port is closed and may be opened again. */
  readonly ended: Promise<void>;
}

/** Ours: a scanner without terminator is done after this much silence; at 9,600 baud a character takes 1 ms. */
export const IDLE_MS = 50;

/** Ours: how often a port that does not open is tried again. */
export const OPEN_AGAIN_MS = 3_000;

/**
 * All granted serial scanners, whenever they are plugged in. A port that is unplugged in the middle of a
 * scan forgets it, and is read again once it is back; a port that breaks is opened anew.
 */
export function createSerialScanner(deps: SerialScannerDeps): Scanner {
  const { serial, nowMs, onError } = deps;
  return {
    start(listener) {
      const readings = new Map<SerialPort, Reading>();
      let stopped = false;

      function take(port: SerialPort): void {
        if (stopped || readings.has(port)) return;
        const abort = new AbortController();
        const ended = readFrom(port, abort.signal)
          .catch(onError)
          .then(() => void readings.delete(port));
        readings.set(port, { stop: () => abort.abort(), ended });
      }

      /** Until the port is gone or `signal` says so. */
      async function readFrom(port: SerialPort, signal: AbortSignal): Promise<void> {
        const scans = textsToScans();
        if (!(await open(port, signal))) return;
        try {
          // A break or a parity error ends the stream; the port then has a new one. Without, it is gone.
          while (port.readable !== null && !signal.aborted) {
            const decoder = new TextDecoder();
            const reader = port.readable.getReader();
            const cancel = (): void => void reader.cancel().catch(onError);
            signal.addEventListener("abort", cancel);
            try {
              for (;;) {
                const { done, value } = await reader.read();
                if (done) return;
                scans.piece(decoder.decode(value, { stream: true }));
              }
            } catch (error) {
              scans.forget();
              onError(error);
            } finally {
              signal.removeEventListener("abort", cancel);
              reader.releaseLock();
            }
            // Noise may come in numbers; what reads it must not turn in circles.
            if (port.readable !== null) await pause(IDLE_MS);
          }
        } finally {
          scans.forget();
          await port.close().catch(onError);
        }
      }

      /** Somebody else may have it, or it is not yet closed; true once it is open. */
      async function open(port: SerialPort, signal: AbortSignal): Promise<boolean> {
        for (let told = false; !signal.aborted; told = true) {
          try {
            await port.open({ baudRate: BAUD_RATE });
            return true;
          } catch (error) {
            if (!told) onError(error);
            await pause(OPEN_AGAIN_MS);
          }
        }
        return false;
      }

      function pause(ms: number): Promise<void> {
        return new Promise((over) => deps.setTimeout(over, ms));
      }

      function textsToScans() {
        let rest = "";
        let startedAtMs = 0;
        let timer: number | undefined;

        function tell(text: string): void {
          if (text.length > LONGEST_LINE) {
            listener({ type: "rejected", reason: "too-long", length: text.length });
            return;
          }
          listener({
            type: "scanned",
            scan: { ...splitAim(text), source: "serial" },
            startedAtMs,
            finishedAtMs: nowMs(),
          });
        }

        return {
          piece(piece: string): void {
            deps.clearTimeout(timer);
            if (rest === "") startedAtMs = nowMs();
            const step = stepSerialLine(rest, piece);
            rest = step.rest;
            step.scans.forEach(tell);
            if (rest === "") return;
            timer = deps.setTimeout(() => {
              const text = rest;
              rest = "";
              tell(text);
            }, IDLE_MS);
          },
          forget(): void {
            deps.clearTimeout(timer);
            rest = "";
          },
        };
      }

      function onConnect(event: Event): void {
        const port = event.target as SerialPort;
        const before = readings.get(port);
        if (before === undefined) return take(port);
        // Back before it was seen to be gone.
        before.stop();
        void before.ended.then(() => take(port));
      }

      const onDisconnect = (event: Event): void => readings.get(event.target as SerialPort)?.stop();
      function look(): void {
        serial.getPorts().then((ports) => ports.forEach(take), onError);
      }
      serial.addEventListener("connect", onConnect);
      serial.addEventListener("disconnect", onDisconnect);
      serial.addEventListener(GRANTED_EVENT, look);
      look();

      return () => {
        stopped = true;
        serial.removeEventListener("connect", onConnect);
        serial.removeEventListener("disconnect", onDisconnect);
        serial.removeEventListener(GRANTED_EVENT, look);
        for (const { stop } of readings.values()) stop();
      };
    },
  };
}

import type { ScannerEvent } from "./scanner.ts";

/** Ours: how far apart in time one code arrives that a scanner sends over two paths. */
export const TWO_PATHS_MS = 300;

/** Ours: and where one of them is a camera, which sees a card come before another reader, or go after it. */
export const CAMERA_PATH_MS = 2_000;

/** Ours: a scan being typed meanwhile ends within this, or is refused as too long. */
const LONGEST_SCAN_MS = 3_000;

export interface OneScanDeps {
  readonly setTimeout: (run: () => void, delayMs: number) => number;
  readonly clearTimeout: (timer: number | undefined) => void;
}

type Scanned = Extract<ScannerEvent, { type: "scanned" }>;

/**
 * Hands on what several readers read, and a code that came over two of them once: the first counts. The
 * same reader twice is somebody's two scans. What it remembers of a scan is gone a few seconds later,
 * whatever happens (rule PV1).
 */
export function oneScan(
  listener: (event: ScannerEvent) => void,
  deps: OneScanDeps,
): (event: ScannerEvent) => void {
  let recent: readonly Scanned[] = [];
  let timer: number | undefined;

  return (event) => {
    if (event.type === "scanned") {
      if (recent.some((earlier) => isSameCode(earlier, event))) return;
      recent = [...recent.filter((earlier) => mayCome(earlier, event)), event];
      deps.clearTimeout(timer);
      timer = deps.setTimeout(
        () => {
          recent = [];
        },
        Math.max(...recent.map(rememberedMs)),
      );
    }
    listener(event);
  };
}

function isSameCode(earlier: Scanned, event: Scanned): boolean {
  if (earlier.scan.source === event.scan.source || !isClose(earlier, event)) return false;
  // Typed in another layout, it is the same code by its keys' places.
  const texts = [event.scan.text, event.scan.repaired];
  return [earlier.scan.text, earlier.scan.repaired].some(
    (text) => text !== undefined && texts.includes(text),
  );
}

/** By the later one's beginning: a slow scanner goes on typing what another reader reported at once. */
function isClose(earlier: Scanned, event: Scanned): boolean {
  return event.startedAtMs - earlier.finishedAtMs <= apartMs(earlier, event);
}

function apartMs(earlier: Scanned, event: Scanned): number {
  const isSeen = [earlier, event].some(({ scan }) => scan.source === "camera");
  return isSeen ? CAMERA_PATH_MS : TWO_PATHS_MS;
}

function mayCome(earlier: Scanned, event: Scanned): boolean {
  return event.finishedAtMs - earlier.finishedAtMs <= rememberedMs(earlier);
}

function rememberedMs({ scan }: Scanned): number {
  return (scan.source === "camera" ? CAMERA_PATH_MS : TWO_PATHS_MS) + LONGEST_SCAN_MS;
}

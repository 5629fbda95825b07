import type { SeenCode } from "../camera/camera-message.ts";
import type { Scan } from "../domain/card.ts";
import type { Camera } from "./camera.ts";
import { NOTHING_SEEN, stepCameraView } from "./camera-view.ts";
import type { FrameDecoder } from "./frame-decoder.ts";
import type { ScannerEvent } from "./scanner.ts";

export interface ReadFramesDeps {
  readonly camera: Pick<Camera, "frame">;
  readonly decoder: Pick<FrameDecoder, "decode">;
  readonly isOurs: (scan: Scan) => boolean;
  readonly nowMs: () => number;
  readonly pause: (ms: number) => Promise<void>;
  /** Nobody wants to know any more. */
  readonly isOver: () => boolean;
  /** The first picture was read. */
  readonly onReading: () => void;
  readonly hear: (event: ScannerEvent) => void;
}

/** Ours: eight pictures a second. */
export const FRAME_EVERY_MS = 125;

/** Ours: a camera that gives no new picture for so long gives none any more. */
export const STALL_MS = 5_000;

/**
 * Reads picture after picture, using half of one core at most, until it is over or the camera gives none.
 * Rejects when the decoder broke. What was seen is forgotten with its end.
 */
export async function readFrames(deps: ReadFramesDeps): Promise<"over" | "stalled"> {
  const { camera, decoder, nowMs, isOver } = deps;
  let view = NOTHING_SEEN;
  let isReading = false;
  let pictureAtMs = nowMs();
  while (!isOver()) {
    const atMs = nowMs();
    const frame = await camera.frame();
    if (frame !== undefined) pictureAtMs = atMs;
    if (atMs - pictureAtMs > STALL_MS) return "stalled";
    const codes = frame === undefined ? [] : await decoder.decode(frame);
    if (isOver()) break;
    if (frame !== undefined && !isReading) {
      isReading = true;
      deps.onReading();
    }
    const step = stepCameraView(view, { codes, atMs }, (code) => deps.isOurs(scanOf(code)));
    view = step.view;
    if (step.told !== undefined) {
      const { code, firstAtMs } = step.told;
      const scan = scanOf(code);
      deps.hear({ type: "scanned", scan, startedAtMs: firstAtMs, finishedAtMs: nowMs() });
    }
    const tookMs = nowMs() - atMs;
    await deps.pause(Math.max(FRAME_EVERY_MS - tookMs, tookMs));
  }
  return "over";
}

function scanOf({ text, aim }: SeenCode): Scan {
  return { text, source: "camera", aim };
}

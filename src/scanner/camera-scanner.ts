import type { CameraState } from "../contract/camera-state.ts";
import { backoffDelayMs } from "../domain/backoff.ts";
import type { Camera } from "./camera.ts";
import type { FrameDecoder } from "./frame-decoder.ts";
import { readFrames, type ReadFramesDeps } from "./read-frames.ts";
import type { Scanner, ScannerEvent } from "./scanner.ts";

/** A camera that reads the codes held before it. */
export interface CameraScanner extends Scanner {
  /** Whether it may be on; from the start on it may. Off, its light is out too. */
  readonly want: (isWanted: boolean) => void;
  /** Something changed that may end its trouble: it is tried at once. */
  readonly retry: () => void;
}

export interface CameraScannerDeps extends Pick<ReadFramesDeps, "isOurs" | "nowMs"> {
  /** Rejects as `getUserMedia` does. */
  readonly openCamera: () => Promise<Camera>;
  readonly openDecoder: () => FrameDecoder;
  readonly setTimeout: (run: () => void, delayMs: number) => number;
  readonly clearTimeout: (timer: number | undefined) => void;
  /** Uniform draw in [0, 1). */
  readonly random: () => number;
  readonly onState: (state: CameraState) => void;
  /** What it sees, from when it reads until it no longer does. */
  readonly onStream: (stream: MediaStream | undefined) => void;
  /** What the decoder did not do; it is tried again. */
  readonly onError: (error: unknown) => void;
}

/** Ours: the shortest wait before trouble is tried again; the longest is about a minute. */
export const LEAST_WAIT_MS = 250;
const MOST_DOUBLINGS = 7;

/** From one time it may be on to the next time it may not. */
interface Life {
  readonly signal: AbortSignal;
  readonly hear: (event: ScannerEvent) => void;
}

/**
 * Reads from when it is started until it is stopped, whatever happens to the camera: refused, missing,
 * unplugged or silent, it says so and tries again, ever more seldom.
 */
export function createCameraScanner(deps: CameraScannerDeps): CameraScanner {
  const { onState, onError } = deps;
  let hear: Life["hear"] | undefined;
  let isWanted = true;
  let abort: AbortController | undefined;
  let ended: Promise<void> = Promise.resolve();
  let wake = (): void => undefined;

  function settle(): void {
    if (hear === undefined || !isWanted) {
      if (hear !== undefined) onState("paused");
      abort?.abort();
      abort = undefined;
      wake();
    } else if (abort === undefined) {
      abort = new AbortController();
      const life: Life = { signal: abort.signal, hear };
      // One camera at a time: the one before may still be on its way out.
      ended = ended.then(() => live(life)).catch(onError);
    }
  }

  async function live(life: Life): Promise<void> {
    const { signal } = life;
    let decoder: FrameDecoder | undefined;
    let attempt = 0;
    const onReading = (): void => {
      attempt = 0;
      onState("reading");
    };
    if (!signal.aborted) onState("starting");
    while (!signal.aborted) {
      decoder ??= deps.openDecoder();
      const state = await readUntilTrouble(decoder, life, onReading);
      if (state === "broken") {
        decoder.close();
        decoder = undefined;
      }
      if (signal.aborted) break;
      onState(state);
      attempt += 1;
      const waitMs = backoffDelayMs(Math.min(attempt, MOST_DOUBLINGS), deps.random());
      await pause(Math.max(LEAST_WAIT_MS, waitMs));
    }
    decoder?.close();
  }

  /** Gives what the trouble is; of no meaning once the life is over. */
  async function readUntilTrouble(
    decoder: FrameDecoder,
    life: Life,
    onReading: () => void,
  ): Promise<CameraState> {
    try {
      // First, so that it is kept for a day without network even where the camera comes later.
      await decoder.ready();
    } catch (error) {
      onError(error);
      return "broken";
    }
    if (life.signal.aborted) return "paused";
    try {
      return await readFrom(await deps.openCamera(), decoder, life, onReading);
    } catch (error) {
      return troubleOf(error);
    }
  }

  async function readFrom(
    camera: Camera,
    decoder: FrameDecoder,
    { signal, hear }: Life,
    onReading: () => void,
  ): Promise<CameraState> {
    let isOver = false;
    const reading = readFrames({
      ...deps,
      camera,
      decoder,
      pause,
      hear,
      isOver: () => isOver || signal.aborted,
      onReading() {
        onReading();
        deps.onStream(camera.stream);
      },
    });
    try {
      const how = await Promise.race([camera.ended, reading]);
      return how === undefined ? "lost" : "busy";
    } catch (error) {
      onError(error);
      return "broken";
    } finally {
      isOver = true;
      deps.onStream(undefined);
      camera.close();
    }
  }

  /** Until then, or until somebody wakes it. */
  function pause(ms: number): Promise<void> {
    return new Promise((over) => {
      const timer = deps.setTimeout(over, ms);
      wake = () => {
        deps.clearTimeout(timer);
        over();
      };
    });
  }

  return {
    start(listener) {
      hear = listener;
      settle();
      return () => {
        hear = undefined;
        settle();
      };
    },
    want(wanted) {
      isWanted = wanted;
      settle();
    },
    retry: () => wake(),
  };
}

/** Source: W3C Media Capture and Streams, `getUserMedia`: the names of its errors. */
function troubleOf(error: unknown): CameraState {
  switch (error instanceof Error ? error.name : undefined) {
    case "NotAllowedError":
    case "SecurityError":
      return "refused";
    case "NotFoundError":
    case "OverconstrainedError":
      return "missing";
    default:
      return "busy";
  }
}

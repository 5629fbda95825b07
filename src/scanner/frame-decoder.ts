import type { FrameAnswer, FrameMessage, SeenCode } from "../camera/camera-message.ts";

/** Reads pictures, elsewhere than on the page's thread. */
export interface FrameDecoder {
  /** Resolves once it can read; rejects where what it needs could not be loaded. */
  readonly ready: () => Promise<void>;
  /**
   * The codes in a picture, which is the decoder's from then on. Rejects when it broke or does not answer:
   * it is then of no more use.
   */
  readonly decode: (frame: ImageBitmap) => Promise<readonly SeenCode[]>;
  readonly close: () => void;
}

export interface WorkerDecoderDeps {
  readonly openWorker: () => Worker;
  /** Letters of AIM identifiers. */
  readonly symbologies: string;
  readonly setTimeout: (run: () => void, delayMs: number) => number;
  readonly clearTimeout: (timer: number | undefined) => void;
}

/** Ours: a machine six times slower than ours takes 120 ms for a picture. */
const ANSWER_WITHIN_MS = 5_000;

/** Ours: a megabyte over a shop's network. */
const LOAD_WITHIN_MS = 60_000;

export function createWorkerDecoder(deps: WorkerDecoderDeps): FrameDecoder {
  const worker = deps.openWorker();
  const waiting = new Map<number, PromiseWithResolvers<readonly SeenCode[]>>();
  let lastId = 0;

  const breakAll = (why: string): void => {
    for (const { reject } of waiting.values()) reject(new Error(why));
    waiting.clear();
  };
  worker.addEventListener("message", ({ data }: MessageEvent<FrameAnswer>) => {
    const asked = waiting.get(data.id);
    waiting.delete(data.id);
    if ("codes" in data) asked?.resolve(data.codes);
    else asked?.reject(new Error(data.trouble));
  });
  for (const type of ["error", "messageerror"]) {
    worker.addEventListener(type, () => breakAll("the camera's worker broke"));
  }

  async function ask(withinMs: number, frame?: ImageBitmap): Promise<readonly SeenCode[]> {
    lastId += 1;
    const id = lastId;
    const answer = Promise.withResolvers<readonly SeenCode[]>();
    waiting.set(id, answer);
    const message: FrameMessage = {
      id,
      symbologies: deps.symbologies,
      ...(frame === undefined ? {} : { frame }),
    };
    const timer = deps.setTimeout(() => breakAll("the camera's worker does not answer"), withinMs);
    try {
      worker.postMessage(message, frame === undefined ? [] : [frame]);
      return await answer.promise;
    } finally {
      deps.clearTimeout(timer);
    }
  }

  return {
    ready: async () => void (await ask(LOAD_WITHIN_MS)),
    decode: (frame) => ask(ANSWER_WITHIN_MS, frame),
    close() {
      worker.terminate();
      breakAll("the camera's worker was closed");
    },
  };
}

import type { SeenCode } from "../../src/camera/camera-message.ts";
import type { Camera } from "../../src/scanner/camera.ts";
import type { FrameDecoder } from "../../src/scanner/frame-decoder.ts";

/** A camera and a decoder of a test's, for the Node tests. */
export interface FakeCamera {
  readonly open: () => Promise<Camera>;
  readonly openDecoder: () => FrameDecoder;
  /** What it sees from now on. */
  readonly show: (...codes: readonly SeenCode[]) => void;
  /** Gives no new picture any more. */
  readonly freeze: () => void;
  /** The next opening rejects by this name; with nothing, it opens. */
  readonly refuse: (name: string | undefined) => void;
  readonly unplug: () => void;
  /** The decoder cannot be loaded, or breaks at the next picture. */
  readonly breakDecoder: (how: "load" | "decode" | undefined) => void;
  readonly isOn: () => boolean;
  readonly opened: () => number;
  readonly frames: () => number;
  /** How many of them are open. */
  readonly decoders: () => number;
}

export function fakeCamera(): FakeCamera {
  let codes: readonly SeenCode[] = [];
  let isFrozen = false;
  let refusal: string | undefined;
  let broken: "load" | "decode" | undefined;
  let unplug = (): void => undefined;
  let on = 0;
  let opened = 0;
  let frames = 0;
  let decoders = 0;

  return {
    async open() {
      opened += 1;
      if (refusal !== undefined) throw new DOMException("no", refusal);
      on += 1;
      isFrozen = false;
      const ended = Promise.withResolvers<void>();
      unplug = ended.resolve;
      let isOpen = true;
      return {
        stream: {} as MediaStream,
        ended: ended.promise,
        async frame() {
          if (isFrozen) return undefined;
          frames += 1;
          return {} as ImageBitmap;
        },
        close() {
          if (isOpen) on -= 1;
          isOpen = false;
        },
      };
    },
    openDecoder() {
      decoders += 1;
      return {
        async ready() {
          if (broken === "load") throw new Error("not loaded");
        },
        async decode() {
          if (broken === "decode") throw new Error("broke");
          return codes;
        },
        close: () => void (decoders -= 1),
      };
    },
    show: (...seen) => void (codes = seen),
    freeze: () => void (isFrozen = true),
    refuse: (name) => void (refusal = name),
    unplug: () => unplug(),
    breakDecoder: (how) => void (broken = how),
    isOn: () => on > 0,
    opened: () => opened,
    frames: () => frames,
    decoders: () => decoders,
  };
}

import { ZXING_WASM_SHA256 } from "zxing-wasm/reader";
import decoderUrl from "zxing-wasm/reader/zxing_reader.wasm?url";
import type { FrameAnswer, FrameMessage, SeenCode } from "./camera-message.ts";
import { openFrameReader, type FrameReader } from "./frame-reader.ts";
import { loadDecoder } from "./load-decoder.ts";

// Composition root of the camera's worker. It alone may compile WebAssembly; see its policy.

declare const self: DedicatedWorkerGlobalScope;

let reader: Promise<FrameReader> | undefined;
let pixels: OffscreenCanvasRenderingContext2D | undefined;

self.addEventListener("message", ({ data }: MessageEvent<FrameMessage>) => {
  void answerTo(data).then((answer) =>
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker has no other
    self.postMessage(answer),
  );
});

async function answerTo({ id, frame, symbologies }: FrameMessage): Promise<FrameAnswer> {
  try {
    reader ??= openReader();
    return { id, codes: await codesIn(frame, symbologies, await reader) };
  } catch (error) {
    reader = undefined;
    // Its own words are of loading and decoding, never of what was read.
    return { id, trouble: String(error) };
  } finally {
    frame?.close();
  }
}

async function openReader(): Promise<FrameReader> {
  const code = await loadDecoder({
    url: decoderUrl,
    sha256: ZXING_WASM_SHA256,
    caches,
    fetch: (url) => fetch(url),
    digest: (bytes) => crypto.subtle.digest("SHA-256", bytes),
  });
  return openFrameReader(code);
}

async function codesIn(
  frame: ImageBitmap | undefined,
  symbologies: string,
  { read }: FrameReader,
): Promise<readonly SeenCode[]> {
  return frame === undefined ? [] : read(imageOf(frame), symbologies);
}

/** On one canvas for all pictures, which is wiped: none outlives its reading. */
function imageOf(frame: ImageBitmap): ImageData {
  const { width, height } = frame;
  pixels ??= new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true })!;
  const { canvas } = pixels;
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  pixels.drawImage(frame, 0, 0);
  const image = pixels.getImageData(0, 0, width, height);
  pixels.clearRect(0, 0, width, height);
  return image;
}

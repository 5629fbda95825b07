import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { prepareZXingModule, writeBarcode, type WriterOptions } from "zxing-wasm/writer";

/** A picture with a code in it, as a camera would give it. */
export interface CodeImage {
  readonly width: number;
  readonly height: number;
  /** One byte a pixel, rows from above. */
  readonly grey: Uint8Array;
}

export interface CodeSketch {
  readonly format: NonNullable<WriterOptions["format"]>;
  readonly text: string;
  readonly options?: string;
}

/** Ours: what many a cheap camera gives. */
const PICTURE = { width: 640, height: 480 };

/** How bright a room is behind a card, and the card. */
const ROOM = 150;
const PAPER = 255;

let isReady: Promise<unknown> | undefined;

/** Draws codes in the middle of a picture, one below the other. */
export async function codeImage(...sketches: readonly CodeSketch[]): Promise<CodeImage> {
  isReady ??= prepare();
  await isReady;
  const { width, height } = PICTURE;
  const grey = new Uint8Array(width * height).fill(ROOM);
  const drawn = await Promise.all(sketches.map(draw));
  const share = Math.floor(height / Math.max(1, drawn.length));
  drawn.forEach((symbol, index) => put(symbol, grey, { top: index * share, share }));
  return { width, height, grey };
}

/** As a canvas gives it. */
export function asImageData({ width, height, grey }: CodeImage): ImageData {
  const data = new Uint8ClampedArray(width * height * 4).fill(255);
  grey.forEach((value, at) => data.fill(value, at * 4, at * 4 + 3));
  return { width, height, data, colorSpace: "srgb" } as ImageData;
}

async function prepare(): Promise<unknown> {
  const file = createRequire(import.meta.url).resolve("zxing-wasm/writer/zxing_writer.wasm");
  const code = await readFile(file);
  const wasmBinary = code.buffer.slice(code.byteOffset, code.byteOffset + code.byteLength);
  return prepareZXingModule({ overrides: { wasmBinary }, fireImmediately: true });
}

interface Symbol {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

async function draw({ format, text, options }: CodeSketch): Promise<Symbol> {
  const written = await writeBarcode(text, {
    format,
    scale: 1,
    ...(options === undefined ? {} : { options }),
  });
  if (written.error !== "") throw new Error(`${format} of ${text}: ${written.error}`);
  const { width, height, data } = written.symbol;
  return { width, height, data: Uint8Array.from(data) };
}

/** Ours: what a code needs around it, in the widths of its narrowest bar. Source: EAN, 11 and 7. */
const QUIET = 11;

/** As large as fits with a quiet zone around it. */
function put(
  symbol: Symbol,
  grey: Uint8Array,
  { top, share }: { readonly top: number; readonly share: number },
): void {
  const scale = Math.floor(
    Math.min(PICTURE.width / (symbol.width + 2 * QUIET), share / (symbol.height + 4)),
  );
  const width = symbol.width * scale;
  const height = symbol.height * scale;
  const left = Math.floor((PICTURE.width - width) / 2);
  const above = top + Math.floor((share - height) / 2);
  for (let y = -2 * scale; y < height + 2 * scale; y += 1) {
    for (let x = -QUIET * scale; x < width + QUIET * scale; x += 1) {
      const isInside = x >= 0 && x < width && y >= 0 && y < height;
      const from = Math.floor(y / scale) * symbol.width + Math.floor(x / scale);
      grey[(above + y) * PICTURE.width + left + x] = isInside ? symbol.data[from]! : PAPER;
    }
  }
}

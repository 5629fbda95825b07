import {
  prepareZXingModule,
  purgeZXingModule,
  readBarcodes,
  type ReaderOptions,
  type ReadResult,
} from "zxing-wasm/reader";
import type { SeenCode } from "./camera-message.ts";

/**
 * Finds codes in pictures. Light on dark, as in a phone's dark mode, in every other one only: looking for
 * those costs as much again.
 */
export interface FrameReader {
  /** @param symbologies letters of AIM identifiers; what has no decoder here is left out */
  readonly read: (image: ImageData, symbologies: string) => Promise<readonly SeenCode[]>;
}

type Formats = NonNullable<ReaderOptions["formats"]>;

/** Source: ISO/IEC 15424, the letter of each symbology; zxing-wasm, the names of its formats. */
const FORMATS: Readonly<Record<string, Formats>> = {
  E: ["EAN13", "EAN8", "UPCA", "UPCE"],
  C: ["Code128"],
  A: ["Code39"],
  I: ["ITF"],
  Q: ["QRCode"],
  d: ["DataMatrix"],
  z: ["Aztec"],
  L: ["PDF417"],
  F: ["Codabar"],
  G: ["Code93"],
  e: ["DataBar"],
};

/** Ours: a card, a phone and what hangs behind them show no more. */
const MOST_CODES = 8;

const OPTIONS: ReaderOptions = {
  // As scanners send it: element strings of GS1 with their separators, and no brackets for people.
  textMode: "Plain",
  tryHarder: true,
  // A card is held as it comes.
  tryRotate: true,
  maxNumberOfSymbols: MOST_CODES,
};

/**
 * Rejects where `code` is no decoder, or may not be compiled here.
 *
 * @param code the WebAssembly of zxing-wasm, of the version that is built in
 */
export async function openFrameReader(code: ArrayBuffer): Promise<FrameReader> {
  // One that broke is not taken up again.
  purgeZXingModule();
  await prepareZXingModule({
    overrides: { wasmBinary: code, locateFile: nowhereElse },
    fireImmediately: true,
  });
  let isDark = true;
  return {
    async read(image, symbologies) {
      const formats = [...symbologies].flatMap((letter) => FORMATS[letter] ?? []);
      // To the decoder an empty list means all there are.
      if (formats.length === 0) return [];
      isDark = !isDark;
      const results = await readBarcodes(image, { ...OPTIONS, tryInvert: isDark, formats });
      return results
        .filter(({ isValid, text }) => isValid && text !== "")
        .map((result) => seenCode(result, image));
    },
  };
}

/** Asked for all the same, and not followed; the package's own answer is the address of another server. */
function nowhereElse(file: string): string {
  return file;
}

function seenCode({ text, symbologyIdentifier, position }: ReadResult, image: ImageData): SeenCode {
  const corners = [position.topLeft, position.topRight, position.bottomLeft, position.bottomRight];
  const middle = (of: "x" | "y"): number =>
    corners.reduce((sum, corner) => sum + corner[of], 0) / corners.length;
  const x = middle("x") / image.width - 0.5;
  const y = middle("y") / image.height - 0.5;
  return { text, aim: symbologyIdentifier, offCentre: x * x + y * y };
}

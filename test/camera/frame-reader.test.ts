import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { ZXING_WASM_SHA256 } from "zxing-wasm/reader";
import { beforeAll, describe, expect, it } from "vitest";
import { openFrameReader, type FrameReader } from "../../src/camera/frame-reader.ts";
import { cardFromScan } from "../../src/domain/card.ts";
import { asImageData, codeImage, type CodeSketch } from "../support/code-images.ts";
import { memberCard } from "../support/cards.ts";

const DECODER = readFileSync(
  createRequire(import.meta.url).resolve("zxing-wasm/reader/zxing_reader.wasm"),
);

let reader: FrameReader;

beforeAll(async () => {
  reader = await openFrameReader(Uint8Array.from(DECODER).buffer);
});

async function seenIn(symbologies: string, ...sketches: readonly CodeSketch[]) {
  const codes = await reader.read(asImageData(await codeImage(...sketches)), symbologies);
  return codes.map(({ text, aim }) => ({ text, aim }));
}

const EAN_13: CodeSketch = { format: "EAN13", text: memberCard(1) };
const QR: CodeSketch = { format: "QRCode", text: "https://example.com/c/TAR-7731" };

describe("a picture", () => {
  it.each<readonly [string, CodeSketch, string]>([
    ["EAN-13", EAN_13, "]E0"],
    ["EAN-8", { format: "EAN8", text: "20123451" }, "]E4"],
    ["Code 128", { format: "Code128", text: "TAR-100234" }, "]C0"],
    ["Code 39", { format: "Code39", text: "TAR200234" }, "]A0"],
    ["ITF", { format: "ITF", text: "29123456789018" }, "]I0"],
    ["QR", QR, "]Q1"],
    ["Data Matrix", { format: "DataMatrix", text: "TAR-400234" }, "]d1"],
    ["Aztec", { format: "Aztec", text: "TAR-500234" }, "]z0"],
    ["PDF417", { format: "PDF417", text: "TAR-600234" }, "]L2"],
  ])("[CA1] with %s is read, and says so as a scanner does", async (_name, sketch, aim) => {
    expect(await seenIn("ECAIQdzL", sketch)).toEqual([{ text: sketch.text, aim }]);
  });

  it("[CA1] with GS1 element strings gives them with the identifier that says so", async () => {
    const [code] = await seenIn("d", {
      format: "DataMatrix",
      text: "(8018)952110000000000015",
      options: "gs1",
    });
    expect(code).toEqual({ text: "8018952110000000000015", aim: "]d2" });
    const rule = {
      name: "recipient",
      reads: "gsrn",
      companyPrefixes: ["9521"],
      match: "\\d{18}",
      checkDigit: "gs1",
      visitor: "member",
      accepts: [],
      refuses: [],
    } as const;
    expect(cardFromScan({ ...code!, source: "camera" }, [rule]).ok).toBe(true);
  });

  it("[CA1] is searched for nothing that is not wanted, and for nothing at all where nothing is", async () => {
    expect(await seenIn("Q", EAN_13)).toEqual([]);
    expect(await seenIn("E", QR)).toEqual([]);
    expect(await seenIn("", QR)).toEqual([]);
    expect(await seenIn("?", QR)).toEqual([]);
  });

  it("[CA1] with several codes gives all of them, and where they are", async () => {
    const image = asImageData(await codeImage(QR, EAN_13, { format: "EAN8", text: "20123451" }));
    const codes = await reader.read(image, "EQ");
    expect(codes.map(({ text }) => text).toSorted()).toEqual(
      [EAN_13.text, QR.text, "20123451"].toSorted(),
    );
    const [nearest] = codes.toSorted((a, b) => a.offCentre - b.offCentre);
    expect(nearest?.text).toBe(EAN_13.text);
  });

  it("[CA1] with a code light on dark is read, if not at once then the next time", async () => {
    const image = await codeImage(QR);
    const dark = asImageData({ ...image, grey: image.grey.map((value) => 255 - value) });
    const both = [await reader.read(dark, "Q"), await reader.read(dark, "Q")];
    expect(both.flat().map(({ text }) => text)).toEqual([QR.text]);
  });

  it("without a code gives none", async () => {
    expect(await seenIn("ECAIQdzL")).toEqual([]);
  });
});

it("[CA3] the decoder is the one that its package says it is, and asks nobody for another", async () => {
  expect(createHash("sha256").update(DECODER).digest("hex")).toBe(ZXING_WASM_SHA256);
  await expect(openFrameReader(new ArrayBuffer(8))).rejects.toThrow();
});

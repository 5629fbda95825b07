import { closeSync, mkdtempSync, openSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { codeImage, type CodeImage, type CodeSketch } from "./code-images.ts";

/** Pictures a second, how many of them each code is held for, and how many show nothing in between. */
const RATE = 8;
const HELD = 8;
const BETWEEN = 3;

/**
 * What a fake camera of Chromium's shows, over and over: one code after the other, each held for a second.
 * A path for `--use-file-for-fake-video-capture`.
 */
export async function cameraFile(sketches: readonly CodeSketch[]): Promise<string> {
  const nothing = await codeImage();
  const images = await Promise.all(sketches.map((sketch) => codeImage(sketch)));
  const { width, height } = nothing;
  const file = path.join(mkdtempSync(path.join(tmpdir(), "tarjeta-camera-")), "cards.y4m");
  const out = openSync(file, "w");
  // Source: the YUV4MPEG2 header, as Chromium's fake device reads it; colours are halved both ways.
  writeSync(out, `YUV4MPEG2 W${width} H${height} F${RATE}:1 Ip A1:1\n`);
  const noColour = Buffer.alloc((width / 2) * (height / 2) * 2, 128);
  const put = ({ grey }: CodeImage, times: number): void => {
    for (let time = 0; time < times; time += 1) {
      writeSync(out, "FRAME\n");
      writeSync(out, grey);
      writeSync(out, noColour);
    }
  };
  for (const image of images) {
    put(image, HELD);
    put(nothing, BETWEEN);
  }
  closeSync(out);
  return file;
}

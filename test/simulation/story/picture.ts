import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Page } from "playwright-core";

/** One picture of the sequence and the sentence under it. */
export type Frame =
  | { readonly type: "screen"; readonly caption: string; readonly png: Buffer }
  | { readonly type: "dark"; readonly caption: string }
  | {
      readonly type: "text";
      readonly caption: string;
      readonly title: string;
      readonly text: string;
    };

/** One frame as drawn: half of the screenshot's side lengths again. */
const FRAME = { width: 270, height: 480 };
const GAP = 26;

/** Draws the frames side by side, numbered and captioned, and gives the PNG. */
export async function drawPicture(page: Page, frames: readonly Frame[]): Promise<Buffer> {
  const width = frames.length * FRAME.width + (frames.length + 1) * GAP;
  await page.setViewportSize({ width, height: 600 });
  await page.setContent(`<!doctype html><meta charset="utf-8"><style>${STYLE}</style>
    <ol>${frames.map((frame) => `<li>${drawn(frame)}<p>${escaped(frame.caption)}</p></li>`).join("")}</ol>`);
  await page.evaluate(() => document.fonts.ready);
  return page.locator("ol").screenshot({ type: "png" });
}

function drawn(frame: Frame): string {
  switch (frame.type) {
    case "screen":
      return `<img alt="" src="data:image/png;base64,${frame.png.toString("base64")}">`;
    case "dark":
      return `<div class="dark">${UNPLUGGED}</div>`;
    case "text":
      return `<div class="text"><h2>${escaped(frame.title)}</h2><pre>${escaped(frame.text)}</pre></div>`;
  }
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}

/** A plug out of its socket, cut from the same card stock as the kiosk's drawings. */
const UNPLUGGED = `<svg viewBox="0 0 270 480" aria-hidden="true">
  <path d="M115 176h10v44h-10zM145 176h10v44h-10z"/><rect x="97" y="212" width="76" height="62" rx="12"/>
  <path d="M113 274h44l-8 26h-28zM129 300h12v180h-12z"/>
</svg>`;

const FONT = readFileSync(
  createRequire(import.meta.url).resolve(
    "@fontsource-variable/atkinson-hyperlegible-next/files/atkinson-hyperlegible-next-latin-wght-normal.woff2",
  ),
).toString("base64");

/** Colours are the kiosk's own. */
const STYLE = `
  @font-face {
    font-family: "Atkinson Hyperlegible Next";
    font-weight: 200 800;
    src: url("data:font/woff2;base64,${FONT}") format("woff2");
  }
  body { margin: 0; font: 560 19px/1.25 "Atkinson Hyperlegible Next"; color: oklch(0.27 0.075 12); }
  ol {
    display: flex; gap: ${GAP}px; margin: 0; padding: ${GAP}px ${GAP}px ${GAP - 8}px; list-style: none;
    background: oklch(0.935 0.022 22); counter-reset: frame;
  }
  li { inline-size: ${FRAME.width}px; counter-increment: frame; }
  img, .dark, .text {
    display: block; box-sizing: border-box; inline-size: ${FRAME.width}px; block-size: ${FRAME.height}px;
    border-radius: 8px; border-block-end: 6px solid oklch(0.62 0.085 14); object-fit: cover;
    object-position: top;
  }
  .dark path, .dark rect { fill: oklch(0.42 0.11 12); }
  .dark { background: oklch(0.12 0.02 12); border-color: oklch(0.19 0.055 12); }
  .text { background: oklch(0.995 0.003 40); padding: 20px 14px; overflow: hidden; }
  h2 { margin: 0 0 14px; font-size: 21px; font-weight: 750; }
  pre { margin: 0; font: 500 13px/1.7 ui-monospace, "DejaVu Sans Mono", monospace; }
  p { display: flex; gap: 10px; margin: 14px 0 0; min-block-size: 72px; }
  p::before {
    content: counter(frame); flex: none; inline-size: 26px; block-size: 26px; border-radius: 8px;
    background: oklch(0.82 0.152 78); text-align: center; font-weight: 750;
  }
`;

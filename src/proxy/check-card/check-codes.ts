import { encode } from "uqr";
import { CHECK_CARD_TEXT } from "../../contract/check-card.ts";
import { CODE128_QUIET, code128Modules } from "../../domain/code128.ts";
import { barsPath } from "../../domain/linear-code.ts";

// What a kiosk's reader makes of a check card, as markup for a page of any size: `.qr` and `.bars`.

/** Ours: in modules; a hand need not aim. */
const BAR_HEIGHT = 34;

/** For readers that see pictures; a quarter of it may be scratched. Source: ISO/IEC 18004, a quiet zone of four modules. */
export function checkQrCode(): string {
  const { data, size } = encode(CHECK_CARD_TEXT, { ecc: "Q", border: 4 });
  return svg("qr", size, size, data.map((row, y) => barsPath(row, 1, 0, y)).join(""));
}

/** For those that see lines. */
export function checkBarCode(): string {
  const modules = code128Modules(CHECK_CARD_TEXT);
  if (modules === undefined) throw new Error("a check card's text is printable");
  const width = modules.length + 2 * CODE128_QUIET;
  return svg("bars", width, BAR_HEIGHT, barsPath(modules, BAR_HEIGHT, CODE128_QUIET));
}

function svg(name: string, width: number, height: number, path: string): string {
  return `<svg class="${name}" viewBox="0 0 ${width} ${height}" preserveAspectRatio="none" role="img" aria-label="${CHECK_CARD_TEXT}"><path d="${path}" shape-rendering="crispEdges"/></svg>`;
}

import type { Switches } from "../switches.ts";

/** What becomes of raw spaces and tabs: part of the name or value, or cut off around it. */
export type Whitespace = Switches["bulkRowWhitespace"];

/** Source: comma-separated; no quoting is documented, so a quotation mark is one more character. */
export function cellsOf(line: string, whitespace: Whitespace): readonly string[] {
  const cells = line.split(",");
  return whitespace === "trimmed" ? cells.map((cell) => cell.replace(AROUND, "")) : cells;
}

const AROUND = /^[ \t]+|[ \t]+$/g;

/** What percent-encoding leaves alone in every dialect. */
const PLAIN = /^[A-Za-z0-9_.~-]*$/;

/**
 * Printable ASCII, or a percent sign with two hexadecimal digits. A raw `&` is not among it: it ends
 * the parameter `batch` of a form.
 */
const WELL_ENCODED = /^(?:[!-$'-~]|%[0-9A-Fa-f]{2})*$/;
const WELL_ENCODED_OR_SPACE = /^(?:[ \t!-$'-~]|%[0-9A-Fa-f]{2})*$/;

/**
 * A name or value of a batch, decoded; nothing when it is not URL-encoded UTF-8.
 *
 * Source: names and values "must be URL-encoded using UTF-8". Strict, as everywhere in the emulator:
 * a stray percent sign, bytes that are not UTF-8, raw characters beyond ASCII and control characters
 * are errors, so that a client that encodes badly finds out here. A plus sign is a space, as in a form.
 */
export function decodeCell(cell: string, whitespace: Whitespace): string | undefined {
  if (PLAIN.test(cell)) return cell;
  const wellEncoded = whitespace === "kept" ? WELL_ENCODED_OR_SPACE : WELL_ENCODED;
  if (!wellEncoded.test(cell)) return undefined;
  try {
    return decodeURIComponent(cell.replaceAll("+", " "));
  } catch {
    // Thrown on purpose for bytes that are not UTF-8: the caller's error.
    return undefined;
  }
}

import { err, ok, type Result } from "../domain/result.ts";

export type Parameters = ReadonlyMap<string, string>;

const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Reads `name=value&…` as Adobe asks for it: "URL-encoded using UTF-8". Strict, unlike
 * `URLSearchParams`: a stray percent sign, a byte that is not UTF-8 and a raw character beyond ASCII
 * are errors, so that a client that encodes badly finds out here.
 *
 * Of a repeated name the first value counts, or the last.
 */
export function parseParameters(
  encoded: readonly string[],
  counts: "first" | "last" = "first",
): Result<Parameters, string> {
  const parameters = new Map<string, string>();
  for (const pair of encoded.flatMap((text) => text.split("&"))) {
    if (pair === "") continue;
    const equals = pair.indexOf("=");
    const name = decodeParameter(equals < 0 ? pair : pair.slice(0, equals));
    const value = decodeParameter(equals < 0 ? "" : pair.slice(equals + 1));
    if (name === undefined || value === undefined) {
      return err("Parameters are not URL-encoded UTF-8");
    }
    if (counts === "last" || !parameters.has(name)) parameters.set(name, value);
  }
  return ok(parameters);
}

/** Printable ASCII without the percent sign, or a percent sign with two hexadecimal digits. */
const WELL_ENCODED = /^(?:[!-$&-~]|%[0-9A-Fa-f]{2})*$/;

/** One name or value decoded; undefined when it is not URL-encoded UTF-8. */
export function decodeParameter(text: string): string | undefined {
  if (!WELL_ENCODED.test(text)) return undefined;
  const spaced = text.replaceAll("+", " ");
  if (!spaced.includes("%")) return spaced;
  const bytes = spaced.replaceAll(/%(..)/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  try {
    return UTF8.decode(Uint8Array.from(bytes, (byte) => byte.charCodeAt(0)));
  } catch {
    // The decoder is fatal on purpose: bytes that are not UTF-8 are the caller's error.
    return undefined;
  }
}

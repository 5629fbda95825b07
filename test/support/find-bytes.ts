import { readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";

/**
 * Every way in which a text could lie in raw bytes without being sealed: UTF-8, UTF-16, hex, and
 * base64 at each of its three alignments.
 */
function disguisesOf(text: string): readonly Buffer[] {
  const bytes = Buffer.from(text, "utf8");
  const base64 = [0, 1, 2].map((shift) => {
    const shifted = Buffer.concat([Buffer.alloc(shift), bytes]).toString("base64url");
    // Characters at both ends are shared with whatever stands beside the text.
    return shifted.slice(shift === 0 ? 0 : shift + 1, -2);
  });
  return [
    bytes,
    Buffer.from(text, "utf16le"),
    ...[bytes.toString("hex"), bytes.toString("hex").toUpperCase(), ...base64].map((each) =>
      Buffer.from(each, "latin1"),
    ),
  ];
}

/** Whether `haystack` holds `needle`, in clear or in a disguise that hides nothing. */
export function holds(haystack: Buffer | string, needle: string): boolean {
  const bytes = typeof haystack === "string" ? Buffer.from(haystack, "utf8") : haystack;
  return disguisesOf(needle).some((each) => bytes.includes(each));
}

/** Files below `folder` whose raw bytes hold `needle`, by their names in it. */
export function filesHolding(folder: string, needle: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => statSync(path.join(folder, name)).isFile())
    .filter((name) => holds(readFileSync(path.join(folder, name)), needle))
    .toSorted();
}

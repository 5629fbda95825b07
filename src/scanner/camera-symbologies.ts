import type { CardRule } from "../domain/card.ts";

/**
 * Ours, for a rule that names none: EAN and UPC, Code 128, Code 39, ITF, QR, Data Matrix, Aztec and PDF417.
 * Codabar is read only where a rule names it: it is found in much that is no code.
 */
const USUAL = "ECAIQdzL";

/** Source: GS1 General Specifications: symbols that may hold a recipient's number, or a link with it. */
const WITH_GSRN = "CQd";

/**
 * What a camera has to look for, as letters of AIM identifiers: what the rules take, and no more. Each
 * further one costs time in every picture, and may be misread into.
 */
export function symbologiesOf(rules: readonly CardRule[]): string {
  const letters = rules.filter(mayBeSeen).flatMap((rule) => [...lettersOf(rule)]);
  return [...new Set(letters)].join("");
}

function mayBeSeen({ reads, sources }: CardRule): boolean {
  const isPrinted = reads === undefined || reads === "gsrn";
  return isPrinted && sources?.includes("camera") !== false;
}

function lettersOf({ symbologies, reads }: CardRule): string {
  if (symbologies !== undefined) return symbologies.map((aim) => aim.charAt(1)).join("");
  return reads === "gsrn" ? WITH_GSRN : USUAL;
}

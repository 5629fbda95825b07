/**
 * Names of symbologies by the letter of their AIM identifier; where the modifier behind it tells two kinds
 * apart that people know by different names, by both.
 *
 * Source: ISO/IEC 15424, table of code characters; GS1 General Specifications, section 5.1.3.
 */
const NAMES: Readonly<Record<string, string>> = {
  A: "Code 39",
  C: "Code 128",
  C1: "GS1-128",
  E: "EAN/UPC",
  E0: "EAN-13 / UPC",
  E4: "EAN-8",
  F: "Codabar",
  G: "Code 93",
  I: "ITF",
  J: "DotCode",
  L: "PDF417",
  Q: "QR Code",
  Q3: "GS1 QR Code",
  U: "MaxiCode",
  d: "Data Matrix",
  d2: "GS1 DataMatrix",
  e: "GS1 DataBar",
  z: "Aztec",
};

/** What kind of code was read, by its AIM identifier; nothing where that names none known here. */
export function symbologyOf(aim: string | undefined): string | undefined {
  const [letter = "", modifier = ""] = (aim ?? "").slice(1);
  return NAMES[letter + modifier] ?? NAMES[letter];
}

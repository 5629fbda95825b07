/** Source: GS1 General Specifications, section 7.8.6: FNC1 between element strings is read as GS. */
const SEPARATOR = "\u001d";

/**
 * Digits that follow the first two of an application identifier whose length is predefined. All others
 * end with a separator.
 *
 * Source: GS1 General Specifications, section 7.8.5, figure "Element strings with predefined length".
 */
const PREDEFINED: readonly (readonly [pattern: RegExp, digits: number])[] = [
  [/^00/, 18],
  [/^0[1-3]/, 14],
  [/^04/, 16],
  [/^1[1-9]/, 6],
  [/^20/, 2],
  [/^3[1-6]/, 8],
  [/^41/, 14],
];

/**
 * Identifiers of symbols that hold GS1 element strings: GS1-128, DataBar, GS1 QR, GS1 DataMatrix, DotCode.
 *
 * Source: ISO/IEC 15424, GS1 General Specifications, section 5.1.3.
 */
const GS1_AIM: ReadonlySet<string> = new Set(["]C1", "]e0", "]Q3", "]d2", "]J1"]);

/** Source: GS1 Digital Link: the primary key as a part of the path, on any host. */
const DIGITAL_LINK = /^https?:\/\/[^/?#]+(?:\/[^?#]*)?\/8018\/(\d{18})(?:[/?#]|$)/i;

/**
 * The service relation number of a recipient (GSRN, application identifier 8018) in what was read: in
 * element strings, wherever among them it stands, or in a digital link.
 *
 * Its check digit and whose number it is are the caller's to look at: 8018 is on many other things than
 * loyalty cards.
 */
export function recipientNumber(text: string, aim?: string): string | undefined {
  const linked = DIGITAL_LINK.exec(text)?.[1];
  if (linked !== undefined) return linked;
  if (aim !== undefined && !GS1_AIM.has(aim)) return undefined;
  let rest = text.startsWith(SEPARATOR) ? text.slice(1) : text;
  while (rest !== "") {
    const element = firstElement(rest);
    const number = /^8018(\d{18})$/.exec(element)?.[1];
    if (number !== undefined) return number;
    rest = rest.slice(element.length);
    // A separator may also follow where none is needed.
    if (rest.startsWith(SEPARATOR)) rest = rest.slice(1);
  }
  return undefined;
}

function firstElement(text: string): string {
  const digits = PREDEFINED.find(([pattern]) => pattern.test(text))?.[1];
  if (digits !== undefined) return text.slice(0, 2 + digits);
  const end = text.indexOf(SEPARATOR);
  // An empty element cannot be: two separators in a row are one character to go over.
  return end < 0 ? text : text.slice(0, Math.max(1, end));
}

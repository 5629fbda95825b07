import { checkDigitFor } from "./check-digit.ts";

/** A name in braces: a group of the rule's pattern, or a check digit. */
const PLACE = /\{([A-Za-z]\w*)\}/;

/**
 * Fills a card rule's template: `{name}` is the pattern's group of that name, `{gs1}` and `{luhn}` the
 * check digit of all that stands before them.
 *
 * So a number printed as `123456` becomes the `7431234561` of the same card's stripes.
 */
export function filledTemplate(
  template: string,
  groups: Readonly<Record<string, string | undefined>>,
): string {
  // Split by a pattern with one group: texts at the even places, names at the odd ones.
  return template.split(PLACE).reduce((id, part, index) => {
    if (index % 2 === 0) return id + part;
    if (part === "gs1" || part === "luhn") return id + (checkDigitFor(part, id) ?? "");
    return id + (groups[part] ?? "");
  }, "");
}

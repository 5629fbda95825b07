import { mod43 } from "./code39.ts";

/** How a card number proves that it was read right. */
export type CheckDigit = "luhn" | "gs1" | "mod43" | "none";

/** Whether the last character of `text` agrees with the others. */
export function hasGoodCheckDigit(check: CheckDigit, text: string): boolean {
  if (check === "none") return true;
  return text.length > 1 && text.at(-1) === checkDigitFor(check, text.slice(0, -1));
}

/** What completes `payload`; nothing where a character of it has no value by that check. */
export function checkDigitFor(
  check: Exclude<CheckDigit, "none">,
  payload: string,
): string | undefined {
  if (check === "mod43") return mod43(payload);
  if (!/^\d+$/.test(payload)) return undefined;
  return check === "luhn" ? luhn(payload) : gs1(payload);
}

/** Source: ISO/IEC 7812-1, annex B. */
function luhn(payload: string): string {
  const sum = [...payload].toReversed().reduce((total, digit, index) => {
    const doubled = index % 2 === 0 ? Number(digit) * 2 : Number(digit);
    return total + (doubled > 9 ? doubled - 9 : doubled);
  }, 0);
  return String((10 - (sum % 10)) % 10);
}

/** Source: GS1 General Specifications, section 7.9.1, standard check digit (modulo 10, weights 3 and 1). */
function gs1(payload: string): string {
  const sum = [...payload]
    .toReversed()
    .reduce((total, digit, index) => total + Number(digit) * (index % 2 === 0 ? 3 : 1), 0);
  return String((10 - (sum % 10)) % 10);
}

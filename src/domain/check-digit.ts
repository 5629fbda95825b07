/** How a card number proves that it was read right. */
export type CheckDigit = "luhn" | "gs1" | "none";

/** Whether the last digit of `digits` agrees with the others. */
export function hasGoodCheckDigit(check: CheckDigit, digits: string): boolean {
  if (check === "none") return true;
  if (!/^\d{2,}$/.test(digits)) return false;
  return digits.endsWith(checkDigitFor(check, digits.slice(0, -1)));
}

/** The digit that completes `payload`. */
export function checkDigitFor(check: Exclude<CheckDigit, "none">, payload: string): string {
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

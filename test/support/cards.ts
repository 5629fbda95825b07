import { checkDigitFor } from "../../src/domain/check-digit.ts";

/** The card of the shipped example that the emulator knows. */
export const KNOWN_CARD = "2912345678906";

/** A good member card of the shipped example: the `index`-th of a million. */
export function memberCard(index: number): string {
  const payload = `29${String(7_000_000_000 + index)}`;
  return payload + checkDigitFor("gs1", payload);
}

/** `count` different good member cards. */
export function memberCards(count: number, from = 0): readonly string[] {
  return Array.from({ length: count }, (_, index) => memberCard(from + index));
}

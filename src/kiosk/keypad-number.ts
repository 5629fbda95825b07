import type { KioskConfig } from "../contract/kiosk-config.ts";
import { cardFromScan, type Card } from "../domain/card.ts";

/** What a number typed so far comes to. */
export type KeypadVerdict =
  | { readonly type: "incomplete"; readonly missing: number }
  | { readonly type: "ready"; readonly card: Card }
  /** Complete, and one digit at least is not the one on the card. */
  | { readonly type: "mistyped" }
  | { readonly type: "not-ours" }
  | { readonly type: "payment-card" };

/** Judges a typed number by the same rules as a scan; the check digit speaks as soon as it can. */
export function keypadVerdict(digits: string, config: KioskConfig): KeypadVerdict {
  const missing = config.keypad.length - digits.length;
  if (missing > 0) return { type: "incomplete", missing };
  const card = cardFromScan({ text: digits, source: "keypad" }, config.cardRules);
  if (card.ok) return { type: "ready", card: card.value };
  switch (card.error.type) {
    case "payment-card":
      return { type: "payment-card" };
    case "bad-check-digit":
      return { type: "mistyped" };
    case "not-ours":
    case "swipe-again":
    case "bad-visitor-id":
      return { type: "not-ours" };
  }
}

/** How a number of this length is printed: EAN-13 as one and twice six, others in fours. */
export function digitGroups(length: number): readonly number[] {
  if (length === 13) return [1, 6, 6];
  const fours = Array.from({ length: Math.floor(length / 4) }, () => 4);
  return length % 4 === 0 ? fours : [...fours, length % 4];
}

import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CHECK_CARD_TEXT, isCheckCard } from "../../src/contract/check-card.ts";
import { EXAMPLE_CONFIG } from "../../src/contract/example-config.ts";
import { cardFromScan } from "../../src/domain/card.ts";
import { looksLikePaymentCard } from "../../src/domain/payment-card.ts";
import { memberCard } from "../support/cards.ts";

describe("a check card", () => {
  it("[CC1] is known in any layout, with CapsLock, and with what a scanner leaves around it", () => {
    const known = [
      { text: CHECK_CARD_TEXT },
      { text: CHECK_CARD_TEXT.toLowerCase() },
      { text: ` ${CHECK_CARD_TEXT}\r` },
      // A German keyboard, and a scanner that believes in an American one.
      { text: "TARJETAßCHECK", repaired: CHECK_CARD_TEXT },
    ];
    for (const scan of known) expect(isCheckCard(scan), scan.text).toBe(true);
  });

  it("[CC1] is nothing that may be a card", () => {
    const others = fc.oneof(
      fc.string(),
      fc.stringMatching(/^\d{8,19}$/),
      fc.nat(999_999).map(memberCard),
      fc.string().map((text) => CHECK_CARD_TEXT + text + "x"),
    );
    fc.assert(fc.property(others, (text) => !isCheckCard({ text })));
  });

  it("[CC1] is no payment card, and no card of the shipped example, where an older app reads it", () => {
    expect(looksLikePaymentCard(CHECK_CARD_TEXT)).toBe(false);
    const scan = { text: CHECK_CARD_TEXT, source: "wedge" } as const;
    expect(cardFromScan(scan, EXAMPLE_CONFIG.cardRules)).toEqual({
      ok: false,
      error: { type: "not-ours" },
    });
  });
});

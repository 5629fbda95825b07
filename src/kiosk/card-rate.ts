import type { KioskConfig } from "../contract/kiosk-config.ts";
import type { Scan } from "../domain/card.ts";

const MINUTE_MS = 60_000;

/**
 * Ours: a card a second is faster than a queue of people, and slower than a machine that tries
 * numbers. Typing takes longer, so that guessing at the keypad is slower still.
 */
const DEFAULTS = { cardsPerMinute: 60, typedCardsPerMinute: 6 } as const;

export interface CardRate {
  /**
   * Whether a card may be taken now, which then counts. A card that counts already is no further
   * one, however often it is shown.
   */
  readonly admits: (card: CountedCard, nowMs: number, config: KioskConfig) => boolean;
}

export interface CountedCard {
  readonly fingerprint: string;
  readonly source: Scan["source"];
}

/** Counts distinct cards of the last minute of capture, typed ones apart (rule CD1). */
export function createCardRate(): CardRate {
  /** Oldest first; never more than the limits allow. */
  let counted: readonly (CountedCard & { readonly atMs: number })[] = [];
  return {
    admits(card, nowMs, config) {
      const limits = config.cardLimits ?? DEFAULTS;
      counted = counted.filter(({ atMs }) => nowMs - atMs < MINUTE_MS);
      const own = counted.filter(({ source }) => source === card.source);
      if (own.some(({ fingerprint }) => fingerprint === card.fingerprint)) return true;
      const most = card.source === "keypad" ? limits.typedCardsPerMinute : limits.cardsPerMinute;
      if (own.length >= most) return false;
      counted = [...counted, { ...card, atMs: nowMs }];
      return true;
    },
  };
}

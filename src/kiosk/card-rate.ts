import { CARDS_PER_MINUTE, TYPED_CARDS_PER_MINUTE } from "../contract/card-limits.ts";
import type { KioskConfig } from "../contract/kiosk-config.ts";
import type { Scan } from "../domain/card.ts";

const MINUTE_MS = 60_000;

/**
 * Whether a card may be taken now, which then counts. A card that counts already is no further one,
 * however often it is shown.
 */
export type CardRate = (
  fingerprint: string,
  source: Scan["source"],
  nowMs: number,
  limits: KioskConfig["cardLimits"],
) => boolean;

/** Counts distinct cards of the last minute of capture, typed ones apart (rule CD1). */
export function createCardRate(): CardRate {
  /** By fingerprint, when first counted; never more than the limits allow. */
  const read = new Map<string, number>();
  const typed = new Map<string, number>();
  return (fingerprint, source, nowMs, limits) => {
    const own = source === "keypad" ? typed : read;
    for (const [card, atMs] of own) if (nowMs - atMs >= MINUTE_MS) own.delete(card);
    const most =
      source === "keypad"
        ? (limits?.typedCardsPerMinute ?? TYPED_CARDS_PER_MINUTE)
        : (limits?.cardsPerMinute ?? CARDS_PER_MINUTE);
    if (!own.has(fingerprint)) {
      if (own.size >= most) return false;
      own.set(fingerprint, nowMs);
    }
    return true;
  };
}

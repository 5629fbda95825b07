import { forgetAllCards, openCardMemory, type CardMemory } from "../../../src/kiosk/card-memory.ts";

/** What a test does with the memory of cards, in a real browser. */
export interface CardMemoryPage {
  readonly open: (maxRemembered?: number) => Promise<CardMemory>;
  readonly forgetAll: () => void;
}

declare global {
  var cardMemory: CardMemoryPage;
}

globalThis.cardMemory = {
  open: (maxRemembered) => openCardMemory(crypto.subtle, maxRemembered),
  forgetAll: () => forgetAllCards(indexedDB),
};

import { STORE_LIMITS } from "../../../src/proxy/store/limits.ts";
import type { Store } from "../../../src/proxy/store/store.ts";
import {
  aBatch,
  aDevice,
  anId,
  anUpdate,
  LOAD,
  LOADED_AT,
  NOW,
} from "../../support/store-builders.ts";

const HOUR = 3_600_000;

/** One kiosk brings what a whole chain does: no limit of one kiosk is meant here. */
export const ONE_KIOSK_FOR_ALL = { ...STORE_LIMITS, cardsPerMinute: 1e9, intervalsPerEpoch: 1e9 };

/** Ours: as many as one request holds, about. */
const BATCH = 200;

/** Takes in scans by a clock that is right. */
export function createScanners(store: Store) {
  let seq = 0;
  let lastEpoch = 0x1_0000;
  let lastCard = 0;

  const freshCard = () => {
    lastCard += 1;
    return `2${lastCard.toString().padStart(12, "0")}`;
  };
  return {
    freshCard,
    /** A card that was just scanned. */
    scanNow: async (card: string, nowMs: number) => {
      seq += 1;
      await store.ingest(
        aBatch([anUpdate({ card, seq, atMs: nowMs })], { receiptMs: nowMs, clock: clockAt(nowMs) }),
      );
    },
    /** What kiosks without a network kept for hours, of as many cards; gives those. */
    bringOld: async (count: number, nowMs: number): Promise<readonly string[]> => {
      // An outbox of its own, on a kiosk of its own: times of one outbox never fall.
      lastEpoch += 1;
      const epoch = anId(lastEpoch);
      const device = aDevice(2);
      const cards = Array.from({ length: count }, freshCard);
      for (let from = 0; from < count; from += BATCH) {
        const updates = cards.slice(from, from + BATCH).map((card, index) => {
          const atMs = nowMs - 20 * HOUR + (from + index) * 10;
          return anUpdate({ card, epoch, device, seq: from + index + 1, atMs });
        });
        await store.ingest(aBatch(updates, { device, receiptMs: nowMs, clock: clockAt(nowMs) }));
      }
      return cards;
    },
  };
}

function clockAt(nowMs: number) {
  return { segment: `${LOAD}.0`, wallMs: nowMs, monoMs: nowMs - LOADED_AT };
}

/** A day after the page load of the builders, so that what is twenty hours old was captured in it. */
export const BEGIN_MS = NOW + 24 * HOUR;

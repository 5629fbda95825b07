import type { Ledger } from "./ledger.ts";
import type { Seen, Shop } from "./shop.ts";

export interface Shopper {
  readonly shop: Shop;
  readonly ledger: Ledger;
  /** Uniform draws in [0, 1), by the seed of this visit. */
  readonly random: () => number;
}

/** Ours: together longer than any screen waits for its shopper, its warning included. */
const AWAY_MS = 10_000;
const MOST_AWAYS = 15;

/** The screen is left by walking away from it. */
export async function walkAway({ shop }: Pick<Shopper, "shop">): Promise<void> {
  for (let left = MOST_AWAYS; (await shop.look()).state !== "attract"; left -= 1) {
    if (left === 0) throw new Error("A screen that nobody touched did not end.");
    await shop.wait(AWAY_MS);
  }
}

export async function scanCard(shopper: Shopper, card: string): Promise<void> {
  const { shop, ledger } = shopper;
  const before = await shop.look();
  // Asked about already, and not asked again.
  if (before.state === "consent" && ledger.card() === card) return shop.showInPassing(card);
  await settleOn(shopper, card, await shop.showOurs(card));
}

/** Notes what the screen says of a card that was just read. */
export async function settleOn(
  { shop, ledger }: Shopper,
  card: string,
  first: Seen,
): Promise<void> {
  // A scan may be answered by what was under way before it: only what speaks of this card counts.
  const seen =
    first.state === "withdrawal" || first.ending === card.slice(-4)
      ? first
      : await shop.until("the screen to speak of the card", ({ ending, state }) => {
          return ending === card.slice(-4) || state === "withdrawal";
        });
  if (seen.state === "withdrawal") {
    // Shown once more after it withdrew.
    ledger.left();
    return;
  }
  if (seen.step === "duplicate") ledger.resumed(card);
  else if (seen.state === "consent") ledger.begun(card, "nothing");
  else if (seen.state === "thanked") ledger.begun(card, "kept");
  else throw new Error(`A card of ours was answered with “${seen.state}”.`);
}

export async function tapUndo({ shop }: Shopper): Promise<void> {
  const tool = await shop.page.locator(".undo-tool").count();
  await shop.tap(tool > 0 ? ".undo-tool" : ".undo-panel .button");
}

export async function undoVisit(shopper: Shopper): Promise<void> {
  const { shop, ledger } = shopper;
  await tapUndo(shopper);
  const seen = await shop.until(
    "a visit to be taken back, or not",
    ({ state, canUndo }) => state === "declined" || !canUndo,
  );
  if (seen.state === "declined") ledger.became("nothing");
}

export async function withdrawn({ shop, ledger }: Shopper, card: string): Promise<void> {
  await shop.until("a withdrawal to be kept", ({ step }) => step === "stored");
  ledger.withdrew(card, true);
}

import { pick } from "../../support/seeded.ts";
import type { FleetKiosk } from "./fleet-kiosk.ts";
import type { Fleet } from "./fleet.ts";

/** Of the shipped example: what scans write that is a text. Two, so that a call carries some of both. */
const NAMES = ["lastStore", "lastKiosk"] as const;

/** Ours: cards one kiosk takes between two events. */
const MAX_SCANS = 3;

/** Ours: a share of batches that arrives twice, as Chromium may send them (rule FL7). */
const SENT_TWICE = 0.15;

/**
 * A moment in the shops: some kiosks take cards, all that owe anything send it to one proxy or
 * another, whichever the balancer finds. Resolves when each was answered, or was not.
 */
export async function serveShoppers(
  { kiosks, cards, members }: Pick<Fleet, "kiosks" | "cards" | "members">,
  random: () => number,
): Promise<void> {
  const urls = members.map((member) => member.kioskUrl());
  for (const kiosk of kiosks) scanSome(kiosk, cards, random);
  await Promise.all(
    kiosks.map((kiosk) => {
      const url = pick(urls, random);
      return random() < SENT_TWICE ? kiosk.sendTo(url, pick(urls, random)) : kiosk.sendTo(url);
    }),
  );
}

/** Takes a few cards. */
export function scanSome(kiosk: FleetKiosk, cards: readonly string[], random: () => number): void {
  const count = Math.floor(random() * (MAX_SCANS + 1));
  for (let index = 0; index < count; index += 1)
    kiosk.scan(pick(cards, random), pick(NAMES, random));
}

/** Until no kiosk owes anything; everybody is up and well by then. */
export async function bringAll({ kiosks, members }: Pick<Fleet, "kiosks" | "members">) {
  const url = members[0]!.kioskUrl();
  for (let tries = 0; kiosks.some((kiosk) => kiosk.owes() > 0); tries += 1) {
    if (tries > MAX_TRIES) throw new Error("A kiosk is owed a receipt for ever.");
    await Promise.all(kiosks.map((kiosk) => kiosk.sendTo(url)));
  }
}

/** Ours: batches of fifty, and one that meets the end of a fault. */
const MAX_TRIES = 50;

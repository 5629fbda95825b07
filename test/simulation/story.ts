import { writeFileSync } from "node:fs";
import path from "node:path";
import { KNOWN_CARD } from "../support/cards.ts";
import { openKioskBrowser } from "../support/kiosk-browser.ts";
import {
  depth,
  openKiosk,
  scanAndBeThanked,
  visitState,
  workerReady,
} from "../support/kiosk-page.ts";
import { startSystem } from "../support/system.ts";
import { drawPicture, type Frame } from "./story/picture.ts";
import { profileLines } from "./story/profile-lines.ts";

// `npm run story`: lives one shopper's scan through a cut network and a pulled plug, on the running
// product in real Chromium, and draws the picture of the README from what the screens showed.

const PICTURE = path.join(import.meta.dirname, "story", "story.png");

/** The kiosk's portrait screen at half size: what a README has room for. */
const SCREEN = { width: 540, height: 960 };

const system = await startSystem();
try {
  const frames = await liveThrough();
  const browser = await openKioskBrowser();
  try {
    const png = await drawPicture(browser.page, frames);
    writeFileSync(PICTURE, png);
    console.log(`${path.relative(process.cwd(), PICTURE)}: ${Math.round(png.length / 1_000)} kB`);
  } finally {
    await browser.discard();
  }
} finally {
  await system.stop();
}

async function liveThrough(): Promise<readonly Frame[]> {
  const { emulator, kioskUrl } = system;
  const frames: Frame[] = [];

  const before = await openKioskBrowser();
  const { page, context, profileDir } = before;
  await page.setViewportSize(SCREEN);
  const stand = { storeId: "madrid-1", kioskId: "entrance" };
  await openKiosk(page, await system.pairingLink(stand));
  await workerReady(page);
  frames.push(await shot(page, "The kiosk waits for a card"));

  await context.setOffline(true);
  await page.getByText("Scan as usual").waitFor();
  frames.push(await shot(page, "The network is cut"));

  await scanAndBeThanked(page, KNOWN_CARD);
  frames.push(await shot(page, "A card is scanned: stored, then thanked"));

  // Not closed: killed with every process it has, as a pulled plug would.
  await before.kill();
  if (emulator.callsFor(KNOWN_CARD).length > 0) throw new Error("it was sent before the plug went");
  frames.push({ type: "dark", caption: "The plug is pulled" });

  const after = await openKioskBrowser({ profileDir });
  try {
    await after.page.setViewportSize(SCREEN);
    await openKiosk(after.page, kioskUrl);
    await depth(after.page, 0);
    await emulator.arrived([KNOWN_CARD]);
    await visitState(after.page, "attract");
    frames.push(await shot(after.page, "Power and network are back: nothing is owed"));
  } finally {
    await after.discard();
  }

  frames.push({
    type: "text",
    caption: "The visit is in the member’s Target profile",
    title: `Member ${KNOWN_CARD}`,
    text: await profileText(
      `${emulator.url}/rest/v1/profiles/thirdPartyId/${KNOWN_CARD}?client=demo`,
    ),
  });
  return frames;

  async function shot(from: typeof page, caption: string): Promise<Frame> {
    // One picture of a moment: no bar half fallen, no arrow half way.
    const png = await from.screenshot({ type: "png", animations: "disabled" });
    return { type: "screen", caption, png };
  }
}

async function profileText(address: string): Promise<string> {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`Target answered ${answer.status}`);
  return profileLines(await answer.json());
}

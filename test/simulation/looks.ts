import { mkdirSync } from "node:fs";
import path from "node:path";
import { startDemoSystem } from "../support/demo-system.ts";
import { openKioskBrowser } from "../support/kiosk-browser.ts";
import { openKiosk } from "../support/kiosk-page.ts";
import { LOOKS, looksConfigFile, SIZES, VARIANTS, walkLooks } from "../support/looks.ts";
import { speakPseudo } from "../support/pseudo-page.ts";

/**
 * Every screen × every variant × every size as a picture, held against all that can be checked of it;
 * false when something was wrong, which is printed.
 */
export async function looks(folder: string): Promise<boolean> {
  const pictures = path.join(folder, "looks");
  mkdirSync(pictures, { recursive: true });
  const system = await startDemoSystem({ KIOSK_CONFIG: looksConfigFile() });
  const browser = await openKioskBrowser();
  try {
    await speakPseudo(browser.page);
    await openKiosk(browser.page, `${system.kioskUrl}/?${system.pair}`);
    await browser.page.locator(".tool").first().waitFor();
    const walk = { looks: LOOKS, sizes: SIZES, variants: VARIANTS, pictures };
    const found = await walkLooks(browser.page, walk);
    const wrong = [...found, ...browser.complaints];
    const count = LOOKS.length * SIZES.length * VARIANTS.length;
    console.log(`${count} pictures in ${path.relative(process.cwd(), pictures)}`);
    for (const each of wrong) console.log(`  ${each}`);
    return wrong.length === 0;
  } finally {
    await browser.discard();
    await system.stop();
  }
}

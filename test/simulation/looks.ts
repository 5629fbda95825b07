import { mkdirSync } from "node:fs";
import path from "node:path";
import { startDemoSystem } from "../support/demo-system.ts";
import { openKioskBrowser } from "../support/kiosk-browser.ts";
import { configured, openKiosk } from "../support/kiosk-page.ts";
import {
  CONSENT_LOOKS,
  consentConfigFile,
  LOOKS,
  looksConfigFile,
  SIZES,
  STAFF_LOOKS,
  VARIANTS,
  walkLooks,
  type Look,
} from "../support/looks.ts";
import { speakPseudo } from "../support/pseudo-page.ts";

/**
 * Every screen × every variant × every size as a picture, held against all that can be checked of it;
 * false when something was wrong, which is printed.
 */
export async function looks(folder: string): Promise<boolean> {
  const pictures = path.join(folder, "looks");
  mkdirSync(pictures, { recursive: true });
  const wrong = [
    ...(await walk(looksConfigFile(), [...LOOKS, ...STAFF_LOOKS], pictures)),
    ...(await walk(consentConfigFile(), CONSENT_LOOKS, pictures)),
  ];
  const count =
    (LOOKS.length + STAFF_LOOKS.length + CONSENT_LOOKS.length) * SIZES.length * VARIANTS.length;
  console.log(`${count} pictures in ${path.relative(process.cwd(), pictures)}`);
  for (const each of wrong) console.log(`  ${each}`);
  return wrong.length === 0;
}

async function walk(
  config: string,
  looks: readonly Look[],
  pictures: string,
): Promise<readonly string[]> {
  const system = await startDemoSystem({ KIOSK_CONFIG: config });
  const browser = await openKioskBrowser();
  try {
    await speakPseudo(browser.page);
    await openKiosk(browser.page, `${system.kioskUrl}/?${system.pair}`);
    await browser.page.locator(".sill-foot .button").waitFor();
    await configured(browser.page);
    const found = await walkLooks(browser.page, {
      looks,
      sizes: SIZES,
      variants: VARIANTS,
      pictures,
    });
    return [...found, ...browser.complaints];
  } finally {
    await browser.discard();
    await system.stop();
  }
}

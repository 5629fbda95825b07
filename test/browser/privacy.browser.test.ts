import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { withKiosk } from "../support/kiosk.ts";
import { stateOf, visitState } from "../support/kiosk-page.ts";
import { startSystem, type System } from "../support/system.ts";
import { scan } from "../support/wedge.ts";

/** A test number of the networks that nothing we ship mentions. */
const PAYMENT_CARD = "4012888888881881";

let system: System;

beforeAll(async () => {
  system = await startSystem();
});

afterAll(() => system.stop());

/** Files under `folder` that hold `text`, in either of the ways Chromium writes strings. */
function filesHolding(folder: string, text: string): readonly string[] {
  const needles = [Buffer.from(text, "latin1"), Buffer.from(text, "utf16le")];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .filter((file) => {
      const bytes = readFileSync(file);
      return needles.some((needle) => bytes.includes(needle));
    });
}

describe("a payment card", () => {
  it("[PV3] is refused and leaves no byte, on the kiosk, at the proxy or at Target", async () => {
    await withKiosk(system, async (kiosk) => {
      const { profileDir } = kiosk.browser();
      await scan(kiosk.page(), PAYMENT_CARD);
      await visitState(kiosk.page(), "refused");
      expect((await stateOf(kiosk.page())).depth).toBe(0);
      expect(await kiosk.page().evaluate(() => document.documentElement.outerHTML)).not.toContain(
        PAYMENT_CARD.slice(-8),
      );
      await kiosk.browser().close();
      expect(filesHolding(profileDir, PAYMENT_CARD)).toEqual([]);
      expect(filesHolding(system.dataDir, PAYMENT_CARD)).toEqual([]);
      expect(JSON.stringify(system.emulator.calls())).not.toContain(PAYMENT_CARD);
      expect(system.stderr()).not.toContain(PAYMENT_CARD);

      // The search would have found it: here it finds one that was put there.
      await kiosk.startBrowser();
      await kiosk.page().evaluate(async (number) => {
        localStorage.setItem("planted", number);
        const opened = indexedDB.open("planted", 1);
        opened.addEventListener("upgradeneeded", () => opened.result.createObjectStore("rows"));
        await new Promise((done) => opened.addEventListener("success", done));
        const tx = opened.result.transaction("rows", "readwrite", { durability: "strict" });
        tx.objectStore("rows").put(number, 1);
        await new Promise((done) => tx.addEventListener("complete", done));
      }, PAYMENT_CARD);
      await kiosk.browser().close();
      const found = filesHolding(profileDir, PAYMENT_CARD).map((file) =>
        path.relative(profileDir, file),
      );
      expect(found.some((file) => file.includes("IndexedDB"))).toBe(true);
      expect(found.some((file) => file.includes("Local Storage"))).toBe(true);
    });
  });
});

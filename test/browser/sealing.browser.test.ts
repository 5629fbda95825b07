import { readFileSync } from "node:fs";
import path from "node:path";
import type { Page } from "playwright-core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { KEYS_PATH } from "../../src/contract/keys.ts";
import { Problem } from "../../src/contract/problem.ts";
import { INGEST_PATH } from "../../src/contract/ingest.ts";
import { SEALING_KEY_PATH, SealingKey } from "../../src/contract/sealing.ts";
import { readKeysFile, writeKeysFile } from "../../src/proxy/keys/keys-file.ts";
import { makeSealingKey, type Keys } from "../../src/proxy/keys/keys.ts";
import { memberCards } from "../support/cards.ts";
import { filesHolding } from "../support/find-bytes.ts";
import { readJournal, scannedCards } from "../support/journal.ts";
import { KEYS } from "../support/keys.ts";
import { withKiosk, type Kiosk } from "../support/kiosk.ts";
import { depth, scanAndBeThanked } from "../support/kiosk-page.ts";
import { startSystem, type System } from "../support/system.ts";
import { waitFor } from "../support/wait.ts";

let system: System;

beforeEach(async () => {
  system = await startSystem();
});

afterEach(() => system.stop());

function cutOff({ line }: Kiosk): void {
  line.on(INGEST_PATH, (exchange) => exchange.cut());
}

/** Which keys the entries were sealed to that came over the line, in order. */
function kidsSent({ line }: Kiosk): readonly string[] {
  return line.seen(INGEST_PATH).flatMap(({ body }) => {
    const { entries }: { entries: { header: { kid: string } }[] } = JSON.parse(String(body));
    return entries.map(({ header }) => header.kid);
  });
}

/** No pause of the kiosk's own making is waited out. */
function networkIsBack(page: Page): Promise<boolean> {
  return page.evaluate(() => dispatchEvent(new Event("online")));
}

/** Gives the running proxy other keys, and waits until it has taken them up. */
async function rotate(keys: Keys): Promise<void> {
  writeKeysFile(path.join(system.dataDir, "keys.json"), keys);
  await waitFor("the proxy to take up the keys", async () => {
    const answer = await fetch(system.kioskUrl + SEALING_KEY_PATH);
    return SealingKey.parse(await answer.json()).kid === keys.sealing[0]?.kid;
  });
}

/** Puts an entry as an earlier version kept it in the place of the only one there is. */
function makePlain(page: Page, card: string): Promise<void> {
  return page.evaluate(async (value) => {
    const opening = indexedDB.open("tarjeta");
    await new Promise((done) => opening.addEventListener("success", done));
    const tx = opening.result.transaction("entries", "readwrite", { durability: "strict" });
    const store = tx.objectStore("entries");
    const looking = store.openCursor();
    looking.addEventListener("success", () => {
      const cursor = looking.result!;
      const body = JSON.stringify({
        device: {
          deviceId: crypto.randomUUID(),
          storeId: "store-1",
          kioskId: "kiosk-1",
          timeZone: "Europe/Madrid",
        },
        visitor: { kind: "member", value },
        occasion: "scan",
        ground: { type: "terms", version: "casa-olmo-terms-1" },
        configVersion: "example-1",
        attributes: [{ name: "lastStore", value: { type: "text", text: "store-1" } }],
      });
      cursor.update({ header: { ...cursor.value.header, kid: "plain", enc: "" }, body });
    });
    await new Promise((done) => tx.addEventListener("complete", done));
    opening.result.close();
  }, card);
}

describe("what lies on a kiosk's disk", () => {
  it("[PV10] tells nobody a card: neither the database nor any other file of the browser", async () => {
    const cards = memberCards(3, 7_100);
    await withKiosk(system, async (kiosk) => {
      cutOff(kiosk);
      for (const card of cards) await scanAndBeThanked(kiosk.page(), card);
      await kiosk.browser().close();
      const { profileDir } = kiosk.browser();
      for (const card of cards) expect(filesHolding(profileDir, card)).toEqual([]);

      // The search would have found it: here it finds one that lies there as it used to.
      await kiosk.startBrowser();
      await depth(kiosk.page(), cards.length);
      await kiosk.page().evaluate(async (value) => {
        const opening = indexedDB.open("planted", 1);
        opening.addEventListener("upgradeneeded", () => opening.result.createObjectStore("rows"));
        await new Promise((done) => opening.addEventListener("success", done));
        const tx = opening.result.transaction("rows", "readwrite", { durability: "strict" });
        tx.objectStore("rows").put({ body: JSON.stringify({ value }) }, 1);
        await new Promise((done) => tx.addEventListener("complete", done));
      }, "2918000000010");
      await kiosk.browser().close();
      expect(filesHolding(profileDir, "2918000000010")).not.toEqual([]);

      await kiosk.startBrowser();
      kiosk.line.on(INGEST_PATH);
      await depth(kiosk.page(), 0);
      expect(scannedCards(readJournal(system.dataDir))).toEqual(expect.arrayContaining([...cards]));
    });
  });

  it("[PV10] that an earlier version left in plain text is sealed in place, and never sent before", async () => {
    const [first, plain] = memberCards(2, 7_200);
    await withKiosk(system, async (kiosk) => {
      cutOff(kiosk);
      await scanAndBeThanked(kiosk.page(), first!);
      await makePlain(kiosk.page(), plain!);
      kiosk.line.on(INGEST_PATH);
      await kiosk.pullPlug();
      await depth(kiosk.page(), 0);
      expect(scannedCards(readJournal(system.dataDir))).toEqual([plain]);
      expect(kidsSent(kiosk)).not.toContain("plain");
      await kiosk.browser().close();
      const { profileDir } = kiosk.browser();
      const left = filesHolding(path.join(profileDir, "Default", "Local Storage"), plain!);
      expect(left).toEqual([]);
    });
  });
});

describe("the proxy's sealing keys", () => {
  it("[IN6] rotate while entries are owed: nothing is lost, and the next are sealed to the new one", async () => {
    const [before, after] = memberCards(2, 7_300);
    const next = makeSealingKey();
    await withKiosk(system, async (kiosk) => {
      cutOff(kiosk);
      await scanAndBeThanked(kiosk.page(), before!);
      await rotate({ ...KEYS, sealing: [next, ...KEYS.sealing] });
      kiosk.line.on(INGEST_PATH);
      // The page's first heartbeat tells it the new key.
      await kiosk.pullPlug();
      await depth(kiosk.page(), 0);
      await waitFor("the kiosk to learn the key", () => knowsKey(kiosk.page(), next.kid));
      await scanAndBeThanked(kiosk.page(), after!);
      await depth(kiosk.page(), 0);
      expect(new Set(kidsSent(kiosk))).toEqual(new Set([KEYS.sealing[0]!.kid, next.kid]));
      expect(kidsSent(kiosk).at(-1)).toBe(next.kid);
    });
    expect(scannedCards(readJournal(system.dataDir)).toSorted()).toEqual(
      [before, after].toSorted(),
    );
  });

  it("[IN6] when one is missing, its entries wait on the kiosk and somebody is told; it comes back and they arrive", async () => {
    const [card] = memberCards(1, 7_400);
    await withKiosk(system, async (kiosk) => {
      cutOff(kiosk);
      await scanAndBeThanked(kiosk.page(), card!);
      const next = makeSealingKey();
      await rotate({ ...KEYS, sealing: [next] });
      kiosk.line.on(INGEST_PATH);
      await kiosk.pullPlug();
      await networkIsBack(kiosk.page());
      await waitFor("an incident", async () => {
        const [incident] = await system.incidents();
        return incident?.["type"] === "unknown-key" && incident["open"] === true;
      });
      await depth(kiosk.page(), 1);
      await rotate({ ...KEYS, sealing: [makeSealingKey(), next, ...KEYS.sealing] });
      await kiosk.pullPlug();
      await networkIsBack(kiosk.page());
      await depth(kiosk.page(), 0);
      expect(await system.incidents()).toMatchObject([{ type: "unknown-key", open: false }]);
    });
    expect(scannedCards(readJournal(system.dataDir))).toEqual([card]);
  });
});

/** Asks the proxy to retire a key; gives why not, or nothing. */
async function refusalOf(kid: string): Promise<string | undefined> {
  const token = readFileSync(path.join(system.dataDir, "admin-token"), "utf8").trim();
  const answer = await fetch(`${system.adminUrl}${KEYS_PATH}/sealing/${kid}/retire`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: "{}",
  });
  return answer.ok ? undefined : Problem.parse(await answer.json()).detail;
}

describe("a sealing key that was followed by another", () => {
  it("[IN6] is retired once no kiosk owes or keeps anything sealed to it, and not before", async () => {
    const [owed, later] = memberCards(2, 7_500);
    const old = KEYS.sealing[0]!.kid;
    const next = makeSealingKey();
    await withKiosk(system, async (kiosk) => {
      const page = kiosk.page();
      cutOff(kiosk);
      await scanAndBeThanked(page, owed!);
      await rotate({ ...KEYS, sealing: [next, ...KEYS.sealing] });
      expect(await refusalOf(next.kid)).toContain("in use");
      expect(await refusalOf(old)).toContain("has not said yet");
      await page.reload();
      await waitFor("the kiosk's word", async () =>
        (await refusalOf(old))?.includes("sealed to it"),
      );

      // Delivered, it is kept for the case that the proxy forgets it.
      kiosk.line.on(INGEST_PATH);
      await networkIsBack(page);
      await depth(page, 0);
      await system.kill("SIGTERM");
      await system.restart({ MOVED_CLOCK_MS: "360000" });
      await page.reload();
      await waitFor("a scan under the new key", () => knowsKey(page, next.kid));
      expect(await refusalOf(old)).toContain("sealed to it");

      await page.evaluate(async () => {
        const opening = indexedDB.open("tarjeta");
        await new Promise((done) => opening.addEventListener("success", done));
        const tx = opening.result.transaction("receipted", "readwrite", { durability: "strict" });
        tx.objectStore("receipted").clear();
        await new Promise((done) => tx.addEventListener("complete", done));
        opening.result.close();
      });
      await page.reload();
      await waitFor("the key to be let go", async () => (await refusalOf(old)) === undefined);
      expect(readKeysFile(path.join(system.dataDir, "keys.json")).sealing).toHaveLength(1);
      await scanAndBeThanked(page, later!);
      await depth(page, 0);
    });
    expect(scannedCards(readJournal(system.dataDir)).toSorted()).toEqual([owed, later].toSorted());
  });
});

function knowsKey(page: Page, kid: string): Promise<boolean> {
  return page.evaluate(async (wanted) => {
    const opening = indexedDB.open("tarjeta");
    await new Promise((done) => opening.addEventListener("success", done));
    const looking = opening.result.transaction("kept").objectStore("kept").get("sealing-key");
    await new Promise((done) => looking.addEventListener("success", done));
    opening.result.close();
    return looking.result?.kid === wanted;
  }, kid);
}

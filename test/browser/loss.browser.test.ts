import { readdirSync, readFileSync, statSync, truncateSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { INGEST_PATH } from "../../src/contract/ingest.ts";
import { memberCards } from "../support/cards.ts";
import { withKiosk, type Kiosk } from "../support/kiosk.ts";
import { depth, scanAndBeThanked, stateOf, visitState } from "../support/kiosk-page.ts";
import { startSystem, type System } from "../support/system.ts";
import { waitFor } from "../support/wait.ts";
import { scan } from "../support/wedge.ts";

let system: System;

beforeAll(async () => {
  system = await startSystem();
});

afterAll(() => system.stop());

/** An incident of `type` of the kiosk of this name, once the proxy lists it. */
function incidentOf(name: string, type: string): Promise<Record<string, unknown>> {
  return waitFor(`an incident ${type}`, async () =>
    (await system.incidents()).find((each) => each["kioskId"] === name && each["type"] === type),
  );
}

/** Where Chromium's LevelDB keeps what it has not yet moved into tables. */
function databaseLogs(profileDir: string): readonly string[] {
  const folder = path.join(profileDir, "Default", "IndexedDB");
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".log"))
    .map((name) => path.join(folder, name));
}

/** Chromium writes localStorage some seconds late: waits until the witness of `lastSeq` is there. */
function witnessWritten(profileDir: string, lastSeq: number): Promise<boolean> {
  const folder = path.join(profileDir, "Default", "Local Storage", "leveldb");
  return waitFor("the witness to reach the disk", () =>
    readdirSync(folder).some((name) =>
      readFileSync(path.join(folder, name), "latin1").includes(`"lastSeq":${lastSeq}}`),
    ),
  );
}

describe("a database that was lost", () => {
  it("[OB5] becomes a named incident when it was wiped, and the kiosk goes on", async () => {
    const [lost, next] = memberCards(2, 5_000);
    system.emulator.know([lost!, next!]);
    await withKiosk(
      system,
      async (kiosk) => {
        kiosk.line.on(INGEST_PATH, (exchange) => exchange.cut());
        await scanAndBeThanked(kiosk.page(), lost!);
        const session = await kiosk.browser().context.newCDPSession(kiosk.page());
        await session.send("Storage.clearDataForOrigin", {
          origin: kiosk.line.url,
          storageTypes: "indexeddb",
        });
        kiosk.line.on(INGEST_PATH);
        // Its key is gone with the rest; the page that is open may still have it.
        await kiosk.page().reload();
        await kiosk.pairAgain();
        const incident = await incidentOf("wiped", "outbox-wiped");
        expect(incident["storeId"]).toBe("store-1");
        await incidentOf("wiped", "updates-lost");
        await scan(kiosk.page(), next!);
        await system.emulator.arrived([next!]);
      },
      { name: "wiped" },
    );
    expect(system.emulator.attributesOf(lost!)).toEqual({});
  });

  it("[OB5] becomes a named incident when its log was torn, and what is left is delivered", async () => {
    const cards = memberCards(8, 5_100);
    system.emulator.know(cards);
    await withKiosk(
      system,
      async (kiosk) => {
        await restartWithEmptyLog(kiosk);
        kiosk.line.on(INGEST_PATH, (exchange) => exchange.cut());
        await scanAndBeThanked(kiosk.page(), cards[0]!);
        const [log] = databaseLogs(kiosk.browser().profileDir);
        const firstBytes = statSync(log!).size;
        for (const card of cards.slice(1)) await scanAndBeThanked(kiosk.page(), card);
        await witnessWritten(kiosk.browser().profileDir, cards.length);
        await kiosk.browser().kill();
        truncateSync(log!, Math.floor((firstBytes + statSync(log!).size) / 2));
        await kiosk.startBrowser();
        const left = (await stateOf(kiosk.page())).depth;
        expect(left).toBeGreaterThan(0);
        expect(left).toBeLessThan(cards.length);
        kiosk.line.on(INGEST_PATH);
        await depth(kiosk.page(), 0);
        await system.emulator.arrived(cards.slice(0, left));
        await incidentOf("torn", "outbox-torn");
        const { detail } = await incidentOf("torn", "updates-lost");
        expect(detail).toMatch(/\d/);
      },
      { name: "torn" },
    );
  });

  it("[OB4] sets a row aside that nobody can read, and delivers its neighbours", async () => {
    const cards = memberCards(3, 5_200);
    system.emulator.know(cards);
    await withKiosk(system, async (kiosk) => {
      kiosk.line.on(INGEST_PATH, (exchange) => exchange.cut());
      for (const card of cards) await scanAndBeThanked(kiosk.page(), card);
      await kiosk.page().evaluate(async () => {
        const opened = indexedDB.open("tarjeta");
        const db = await new Promise<IDBDatabase>((done, failed) => {
          opened.addEventListener("success", () => done(opened.result));
          opened.addEventListener("error", () => failed(opened.error));
        });
        const tx = db.transaction("entries", "readwrite");
        const keys = tx.objectStore("entries").getAllKeys();
        keys.addEventListener("success", () => {
          tx.objectStore("entries").put("torn by a bad sector", keys.result[1]);
        });
        await new Promise((done) => tx.addEventListener("complete", done));
        db.close();
      });
      kiosk.line.on(INGEST_PATH);
      await system.emulator.arrived([cards[0]!, cards[2]!]);
      await depth(kiosk.page(), 0);
    });
    expect(system.emulator.attributesOf(cards[1]!)).toEqual({});
  });
});

/**
 * Ours: many times what a kiosk needs. It is the origin's from the start: Chromium remembers for half a
 * minute how much room there was, and takes a gigabyte of noise in before it looks again.
 */
const SMALL_DISK_BYTES = 16_777_216;

describe("a full disk", () => {
  it("[OB3] is told before anybody is thanked; what is owed still drains, and the kiosk recovers", async () => {
    const [before, refused, after] = memberCards(3, 5_300);
    system.emulator.know([before!, refused!, after!]);
    let setRoom: ((quotaSize?: number) => Promise<unknown>) | undefined;
    await withKiosk(
      system,
      async (kiosk) => {
        const page = kiosk.page();
        kiosk.line.on(INGEST_PATH, (exchange) => exchange.cut());
        await scanAndBeThanked(page, before!);
        await fillStorage(kiosk);
        await scan(page, refused!);
        await visitState(page, "out-of-service");
        expect((await stateOf(page)).depth).toBe(1);

        kiosk.line.on(INGEST_PATH);
        await system.emulator.arrived([before!]);
        await depth(page, 0);

        await setRoom!();
        await visitState(page, "attract");
        await scan(page, after!);
        await system.emulator.arrived([after!]);
      },
      {
        prepare: async ({ context, page }, origin) => {
          const session = await context.newCDPSession(page);
          setRoom = (quotaSize) =>
            session.send("Storage.overrideQuotaForOrigin", {
              origin,
              ...(quotaSize === undefined ? {} : { quotaSize }),
            });
          await setRoom(SMALL_DISK_BYTES);
        },
      },
    );
    expect(system.emulator.attributesOf(refused!)).toEqual({});
  });
});

/** The next start of the database begins a log of its own, which holds nothing but what follows. */
async function restartWithEmptyLog(kiosk: Kiosk): Promise<void> {
  await depth(kiosk.page(), 0);
  await kiosk.browser().close();
  await kiosk.startBrowser();
}

/** Fills the origin's storage from another database until the browser says no. */
async function fillStorage(kiosk: Kiosk): Promise<void> {
  await kiosk.page().evaluate(async () => {
    const opened = indexedDB.open("ballast", 1);
    opened.addEventListener("upgradeneeded", () => opened.result.createObjectStore("rows"));
    const db = await new Promise<IDBDatabase>((done) =>
      opened.addEventListener("success", () => done(opened.result)),
    );
    // Noise, which no table can be packed smaller than.
    const noise = new Uint8Array(4_194_304);
    for (let at = 0; at < noise.length; at += 65_536) {
      crypto.getRandomValues(noise.subarray(at, at + 65_536));
    }
    for (let length = noise.length, key = 0; length >= 64; key += 1) {
      const tx = db.transaction("rows", "readwrite");
      tx.objectStore("rows").put(noise.slice(0, length), key);
      const isKept = await new Promise<boolean>((done) => {
        tx.addEventListener("complete", () => done(true));
        tx.addEventListener("abort", () => done(false));
      });
      if (!isKept) length /= 2;
    }
    db.close();
  });
}

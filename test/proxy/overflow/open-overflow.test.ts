import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openOverflow } from "../../../src/proxy/overflow/open-overflow.ts";
import { READ_BACK } from "../../../src/proxy/read-back/look-plan.ts";
import { createTargetClient } from "../../../src/proxy/target/target-client.ts";
import { createVault } from "../../../src/proxy/vault/vault.ts";
import { cardIds } from "../../../src/proxy/visitor-ids/visitor-ids.ts";
import { filesHolding, holds } from "../../support/find-bytes.ts";
import { KEYS } from "../../support/keys.ts";
import { aMovableClock } from "../../support/movable-clock.ts";
import { createRawKiosk } from "../../support/raw-kiosk.ts";
import { aFolder, aMemoryStore } from "../../support/store-files.ts";
import { startSystem, type System } from "../../support/system.ts";
import { waitFor } from "../../support/wait.ts";

describe("BULK_OVERFLOW=off, the default", () => {
  it("[OV4] deletes what an earlier process had not sent, and opens nothing", async () => {
    const dataDir = aFolder();
    mkdirSync(path.join(dataDir, "overflow"));
    writeFileSync(path.join(dataDir, "overflow", "1.rows"), "");
    const place = { origin: "http://127.0.0.1:9", client: "demo" };
    const target = createTargetClient(place);
    const opened = await openOverflow({
      settings: { overflow: undefined, dataDir, maxValueLength: 256, dailyCalls: 1 },
      connectTo: place,
      target,
      store: await aMemoryStore(),
      vault: createVault(KEYS),
      visitorIds: cardIds,
      clock: aMovableClock(),
      names: ["lastStore"],
      readBack: READ_BACK,
      pace: { turn: async () => undefined, holdBack: () => undefined },
      visitorsWaiting: async () => 0,
      onOwed: () => undefined,
      log: { warn: () => undefined },
    });
    await target.close();
    expect(opened).toBeUndefined();
    expect(readdirSync(dataDir)).toEqual([]);
  });
});

describe("BULK_OVERFLOW=on, in the running product", () => {
  const CARDS = ["2917000000080", "2917000000097", "2917000000103"];
  const TWO_HOURS_MS = 7_200_000;
  let system: System;

  beforeAll(async () => {
    // One call in a day: whoever comes second would wait for a day, and the third for two.
    system = await startSystem({
      env: { BULK_OVERFLOW: "on", BULK_OVERFLOW_AFTER_HOURS: "1", TARGET_DAILY_CALLS: "1" },
    });
  });
  afterAll(() => system.stop());

  it("[OV1] [PV2] brings who has waited an hour, tells of it in the metrics, and nowhere of a card", async () => {
    const { emulator, metric } = system;
    emulator.know(CARDS);
    const kiosk = await createRawKiosk(system);
    for (const card of CARDS) kiosk.add(card, { name: "lastStore", text: "store-1" });
    await kiosk.send();
    await waitFor("the one call", async () => (await metric("tarjeta_visitors_waiting")) === 2);
    expect(emulator.batches()).toEqual([]);
    await system.kill("SIGTERM");
    await system.restart({ MOVED_CLOCK_MS: String(TWO_HOURS_MS) });
    await waitFor("the file to have ended", async () => {
      return (await metric('tarjeta_overflow_rows{end="complete"}')) === 2;
    });
    expect(emulator.batches()).toMatchObject([{ version: 2, rows: 2 }]);
    for (const card of CARDS) {
      expect(emulator.attributesOf(card)).toMatchObject({ lastStore: "store-1" });
    }
    expect(CARDS.flatMap((card) => emulator.callsFor(card))).toHaveLength(1);
    expect(await metric("tarjeta_visitors_waiting")).toBe(0);
    expect(await metric("tarjeta_overflow_files_open")).toBe(0);
    expect(existsSync(path.join(system.dataDir, "overflow", "journal.json"))).toBe(true);
    for (const card of CARDS) {
      expect(filesHolding(system.dataDir, card)).toEqual([]);
      expect(holds(system.stderr(), card)).toBe(false);
    }
  });
});

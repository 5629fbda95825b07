import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { READ_BACK } from "../../../src/proxy/read-back/look-plan.ts";
import { openCreation } from "../../../src/proxy/read-back/open-creation.ts";
import { createVault } from "../../../src/proxy/vault/vault.ts";
import { cardIds } from "../../../src/proxy/visitor-ids/visitor-ids.ts";
import { filesHolding, holds } from "../../support/find-bytes.ts";
import { KEYS } from "../../support/keys.ts";
import { aMovableClock } from "../../support/movable-clock.ts";
import { createRawKiosk } from "../../support/raw-kiosk.ts";
import { aFolder, aMemoryStore } from "../../support/store-files.ts";
import { startSystem, type System } from "../../support/system.ts";
import { waitFor } from "../../support/wait.ts";

describe("UNKNOWN_VISITORS=wait, the default", () => {
  it("[CR1] deletes what an earlier process had not sent, and opens nothing", async () => {
    const dataDir = aFolder();
    mkdirSync(path.join(dataDir, "creation"));
    writeFileSync(path.join(dataDir, "creation", "1.rows"), "");
    const opened = await openCreation({
      settings: { unknownVisitors: "wait", dataDir, maxValueLength: 256 },
      target: { origin: "http://127.0.0.1:9", client: "demo" },
      store: await aMemoryStore(),
      vault: createVault(KEYS),
      visitorIds: cardIds,
      clock: aMovableClock(),
      names: ["lastStore"],
      readBack: READ_BACK,
      pace: { turn: async () => undefined, holdBack: () => undefined },
      log: { warn: () => undefined },
    });
    expect(opened).toBeUndefined();
    expect(readdirSync(dataDir)).toEqual([]);
  });
});

describe("UNKNOWN_VISITORS=create, in the running product", () => {
  const STRANGER = "2917000000073";
  let system: System;

  beforeAll(async () => {
    system = await startSystem({
      env: { UNKNOWN_VISITORS: "create", READ_BACK_AFTER_MINUTES: "0.01" },
    });
  });
  afterAll(() => system.stop());

  it("[CR1] [PV2] creates a stranger, tells of it in the metrics, and nowhere of the card", async () => {
    const { emulator, metric } = system;
    const kiosk = await createRawKiosk(system);
    kiosk.add(STRANGER, { name: "lastStore", text: "store-1" });
    await kiosk.send();
    await waitFor("the profile to be made", () => emulator.attributesOf(STRANGER) !== undefined, {
      timeoutMs: 60_000,
    });
    expect(emulator.batches()).toMatchObject([{ version: 2, rows: 1 }]);
    await waitFor(
      "the scan to be applied",
      async () => (await metric('tarjeta_scans_7d{fate="applied"}')) === 1,
      { timeoutMs: 60_000 },
    );
    expect(await metric('tarjeta_creation_rows{end="complete"}')).toBe(1);
    expect(await metric("tarjeta_creation_files_open")).toBe(0);
    expect(await metric("tarjeta_visitors_absent")).toBe(0);
    // One call before anybody knew, one after the profile was there.
    expect(emulator.callsFor(STRANGER)).toHaveLength(2);
    expect(readdirSync(path.join(system.dataDir, "creation"))).toEqual(["journal.json"]);
    expect(filesHolding(system.dataDir, STRANGER)).toEqual([]);
    expect(holds(system.stderr(), STRANGER)).toBe(false);
    expect(await system.kill("SIGTERM")).toMatchObject({ code: 0 });
  });
});

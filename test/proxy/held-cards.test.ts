import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { DEVICES_PATH, HELD_PATH, INCIDENTS_PATH } from "../../src/contract/admin.ts";
import { EXAMPLE_CONFIG } from "../../src/contract/example-config.ts";
import { HEARTBEAT_PATH } from "../../src/contract/heartbeat.ts";
import { readJournal } from "../support/journal.ts";
import { createRawKiosk, type RawKiosk } from "../support/raw-kiosk.ts";
import { aHeartbeat, aWitness } from "../support/store-builders.ts";
import { aFolder } from "../support/store-files.ts";
import { startSystem, type System } from "../support/system.ts";
import { waitFor } from "../support/wait.ts";

let system: System;

afterEach(() => system.stop());

async function ask<T>(address: string, method = "GET"): Promise<T> {
  const token = readFileSync(path.join(system.dataDir, "admin-token"), "utf8").trim();
  const answer = await fetch(system.adminUrl + address, {
    method,
    headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
    ...(method === "GET" ? {} : { body: "{}" }),
  });
  expect(answer.status, address).toBe(200);
  return answer.json() as Promise<T>;
}

/** Twice the sum of both limits, which is 4 here, may come in one minute. */
function aSlowPace(): string {
  const file = path.join(aFolder(), "kiosk.json");
  const cardLimits = { cardsPerMinute: 1, typedCardsPerMinute: 1 };
  writeFileSync(file, JSON.stringify({ ...EXAMPLE_CONFIG, cardLimits }));
  return file;
}

const CARDS = Array.from({ length: 20 }, (_, index) => `29180000000${index + 10}`);

describe("a kiosk that makes shoppers up, in the running product", () => {
  it("[CD2] gets a few a minute to Target, and the rest when an operator says so", async () => {
    system = await startSystem({ env: { KIOSK_CONFIG: aSlowPace() } });
    system.emulator.know(CARDS);
    const kiosk = await createRawKiosk(system);
    for (const card of CARDS) kiosk.add(card);
    const verdicts = await kiosk.send();
    expect(verdicts.map(({ verdict }) => verdict)).toEqual(Array(20).fill("accepted"));
    expect(kiosk.owed()).toEqual([]);

    const held = () => ask<{ held: { deviceId: string; cards: number }[] }>(HELD_PATH);
    // All within one minute, or across the end of one.
    const waiting = (await held()).held.reduce((sum, { cards }) => sum + cards, 0);
    expect([12, 16]).toContain(waiting);
    const calls = () => CARDS.filter((card) => system.emulator.callsFor(card).length > 0).length;
    await waitFor("those within the limit", () => calls() === 20 - waiting);
    // Killed and started again, they still wait.
    await system.kill("SIGKILL");
    expect(readJournal(system.dataDir).filter(({ verdict }) => verdict === "held")).toHaveLength(
      waiting,
    );
    await system.restart();
    expect((await held()).held[0]).toMatchObject({ deviceId: kiosk.device.deviceId });
    expect(calls()).toBe(20 - waiting);
    const metrics = await (await fetch(`${system.adminUrl}/metrics`)).text();
    expect(metrics).toContain(`tarjeta_held_updates ${waiting}`);

    const url = `${HELD_PATH}/${kiosk.device.deviceId}/release`;
    expect(await ask(url, "POST")).toEqual({ updates: waiting, unopened: 0 });
    await system.emulator.arrived(CARDS);
    expect(await held()).toEqual({ held: [] });
  });

  it("[PR2] leaves an incident when it is replaced, until what it owes is written off", async () => {
    system = await startSystem();
    const kiosk = await createRawKiosk(system);
    await beat(kiosk);
    await createRawKiosk(system, { replaces: kiosk.device.deviceId });
    const incidents = async () =>
      (await ask<{ incidents: { type: string; open: boolean }[] }>(INCIDENTS_PATH)).incidents;
    expect(await incidents()).toMatchObject([{ type: "kiosk-replaced", open: true }]);
    const url = `${DEVICES_PATH}/${kiosk.device.deviceId}/write-off`;
    expect(await ask(url, "POST")).toEqual({ numbers: 2 });
    expect(await incidents()).toMatchObject([{ type: "kiosk-replaced", open: false }]);
    const metrics = await (await fetch(`${system.adminUrl}/metrics`)).text();
    expect(metrics).toContain("tarjeta_incidents_open 0");
  });
});

/** Says that two updates are still owed. */
async function beat(kiosk: RawKiosk): Promise<void> {
  const { device, epoch } = kiosk;
  const witnesses = [aWitness({ epoch, lastSeq: 2, owed: [[1, 2]] })];
  const said = aHeartbeat({ device, witnesses, atMs: Date.now() });
  const answer = await kiosk.fetch(HEARTBEAT_PATH, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(said),
    nonce: said.nonce,
  });
  expect(answer.status).toBe(200);
}

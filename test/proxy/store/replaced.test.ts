import { randomUUID } from "node:crypto";
import { beforeEach, describe, expect, it } from "vitest";
import type { Device } from "../../../src/contract/update.ts";
import { newKeyPair } from "../../../src/kiosk/signing-key.ts";
import { keyIdOf } from "../../../src/proxy/devices/pairing.ts";
import type { Store } from "../../../src/proxy/store/store.ts";
import {
  aBatch,
  aHeartbeat,
  anId,
  anUpdate,
  aWitness,
  EPOCH,
  MINUTE,
  NOW,
} from "../../support/store-builders.ts";
import { aMemoryStore } from "../../support/store-files.ts";

let store: Store;

beforeEach(async () => {
  store = await aMemoryStore();
});

/** Pairs a kiosk of its own; gives it as its record says. */
async function paired(changes: { readonly replaces?: string; readonly approve?: boolean } = {}) {
  const { publicKey } = await newKeyPair(crypto.subtle);
  const outcome = await store.pair({
    grant: {
      type: "link",
      storeId: "S-1",
      kioskId: "K-1",
      timeZone: undefined,
      name: "door",
      replaces: changes.replaces,
    },
    keyId: keyIdOf(publicKey),
    publicKey,
    deviceId: randomUUID(),
    timeZone: "Europe/Madrid",
    atMs: NOW,
    needsApproval: changes.approve ?? false,
  });
  if (outcome.type !== "paired") throw new Error(outcome.type);
  return outcome.device.device;
}

/** It gave six numbers, brought the first three, and says which of the rest it still has. */
async function aKioskThatOwes(owed: readonly (readonly [number, number])[] = [[4, 6]]) {
  const device = await paired();
  await store.ingest(
    aBatch(
      [1, 2, 3].map((seq) => anUpdate({ seq, device })),
      { device },
    ),
  );
  const witnesses = [aWitness({ lastSeq: 6, owed: [...owed] })];
  await store.heartbeat(aHeartbeat({ device, witnesses }), NOW);
  return device;
}

const bring = (device: Device, ...numbers: number[]) =>
  store.ingest(
    aBatch(
      numbers.map((seq) => anUpdate({ id: anId(0x100 + seq), seq, device })),
      { device, receiptMs: NOW + MINUTE },
    ),
  );

async function incidents() {
  const all = await store.incidents(20);
  return all.map(({ type, deviceId, open, detail }) => ({ type, deviceId, open, detail }));
}

describe("a kiosk whose place was taken", () => {
  it("[PR4] is among those shut out, with who took its place; whoever has a good key is not", async () => {
    expect(await store.isAnyPaired()).toBe(false);
    const old = await paired();
    expect(await store.shutOutDevices()).toEqual([]);
    const other = await paired({ replaces: old.deviceId });
    await paired();
    const revoked = await paired();
    await store.shutOut({ deviceId: revoked.deviceId, atMs: NOW });
    expect(await store.isAnyPaired()).toBe(true);
    const expected = [
      { deviceId: old.deviceId, replacedBy: other.deviceId },
      { deviceId: revoked.deviceId },
    ];
    expect(await store.shutOutDevices()).toEqual(
      expected.toSorted((a, b) => (a.deviceId < b.deviceId ? -1 : 1)),
    );
  });

  it("[PR2] stays an incident that names what it owes, until all of it arrived", async () => {
    const old = await aKioskThatOwes();
    const other = await paired({ replaces: old.deviceId });
    const detail = `replaced by ${other.deviceId}; by its own last word it has still to bring seq 4-6 of epoch ${EPOCH}`;
    expect(await incidents()).toEqual([
      { type: "kiosk-replaced", deviceId: old.deviceId, open: true, detail },
    ]);
    // The old hardware was paired anew elsewhere, and brings what it owed.
    const again = await paired();
    await bring(again, 4, 5);
    expect(await incidents()).toMatchObject([{ open: true }]);
    // It goes on capturing; that is not what the old one owed.
    const witnesses = [aWitness({ lastSeq: 9, owed: [[6, 9]] })];
    await store.heartbeat(aHeartbeat({ device: again, witnesses }), NOW + 1);
    expect(await incidents()).toMatchObject([{ open: true }]);
    await bring(again, 6);
    expect(await incidents()).toEqual([
      {
        type: "kiosk-replaced",
        deviceId: old.deviceId,
        open: false,
        detail: `${detail} (closed: everything is accounted for since)`,
      },
    ]);
  });

  it("[PR2] closes also when the rest is said to be void or aside", async () => {
    const old = await aKioskThatOwes();
    await paired({ replaces: old.deviceId });
    const again = await paired();
    const witnesses = [aWitness({ lastSeq: 6, owed: [[6, 6]], void: [[4, 4]], aside: [[5, 5]] })];
    await store.heartbeat(aHeartbeat({ device: again, witnesses }), NOW + 1);
    expect(await incidents()).toMatchObject([{ open: true }]);
    const settled = [aWitness({ lastSeq: 6, void: [[4, 4]], aside: [[5, 6]] })];
    await store.heartbeat(aHeartbeat({ device: again, witnesses: settled }), NOW + 2);
    expect(await incidents()).toMatchObject([{ type: "kiosk-replaced", open: false }]);
  });

  it("[PR2] is one from its approval on, where somebody approves", async () => {
    const old = await aKioskThatOwes();
    const waiting = await paired({ replaces: old.deviceId, approve: true });
    expect(await incidents()).toEqual([]);
    await store.approveDevice(waiting.deviceId, NOW + 1);
    expect(await incidents()).toMatchObject([{ type: "kiosk-replaced", open: true }]);
  });

  it("[PR2] is none where nothing was owed", async () => {
    const old = await aKioskThatOwes([]);
    await bring(old, 4, 5, 6);
    await paired({ replaces: old.deviceId });
    expect((await incidents()).filter(({ type }) => type === "kiosk-replaced")).toEqual([]);
  });
});

describe("a loss that is accepted", () => {
  it("[PR2] is written off for what can no longer send, and closes what was open about it", async () => {
    // 4 is lost, 5 and 6 are owed.
    const old = await aKioskThatOwes([[5, 6]]);
    expect(await store.writeOff(old.deviceId, NOW)).toEqual({ type: "still-paired" });
    expect(await store.writeOff(anId(99), NOW)).toEqual({ type: "unknown" });
    await paired({ replaces: old.deviceId });
    expect(await incidents()).toMatchObject([{ open: true }, { open: true }]);
    expect((await store.figures(NOW, 0)).openIncidents).toBe(2);

    expect(await store.writeOff(old.deviceId, NOW)).toEqual({ type: "written-off", numbers: 3 });
    const after = await incidents();
    expect(after.map(({ type, open }) => [type, open]).toSorted()).toEqual([
      ["kiosk-replaced", false],
      ["updates-lost", false],
    ]);
    for (const { detail } of after) expect(detail).toMatch(/ \(closed: written off\)$/);
    const figures = await store.figures(NOW, 0);
    expect(figures.openIncidents).toBe(0);
    // Who can no longer send and owes nothing is no kiosk any more.
    expect(figures.kiosks).toEqual([]);
    expect(await store.writeOff(old.deviceId, NOW)).toEqual({ type: "written-off", numbers: 0 });
  });

  it("[PR2] takes in what arrives after all, and counts nothing as lost again meanwhile", async () => {
    const old = await aKioskThatOwes();
    await store.revokeDevice(old.deviceId);
    await store.writeOff(old.deviceId, NOW);
    const again = await paired();
    const witnesses = [aWitness({ lastSeq: 6, owed: [[5, 6]] })];
    await store.heartbeat(aHeartbeat({ device: again, witnesses }), NOW + 1);
    expect(await incidents()).toEqual([]);
    const result = await bring(again, 5, 6);
    expect(result).toMatchObject({
      receipt: { verdicts: [{ verdict: "accepted" }, { verdict: "accepted" }] },
    });
    expect(await bring(again, 5)).toMatchObject({
      receipt: { verdicts: [{ verdict: "duplicate" }] },
    });
    // What was given since and lost is lost: only what was accepted is not expected any more.
    const later = [aWitness({ lastSeq: 8, owed: [[8, 8]] })];
    await store.heartbeat(aHeartbeat({ device: again, witnesses: later }), NOW + 2);
    expect(await incidents()).toMatchObject([
      { type: "updates-lost", open: true, detail: expect.stringContaining("seq 7 of") },
    ]);
  });

  it("[PR2] is not that of the outbox's next pairing", async () => {
    const old = await aKioskThatOwes();
    await paired({ replaces: old.deviceId });
    const again = await paired();
    const witnesses = [aWitness({ lastSeq: 9, owed: [[5, 9]] })];
    await store.heartbeat(aHeartbeat({ device: again, witnesses }), NOW + 1);
    expect(await store.writeOff(old.deviceId, NOW)).toEqual({ type: "written-off", numbers: 3 });
    // 7 to 9 are still expected of the new pairing.
    const wiped = { type: "outbox-wiped", epoch: EPOCH, lastSeq: 9, detail: "" } as const;
    await store.heartbeat(aHeartbeat({ device: again, incidents: [wiped] }), NOW + 2);
    const lost = (await incidents()).find(({ type, open }) => type === "updates-lost" && open);
    expect(lost?.detail).toContain("seq 7-9 of");
  });
});

import { randomUUID } from "node:crypto";
import type { Claim, Settlement, Store } from "../../src/proxy/store/store.ts";
import { createVault } from "../../src/proxy/vault/vault.ts";
import { KEYS } from "./keys.ts";
import {
  aBatch,
  aDevice,
  aHeartbeat,
  anId,
  anUpdate,
  aWitness,
  MINUTE,
  NOW,
} from "./store-builders.ts";
import { seeded } from "./seeded.ts";

/** Texts that some escaping somewhere gets wrong. */
const ODD_TEXTS = [
  "",
  "NULL",
  "{a,b}",
  `"quoted" and \\ back`,
  "a\0b",
  "line\nfeed\ttab",
  "ñ 🙂 漢字",
  "'; DROP TABLE journal; --",
];

/** The batch that a later repeat of must be recognised, by its nonce and by its numbers. */
export const REMEMBERED = aBatch(
  [1, 2, 3].map((n) =>
    anUpdate({ id: anId(0x90_00 + n), epoch: anId(0xeee), seq: n, card: "2977" }),
  ),
  { nonce: anId(0x77), device: aDevice(7) },
);

/** Calls that are charged in the end: claims whose calls left. */
export interface LivedStore {
  readonly allowanceUsed: number;
}

/**
 * Lets a store live through some weeks by a seed: scans of a few cards by three kiosks, gaps, repeats
 * and too many cards at once, calls of every outcome, withdrawals, pairings, configurations. Every
 * table has rows afterwards.
 *
 * The store must hold updates from 12 cards a minute on.
 */
export async function liveThrough(store: Store, seed: number): Promise<LivedStore> {
  const random = seeded(seed);
  const pick = <T>(of: readonly T[]): T => of[Math.floor(random() * of.length)]!;
  const sequences = [0, 0, 0, 0];
  let nowMs = NOW;

  const scanSome = async () => {
    const kiosk = 1 + Math.floor(random() * 3);
    const device = aDevice(kiosk);
    const updates = Array.from({ length: 1 + Math.floor(random() * 6) }, () => {
      // Some numbers are left out, and some come twice.
      sequences[kiosk]! += pick([0, 1, 1, 1, 2]);
      return anUpdate({
        id: randomUUID(),
        epoch: anId(0xe0 + kiosk),
        seq: Math.max(1, sequences[kiosk]!),
        device,
        card: `29${Math.floor(random() * 30)}`,
        atMs: nowMs - Math.floor(random() * 60 * MINUTE),
        attributes: { lastStore: pick(ODD_TEXTS), [pick(["a", "b", "c"])]: pick(ODD_TEXTS) },
      });
    });
    await store.ingest(aBatch(updates, { device, receiptMs: nowMs }));
  };
  const callSome = async () => {
    const ask = {
      nowMs,
      ledgerMs: nowMs,
      maxCallMs: 1,
      allowed: 10_000,
      leaseMs: 60_000,
      limit: 5,
    };
    const { claims } = await store.claim(ask);
    for (const claim of claims) {
      const names = claim.attributes.map(({ name }) => name);
      await store.recordSending(claim, names);
      // One in eight is left as a crash leaves it.
      if (random() > 0.125) await store.settle(claim, settlementOf(claim, nowMs, random()));
    }
  };
  const beat = (kiosk: number) =>
    store.heartbeat(
      aHeartbeat({
        atMs: nowMs,
        device: aDevice(kiosk),
        witnesses: [aWitness({ epoch: anId(0xe0 + kiosk), lastSeq: sequences[kiosk]! })],
      }),
      nowMs,
      "",
      "e0",
    );

  await store.ingest(REMEMBERED);
  for (let turn = 0; turn < 60; turn += 1) {
    await scanSome();
    if (turn % 3 === 0) await callSome();
    if (turn % 10 === 0) await beat(1 + (turn % 3));
    nowMs += Math.floor(random() * 20 * MINUTE);
  }
  await fileSome(store, nowMs);
  await scanMany(store, nowMs);
  await administer(store, nowMs);
  const figures = await store.figures(nowMs, nowMs);
  return { allowanceUsed: figures.allowanceUsed };
}

/** A file of the overflow lane has just left. */
async function fileSome(store: Store, nowMs: number): Promise<void> {
  const page = { after: "", limit: 3, dirtyBeforeMs: nowMs, filedBeforeMs: 0 };
  const { members } = await store.backlog(page);
  await store.recordFiled({ file: "1.rows", members, atMs: nowMs, dueMs: nowMs + MINUTE });
}

function settlementOf(claim: Claim, atMs: number, draw: number): Settlement {
  if (draw < 0.15) return { type: "refused", reason: "status 400", atMs };
  if (draw < 0.3) return { type: "unavailable", dueAtMs: atMs + MINUTE };
  if (draw < 0.4) {
    return { type: "absent", atMs, dueMs: atMs + MINUTE, ledgerMs: atMs, maxCallMs: 1 };
  }
  const sent = claim.attributes.map(({ name, value, effectiveMs }) => ({
    name,
    value,
    effectiveMs,
  }));
  return {
    type: "delivered",
    version: claim.version,
    atMs,
    nextDueAtMs: atMs,
    readBack: { dueMs: atMs + MINUTE, sent },
  };
}

/** More cards in a minute than are merged unseen. */
async function scanMany(store: Store, nowMs: number): Promise<void> {
  const device = aDevice(4);
  const updates = Array.from({ length: 20 }, (_, index) =>
    anUpdate({
      epoch: anId(0xe4),
      seq: index + 1,
      device,
      card: `28${index}`,
      atMs: nowMs - MINUTE,
    }),
  );
  await store.ingest(aBatch(updates, { device, receiptMs: nowMs }));
}

async function administer(store: Store, nowMs: number): Promise<void> {
  const vault = createVault(KEYS);
  for (const [act, value] of [
    ["withdraw", "291"],
    ["erase", "292"],
  ] as const) {
    const visitor = { kind: "member", value } as const;
    const visitorKey = vault.hashOf(visitor);
    await store.suppress({ act, visitorKey, visitor, atMs: nowMs, nowMs, cleared: { "*": "-" } });
  }
  const publicKey = { kty: "EC", crv: "P-256", x: "A".repeat(43), y: "A".repeat(43) } as const;
  const stand = { storeId: "S", kioskId: "K", name: "Entrance", timeZone: "UTC" };
  const first = { publicKey, timeZone: "UTC", atMs: nowMs, needsApproval: false };
  const old = anId(0xd0_01);
  const pair = (deviceId: string, replaces?: string) =>
    store.pair({
      ...first,
      deviceId,
      keyId: `key-of-${deviceId}`,
      grant: { type: "link", ...stand, replaces },
    });
  await pair(old);
  const owing = aWitness({ epoch: anId(0xe8), lastSeq: 3, owed: [[1, 3]] });
  const device = { ...aDevice(8), deviceId: old };
  await store.heartbeat(aHeartbeat({ atMs: nowMs, device, witnesses: [owing] }), nowMs);
  await pair(anId(0xd0_02), old);
  const code = { ...stand, codeHash: "slow hash", replaces: undefined };
  await store.addPairing({ ...code, atMs: nowMs, endsMs: nowMs + MINUTE });
  await store.publishConfig({ version: "1", digest: "d", content: `{"a":"ñ"}`, firstMs: nowMs });
  await store.appendAudit({
    atMs: nowMs,
    who: "ana",
    role: "operator",
    what: "x",
    outcome: "done",
  });
  for (const [index, word] of (["calling", "left"] as const).entries()) {
    await store.hearHelp({
      callId: anId(0xca_00 + index),
      word,
      reason: "card",
      waitedMs: 1_000,
      device: aDevice(1 + index),
      nowMs,
    });
  }
  await store.notePrivacyLog("the privacy log is behind", nowMs);
}

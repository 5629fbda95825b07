import { createPrivateKey } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { IngestReceipt, IngestRequest } from "../../src/contract/ingest.ts";
import { KioskConfig } from "../../src/contract/kiosk-config.ts";
import { Entry } from "../../src/contract/entry.ts";
import { CONTRACT_VERSION } from "../../src/contract/version.ts";
import { createApp } from "../../src/proxy/app.ts";
import { createConfigBook } from "../../src/proxy/config-book.ts";
import { createGate } from "../../src/proxy/devices/gate.ts";
import { verifierOf, type KnownKey } from "../../src/proxy/devices/registry.ts";
import { createIngest } from "../../src/proxy/ingest.ts";
import { publicKeyOf, sealingKeyFrom, type Keys } from "../../src/proxy/keys/keys.ts";
import { createBodyOpener } from "../../src/proxy/open-body.ts";
import { aPairingDesk } from "../support/devices.ts";
import { KEYS } from "../support/keys.ts";
import { aMovableClock } from "../support/movable-clock.ts";
import { aMemoryStore } from "../support/store-files.ts";
import { released, type RecordedBatch } from "./recorded-batch.ts";

const VERSIONS = Array.from({ length: CONTRACT_VERSION }, (_, index) => index + 1);

function recordOf(version: number): RecordedBatch {
  return JSON.parse(readFileSync(path.join(released, `v${version}.json`), "utf8"));
}

/** The kiosk listener as it stood before that kiosk then: the same keys, config and time. */
async function aProxyFor(record: RecordedBatch) {
  const { device, signingKey, sealingKey } = record;
  const store = await aMemoryStore();
  const clock = aMovableClock(record.receivedMs);
  const pkcs8 = Buffer.from(sealingKey.pkcs8, "base64");
  const keys: Keys = {
    ...KEYS,
    sealing: [
      sealingKeyFrom(
        sealingKey.kid,
        createPrivateKey({ key: pkcs8, format: "der", type: "pkcs8" }),
      ),
    ],
  };
  const key: KnownKey = {
    ...signingKey,
    state: "active",
    endsMs: undefined,
    device,
    name: device.kioskId,
    pairedMs: record.receivedMs - 86_400_000,
    replaces: undefined,
    replacedBy: undefined,
    verifier: verifierOf(signingKey.publicKey)!,
  };
  const registry = { find: (keyId: string) => (keyId === key.keyId ? key : undefined) };
  const config = KioskConfig.parse(record.config);
  const openBody = createBodyOpener(() => keys);
  const app = await createApp({
    ...(await aPairingDesk(store, clock)),
    store,
    clock,
    registry,
    gate: createGate(registry, clock),
    flood: () => undefined,
    configFor: () => config,
    sealingKey: () => publicKeyOf(keys),
    ingest: createIngest({ store, clock, openBody, judge: createConfigBook([config]).judge }),
    onStored: () => undefined,
    isAccepting: () => true,
  });
  return { app, openBody };
}

describe("contract versions ever released", () => {
  it("[AM5] are all recorded, and nothing else is", () => {
    const files = readdirSync(released).toSorted();
    expect(files).toEqual(VERSIONS.map((version) => `v${version}.json`).toSorted());
  });

  it.each(VERSIONS)(
    "[AM5] version %i is accepted, signed and sealed as it was",
    async (version) => {
      const record = recordOf(version);
      const { app } = await aProxyFor(record);
      const { method, path: url, headers, body: payload } = record.request;
      const answer = await app.inject({ method, url, headers, payload });
      expect([answer.statusCode, answer.body]).toEqual([200, expect.any(String)]);
      const { verdicts, unreadable } = IngestReceipt.parse(answer.json());
      expect(unreadable).toEqual([]);
      expect(verdicts.map(({ verdict }) => verdict)).toEqual(record.updates.map(() => "accepted"));
    },
  );

  it.each(VERSIONS)("[AM5] version %i says what it said", async (version) => {
    const record = recordOf(version);
    const { openBody } = await aProxyFor(record);
    const { entries } = IngestRequest.parse(JSON.parse(record.request.body));
    const texts = await Promise.all(entries.map((entry) => openBody(Entry.parse(entry))));
    expect(texts).toEqual(
      record.updates.map((update) => ({ type: "opened", text: JSON.stringify(update) })),
    );
  });
});

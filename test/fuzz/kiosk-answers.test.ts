import { randomUUID } from "node:crypto";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { HeartbeatReceipt } from "../../src/contract/heartbeat.ts";
import { Resend } from "../../src/contract/resend.ts";
import { SealingKey } from "../../src/contract/sealing.ts";
import { Device } from "../../src/contract/update.ts";
import { createHeartbeat } from "../../src/kiosk/heartbeat.ts";
import { createPairing } from "../../src/kiosk/pairing.ts";
import { createSealer } from "../../src/kiosk/sealer.ts";
import { createSealingKeySource } from "../../src/kiosk/sealing-key.ts";
import { OutboxUnavailableError } from "../../src/outbox/outbox.ts";
import { publicKeyOf } from "../../src/proxy/keys/keys.ts";
import { KEYS } from "../support/keys.ts";
import { aDevice, memoryKept, memoryStorage, TAKEN } from "../support/kiosk-builders.ts";
import { memoryOutbox } from "../support/memory-outbox.ts";
import { aMovableClock } from "../support/movable-clock.ts";
import { fuzz, nearly, nearlyBytes } from "./fuzzing.ts";

const NONCE = "00000000-0000-4000-8000-00000000abcd";
const STATUS = fc.constantFrom(200, 201, 400, 401, 403, 409, 429, 500, 503);

const answering = (bytes: Buffer, status: number) => async () =>
  new Response(new Uint8Array(bytes), {
    status,
    headers: { "content-type": "application/json" },
  });

describe("what a kiosk is answered, by whomever", () => {
  it("[HI1] to a code: an identity that is whole, or a trouble that has a name", () => {
    const good = {
      v: 1,
      nonce: NONCE,
      proxyTimeMs: 1_800_000_000_000,
      device: aDevice(),
      name: "door",
      state: "active",
    };
    return fuzz(
      fc.asyncProperty(nearlyBytes(good), STATUS, async (bytes, status) => {
        const kept = memoryKept();
        const pair = createPairing({
          kept,
          storage: memoryStorage(),
          fetch: answering(bytes, status),
          subtle: crypto.subtle,
          clock: aMovableClock(),
          newId: () => NONCE,
          onWaiting: () => undefined,
          sleep: async () => undefined,
        });
        const ask = { code: "ABCD2345", timeZone: "Europe/Madrid" };
        const paired = await pair({ ...ask, storeId: undefined, kioskId: undefined });
        if (!paired.ok) {
          expect(["refused", "throttled", "unreachable", "cannot-store"]).toContain(paired.error);
          expect(kept.values["identity"]).toBeUndefined();
          return;
        }
        expect(status).toBeLessThan(300);
        expect(Device.safeParse(paired.value.device).success).toBe(true);
        expect(Number.isSafeInteger(paired.value.madeMs)).toBe(true);
      }),
    );
  });

  it("[HI1] to a heartbeat: a receipt for this very one, or nothing; nothing is removed for it", () => {
    const sealing = publicKeyOf(KEYS);
    const resend = [{ epoch: NONCE, from: 1, to: 2 }];
    const good = { v: 1, nonce: NONCE, proxyTimeMs: 1, configVersion: "1", sealing, resend };
    const another = Buffer.from(JSON.stringify({ ...good, nonce: randomUUID() }));
    const answer = fc.oneof(nearlyBytes({ ...good, askSealedTo: true }), fc.constant(another));
    return fuzz(
      fc.asyncProperty(answer, STATUS, async (bytes, status) => {
        const outbox = memoryOutbox();
        const told: HeartbeatReceipt[] = [];
        const heartbeat = createHeartbeat({
          outbox,
          sealedTo: async () => [],
          clock: aMovableClock(),
          fetch: answering(bytes, status),
          device: () => aDevice(),
          reading: () => TAKEN,
          newNonce: () => NONCE,
          appVersion: "1",
          storagePersisted: async () => true,
          refusedScans: () => ({}),
          health: () => expect.unreachable("nobody asked yet"),
          random: () => 0,
          timer: () => () => undefined,
          onReceipt: (receipt) => void told.push(receipt),
          onOwedAgain: () => undefined,
          onError: (error) => expect(error).toBeUndefined(),
        });
        const receipt = await heartbeat.beat();
        expect(told).toEqual(receipt === undefined ? [] : [receipt]);
        if (receipt === undefined) return;
        expect(status).toBeLessThan(300);
        expect(receipt.nonce).toBe(NONCE);
        if (receipt.resend !== undefined)
          expect(Resend.safeParse(receipt.resend).success).toBe(true);
      }),
    );
  });

  it("[HI1] about the key to seal to, or finds kept of it: a key that seals, or a refusal to keep anything", () => {
    const good = publicKeyOf(KEYS);
    const { wallMs: _wallMs, ...rest } = TAKEN;
    const header = {
      v: 1,
      id: randomUUID(),
      epoch: NONCE,
      seq: 1,
      wallMs: 1,
      heldUntil: 0,
    } as const;
    return fuzz(
      fc.asyncProperty(nearlyBytes(good), nearly(good), STATUS, async (bytes, stored, status) => {
        const kept = memoryKept({ "sealing-key": stored });
        const source = createSealingKeySource({ kept, fetch: answering(bytes, status) });
        const seal = createSealer({ sealingKey: source.current, clock: aMovableClock() });
        try {
          const key = await source.current();
          expect(SealingKey.safeParse(key).success).toBe(true);
          const { body, kid } = await seal({ ...header, ...rest }, "a card");
          expect(kid).toBe(key.kid);
          expect(body).not.toContain("card");
        } catch (error) {
          // No key, or one that is none: then the screen says so before it thanks.
          expect(error).toBeInstanceOf(Error);
          if (!(error instanceof OutboxUnavailableError)) {
            expect(String(error)).toMatch(/key|DeserializeError|Encap|validation/i);
          }
        }
      }),
    );
  });
});

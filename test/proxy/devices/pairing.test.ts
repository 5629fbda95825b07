import { randomUUID } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { HEARTBEAT_PATH } from "../../../src/contract/heartbeat.ts";
import { INGEST_PATH } from "../../../src/contract/ingest.ts";
import { CONFIG_PATH } from "../../../src/contract/kiosk-config.ts";
import {
  CODE_ALPHABET,
  CODE_LENGTH,
  CODE_LIFETIME_MS,
  DEVICE_PATH,
  PAIRING_PATH,
  PairingReceipt,
  spokenCode,
  typedCode,
} from "../../../src/contract/pairing.ts";
import { Problem } from "../../../src/contract/problem.ts";
import { newKeyPair, type KeyPair } from "../../../src/kiosk/signing-key.ts";
import { newCode, newLinkToken } from "../../../src/proxy/devices/pairing-code.ts";
import { openDeviceRegistry } from "../../../src/proxy/devices/registry.ts";
import { aPairingDesk, signedFetchTo } from "../../support/devices.ts";
import { aListener } from "../../support/listener.ts";
import { aMovableClock } from "../../support/movable-clock.ts";
import { createRawKiosk } from "../../support/raw-kiosk.ts";
import { aFolder, aSqliteStore } from "../../support/store-files.ts";

type Listener = Awaited<ReturnType<typeof aListener>>;

interface Sketch {
  readonly code: string;
  readonly key?: KeyPair;
  readonly signer?: KeyPair;
  readonly storeId?: string;
  readonly kioskId?: string;
}

/** One try to pair; gives the receipt, or the code of the refusal. */
async function tryPairing(listener: Listener, { code, key, signer, ...place }: Sketch) {
  const own = key ?? (await newKeyPair(crypto.subtle));
  const nonce = randomUUID();
  const { publicKey } = own;
  const body = JSON.stringify({
    v: 1,
    nonce,
    code,
    publicKey,
    timeZone: "Europe/Madrid",
    ...place,
  });
  const answer = await signedFetchTo(
    listener.kioskUrl,
    signer ?? own,
    listener.clock,
  )(PAIRING_PATH, { method: "POST", headers: { "content-type": "application/json" }, body, nonce });
  const said: unknown = await answer.json();
  return answer.ok ? PairingReceipt.parse(said) : Problem.parse(said).code;
}

/** Whether each thing that a kiosk asks for is given to who holds the key, or why not. */
async function answersTo({ kioskUrl, clock }: Listener, key: KeyPair): Promise<readonly string[]> {
  const ask = signedFetchTo(kioskUrl, key, clock);
  const headers = { "content-type": "application/json" };
  const answers = [];
  for (const path of [CONFIG_PATH, DEVICE_PATH]) answers.push(await ask(path, { method: "GET" }));
  for (const path of [HEARTBEAT_PATH, INGEST_PATH]) {
    answers.push(await ask(path, { method: "POST", headers, body: "{}" }));
  }
  return Promise.all(
    answers.map(async (answer) => (answer.ok ? "let in" : Problem.parse(await answer.json()).code)),
  );
}

describe("a pairing code", () => {
  it("holds nothing that can be taken for something else", () => {
    expect(CODE_ALPHABET).toHaveLength(32);
    expect(CODE_ALPHABET).not.toMatch(/[01IO]/);
    for (let count = 0; count < 200; count += 1) {
      expect(newCode()).toMatch(new RegExp(`^[${CODE_ALPHABET}]{${CODE_LENGTH}}$`));
    }
    expect(spokenCode("ABCD2345")).toBe("ABCD-2345");
    expect(typedCode(" abcd-2345 ")).toBe("ABCD2345");
  });

  it("[PR1] pairs one kiosk, as whoever made it decided", async () => {
    const listener = await aListener();
    const code = await listener.pairingCode({ storeId: "madrid-1", kioskId: "door" });
    const key = await newKeyPair(crypto.subtle);
    const paired = await tryPairing(listener, { code, key, storeId: "other", kioskId: "other" });
    expect(paired).toMatchObject({
      device: { storeId: "madrid-1", kioskId: "door", timeZone: "Europe/Madrid" },
      name: "door",
      state: "active",
    });
    expect(await tryPairing(listener, { code })).toBe("pairing-refused");
    // The same key again, its answer having been lost, is told the same.
    const again = await tryPairing(listener, { code, key });
    expect(again).toMatchObject({ device: (paired as PairingReceipt).device });
    expect(listener.desk.registry.list()).toHaveLength(1);
  });

  it("[PR1] is good for ten minutes", async () => {
    const listener = await aListener();
    const [early, late] = [await listener.pairingCode(), await listener.pairingCode()];
    listener.clock.advance(CODE_LIFETIME_MS - 1_000);
    expect(await tryPairing(listener, { code: early })).toMatchObject({ state: "active" });
    listener.clock.advance(1_001);
    expect(await tryPairing(listener, { code: late })).toBe("pairing-refused");
  });

  it("[PR1] is guessed five times at most, then not even the right one is heard for a while", async () => {
    const listener = await aListener();
    const guesses = Array.from({ length: 5 }, () => newCode());
    for (const code of guesses) {
      expect(await tryPairing(listener, { code })).toBe("pairing-refused");
    }
    const code = await listener.pairingCode();
    expect(await tryPairing(listener, { code })).toBe("pairing-throttled");
    listener.clock.advance(CODE_LIFETIME_MS + 1);
    const fresh = await listener.pairingCode();
    expect(await tryPairing(listener, { code: fresh })).toMatchObject({ state: "active" });
  });

  it("[PR1] is not guessed more often by guessing all at once", async () => {
    const listener = await aListener();
    const codes = Array.from({ length: 30 }, () => newCode());
    const said = await Promise.all(codes.map((code) => tryPairing(listener, { code })));
    expect(said.filter((each) => each === "pairing-refused")).toHaveLength(5);
    expect(said.filter((each) => each === "pairing-throttled")).toHaveLength(25);
  });

  it("[PR1] lets nobody in who does not hold the key they bring", async () => {
    const listener = await aListener();
    const code = await listener.pairingCode();
    const [key, other] = [await newKeyPair(crypto.subtle), await newKeyPair(crypto.subtle)];
    expect(await tryPairing(listener, { code, key, signer: other })).toBe("bad-signature");
    const claimed = { ...other, keyId: key.keyId };
    expect(await tryPairing(listener, { code, key, signer: claimed })).toBe("bad-signature");
    const noPoint = { ...key, publicKey: { x: "A".repeat(43), y: "A".repeat(43) } };
    expect(await tryPairing(listener, { code, key: noPoint })).toBe("bad-signature");
    expect(await tryPairing(listener, { code, key })).toMatchObject({ state: "active" });
  });

  it("[PR1] lies on the disk only as a hash", async () => {
    const folder = aFolder();
    const store = await aSqliteStore({ path: path.join(folder, "tarjeta.sqlite") });
    const desk = await aPairingDesk(store);
    const code = await desk.pairingCode();
    const bytes = readdirSync(folder).map((name) =>
      readFileSync(path.join(folder, name), "latin1"),
    );
    expect(bytes.join("")).toContain("store-1");
    expect(bytes.join("")).not.toContain(code);
  });
});

describe("a link", () => {
  it("[PR1] pairs every browser that opens it, each as its own kiosk, where it says it stands", async () => {
    const linkToken = newLinkToken();
    const listener = await aListener({}, { linkToken });
    const first = await tryPairing(listener, { code: linkToken, storeId: "s-1", kioskId: "k-1" });
    const second = await tryPairing(listener, { code: linkToken });
    expect(first).toMatchObject({ device: { storeId: "s-1", kioskId: "k-1" } });
    expect(second).toMatchObject({ device: { storeId: "store-1", kioskId: "kiosk-1" } });
    expect(listener.desk.registry.list()).toHaveLength(2);
    expect(await tryPairing(listener, { code: newLinkToken() })).toBe("pairing-refused");
  });

  it("[PR1] pairs nobody where the process was given none", async () => {
    const listener = await aListener();
    expect(await tryPairing(listener, { code: newLinkToken() })).toBe("pairing-refused");
  });
});

describe("approval", () => {
  it("[PR1] holds a kiosk back until somebody compared the fingerprints", async () => {
    const listener = await aListener({}, { needsApproval: true });
    const paired = createRawKiosk(listener);
    for (;;) {
      const [waiting] = listener.desk.registry.list();
      if (waiting !== undefined) {
        expect(waiting.state).toBe("waiting");
        const { deviceId } = waiting.device;
        await listener.desk.registry.pair(() =>
          listener.store.approveDevice(deviceId, listener.clock.wallMs()),
        );
        break;
      }
      await new Promise((wake) => setTimeout(wake, 5));
    }
    const kiosk = await paired;
    kiosk.add("2912345678906");
    expect(await kiosk.send()).toHaveLength(1);
  });

  it("[PR1] is what everything a kiosk asks for waits for", async () => {
    const listener = await aListener({}, { needsApproval: true });
    const key = await newKeyPair(crypto.subtle);
    await tryPairing(listener, { code: await listener.pairingCode(), key });
    expect(await answersTo(listener, key)).toEqual(Array(4).fill("not-approved"));

    const { deviceId } = listener.desk.registry.list()[0]!.device;
    await listener.desk.registry.pair(() =>
      listener.store.approveDevice(deviceId, listener.clock.wallMs()),
    );
    // What is let in is read, and an empty message is none.
    const read = ["let in", "let in", "invalid-body", "invalid-body"];
    expect(await answersTo(listener, key)).toEqual(read);
  });

  it("[PR1] that is refused lets nobody in", async () => {
    const listener = await aListener({}, { needsApproval: true });
    const code = await listener.pairingCode();
    const key = await newKeyPair(crypto.subtle);
    const waiting = await tryPairing(listener, { code, key });
    expect(waiting).toMatchObject({ state: "waiting" });
    const [known] = listener.desk.registry.list();
    await listener.desk.registry.revoke(known!.device.deviceId);
    const approved = await listener.desk.registry.pair(() =>
      listener.store.approveDevice(known!.device.deviceId, listener.clock.wallMs()),
    );
    expect(approved).toBeUndefined();
    expect(await answersTo(listener, key)).toEqual(Array(4).fill("revoked"));
  });
});

describe("who may send, after a restart", () => {
  it("[PR1] is who was paired before; codes that were made go on too", async () => {
    const folder = aFolder();
    const clock = aMovableClock(Date.now());
    const store = await aSqliteStore({ path: path.join(folder, "tarjeta.sqlite") });
    const desk = await aPairingDesk(store, clock);
    await desk.pairingCode();
    const registry = await openDeviceRegistry(store, async () => undefined);
    expect(registry.list()).toEqual(desk.registry.list());
  });
});

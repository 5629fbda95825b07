import { describe, expect, it } from "vitest";
import { badPlaceIn, startFrom, type StartDeps } from "../../src/kiosk/device.ts";
import { keepIdentity } from "../../src/kiosk/keep-identity.ts";
import { newKeyPair } from "../../src/kiosk/signing-key.ts";
import { IDENTITY_KEY, type Identity } from "../../src/outbox/identity.ts";
import { aDevice, BROKEN_KEPT, memoryKept, memoryStorage } from "../support/kiosk-builders.ts";

const { keyId, privateKey } = await newKeyPair(crypto.subtle);

function anIdentity(parts: Partial<Identity> = {}): Identity {
  return { device: aDevice(), name: "the door", keyId, privateKey, madeMs: 0, ...parts };
}

const NOTHING = new URLSearchParams();
const A_LINK = new URLSearchParams({ pair: "ABCD2345" });

function start(parts: Partial<StartDeps>) {
  return startFrom({ kept: memoryKept(), storage: memoryStorage(), address: NOTHING, ...parts });
}

describe("who a kiosk is as it starts", () => {
  it("is nobody before it was paired, and whoever it was paired as after that", async () => {
    expect(await start({})).toBe("new");
    const kept = memoryKept();
    const identity = anIdentity();
    await keepIdentity(identity, kept, memoryStorage());
    expect(await start({ kept })).toEqual({ device: aDevice(), identity });
  });

  it("[AU1] keeps a key that nobody can read", async () => {
    expect(privateKey.extractable).toBe(false);
    await expect(crypto.subtle.exportKey("jwk", privateKey)).rejects.toThrow();
  });

  it("ignores a link once it is paired", async () => {
    const kept = memoryKept({ [IDENTITY_KEY]: anIdentity() });
    expect(await start({ kept, address: A_LINK })).toMatchObject({ device: aDevice() });
  });

  it("takes nothing more once its key was revoked", async () => {
    const kept = memoryKept({ [IDENTITY_KEY]: anIdentity({ refused: "revoked" }) });
    expect(await start({ kept })).toBe("revoked");
  });

  it("goes on where the proxy lost its key, until somebody opens a link", async () => {
    const kept = memoryKept({ [IDENTITY_KEY]: anIdentity({ refused: "unknown-device" }) });
    expect(await start({ kept })).toMatchObject({ device: aDevice() });
    expect(await start({ kept, address: A_LINK })).toBe("unknown-device");
  });

  it("is asked whether it is to be unpaired where somebody opened that, its key revoked or not", async () => {
    const address = new URLSearchParams({ unpair: "" });
    for (const refused of [undefined, "revoked"] as const) {
      const kept = memoryKept({ [IDENTITY_KEY]: anIdentity({ refused }) });
      expect(await start({ kept, address })).toBe("leaving");
    }
    expect(await start({ address })).toBe("new");
  });

  it("[OB6] knows itself without a database", async () => {
    const storage = memoryStorage();
    await keepIdentity(anIdentity(), memoryKept(), storage);
    expect(await start({ kept: BROKEN_KEPT, storage })).toEqual({
      device: aDevice(),
      identity: undefined,
    });
  });

  it("takes a damaged record for none", async () => {
    const kept = memoryKept({ [IDENTITY_KEY]: { device: aDevice(), keyId, privateKey: "torn" } });
    expect(await start({ kept })).toBe("new");
    const storage = memoryStorage({ "tarjeta-device": "{torn" });
    expect(await start({ kept: BROKEN_KEPT, storage })).toBe("new");
  });

  it("refuses a place that no record may hold, naming the parameter", () => {
    expect(badPlaceIn(new URLSearchParams("store=ok&kiosk=lift"))).toBeUndefined();
    expect(badPlaceIn(new URLSearchParams("store=ok&kiosk=a%20b"))).toEqual({
      type: "bad-place",
      parameter: "kiosk",
      value: "a b",
    });
  });
});

import { createSecretKey, randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { makeKeys } from "../../../src/proxy/keys/keys.ts";
import { createVault } from "../../../src/proxy/vault/vault.ts";
import { KEYS } from "../../support/keys.ts";

const CARD = { kind: "member", value: "2912345678906" } as const;

describe("the vault", () => {
  it("names a visitor alike for ever, and no two alike", () => {
    const { hashOf } = createVault(KEYS);
    // printf member:2912345678906 | openssl dgst -sha256 -mac HMAC -macopt hexkey:0202…02
    expect(Buffer.from(hashOf(CARD), "base64url").toString("hex")).toBe(
      "42989b12d21b9a4cfde2f97bc45d52091314f6275a79b928f082f61b81ca0545",
    );
    expect(hashOf(CARD)).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(hashOf({ ...CARD, kind: "browser" })).not.toBe(hashOf(CARD));
    expect(createVault(makeKeys()).hashOf(CARD)).not.toBe(hashOf(CARD));
  });

  it("opens what it sealed, in its place only", () => {
    const vault = createVault(KEYS);
    const sealed = vault.seal("visitor a", CARD.value);
    expect(sealed).not.toContain(CARD.value);
    expect(vault.open("visitor a", sealed)).toEqual({ type: "opened", text: CARD.value });
    expect(vault.open("visitor b", sealed)).toEqual({ type: "damaged" });
    expect(vault.seal("visitor a", CARD.value)).not.toBe(sealed);
  });

  it("draws an initialization vector for each seal, and none twice", () => {
    const vault = createVault(KEYS);
    const ivs = Array.from({ length: 2_000 }, () => {
      const [, body = ""] = vault.seal("place", "secret").split(".");
      return Buffer.from(body, "base64url").subarray(0, 12).toString("hex");
    });
    expect(new Set(ivs).size).toBe(2_000);
  });

  it("opens nothing that was changed in any character", () => {
    const vault = createVault(KEYS);
    const sealed = vault.seal("place", "secret");
    for (let at = KEYS.storage[0]!.kid.length + 1; at < sealed.length - 1; at += 1) {
      const other = sealed[at] === "A" ? "B" : "A";
      const changed = sealed.slice(0, at) + other + sealed.slice(at + 1);
      expect(vault.open("place", changed)).toEqual({ type: "damaged" });
    }
    for (const cut of ["s1.", "s1.AAAA", "s1", sealed.slice(0, -6)]) {
      expect(vault.open("place", cut)).toEqual({ type: "damaged" });
    }
  });

  it("seals with the newest key and opens with every key it has", () => {
    const old = createVault(KEYS).seal("place", "secret");
    const newer = { kid: "s2", key: createSecretKey(randomBytes(32)) };
    const rotated = createVault({ ...KEYS, storage: [newer, ...KEYS.storage] });
    expect(rotated.open("place", old)).toEqual({ type: "opened", text: "secret" });
    const sealed = rotated.seal("place", "secret");
    expect(sealed.startsWith("s2.")).toBe(true);
    expect(createVault(KEYS).open("place", sealed)).toEqual({ type: "unknown-key", kid: "s2" });
  });
});

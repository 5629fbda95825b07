import { createSecretKey, webcrypto } from "node:crypto";
import { describe, expect, it } from "vitest";
import { createHmacIds } from "../../../src/proxy/visitor-ids/hmac-ids.ts";
import golden from "./hmac-vectors.json" with { type: "json" };

const ids = createHmacIds(createSecretKey(Buffer.from(golden.keyHex, "hex")));

// The vectors were computed with Python's hmac module; a website that agrees with them agrees with us.
describe("ids by HMAC", () => {
  it.each(golden.vectors)("[ID1] are those of the golden vectors: $card", async ({ card, id }) => {
    expect(await ids.idFor({ kind: "member", value: card })).toEqual({
      type: "mapped",
      visitor: { kind: "member", value: id },
    });
    expect(id).toMatch(/^[0-9a-f]{64}$/);
  });

  it("[ID1] can be computed by a website, with WebCrypto", async () => {
    const { subtle } = webcrypto;
    const bytes = Buffer.from(golden.keyHex, "hex");
    const hmac = { name: "HMAC", hash: "SHA-256" };
    const key = await subtle.importKey("raw", bytes, hmac, false, ["sign"]);
    for (const { card, id } of golden.vectors) {
      const mac = await subtle.sign("HMAC", key, new TextEncoder().encode(card));
      expect(Buffer.from(mac).toString("hex")).toBe(id);
    }
  });

  it("[ID1] leave Target's own id of a browser alone", async () => {
    const visitor = { kind: "browser", value: "1368007744041-575948.01_00" } as const;
    expect(await ids.idFor(visitor)).toEqual({ type: "mapped", visitor });
  });
});

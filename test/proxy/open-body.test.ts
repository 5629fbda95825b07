import * as hpke from "hpke";
import { beforeAll, describe, expect, it } from "vitest";
import type { Entry, EntryHeader } from "../../src/contract/entry.ts";
import { createSealer, type Seal } from "../../src/kiosk/sealer.ts";
import { createKeyRing } from "../../src/proxy/keys/key-ring.ts";
import { makeKeys, makeSealingKey, publicKeyOf, type Keys } from "../../src/proxy/keys/keys.ts";
import { createBodyOpener } from "../../src/proxy/open-body.ts";
import { writeKeysFile } from "../../src/proxy/keys/keys-file.ts";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { aMovableClock } from "../support/movable-clock.ts";
import { anEntry } from "../support/entries.ts";

const TEXT = JSON.stringify({ visitor: "2912345678906" });

/** What a page seals, and what the proxy then makes of it. */
function aLine(keys: Keys = makeKeys()) {
  const clock = aMovableClock();
  let to = publicKeyOf(keys);
  const seal: Seal = createSealer({ sealingKey: async () => to, clock });
  const sealed = async (seq = 1, part: Partial<EntryHeader> = {}): Promise<Entry> => {
    const { kid: _kid, enc: _enc, ...clear } = anEntry(seq, part).header;
    const { body, ...key } = await seal(clear, TEXT);
    return { header: { ...clear, ...key }, body };
  };
  return {
    clock,
    sealed,
    open: createBodyOpener(() => keys),
    sealTo: (next: Keys) => (to = publicKeyOf(next)),
  };
}

describe("sealing", () => {
  it("is opened by the proxy, and by it alone", async () => {
    const { sealed, open } = aLine();
    const entry = await sealed();
    expect(entry.body).not.toContain("2912345678906");
    expect(Buffer.from(entry.body, "base64url").toString("latin1")).not.toContain("2912345678906");
    expect(await open(entry)).toEqual({ type: "opened", text: TEXT });
    const { kid } = entry.header;
    const stranger: Keys = { ...makeKeys(), sealing: [{ ...makeSealingKey(), kid }] };
    expect(await createBodyOpener(() => stranger)(entry)).toEqual({ type: "altered" });
  });

  it("binds the body to every field of its header but heldUntil", async () => {
    const { sealed, open } = aLine();
    const entry = await sealed();
    const others: EntryHeader = {
      ...entry.header,
      id: "1d1d1d1d-0000-4000-8000-000000000099",
      epoch: "0e0e0e0e-0000-4000-8000-000000000099",
      seq: 99,
      segment: "5e5e5e5e-0000-4000-8000-000000000099.0",
      wallMs: 99,
      monoMs: 99,
    };
    for (const field of ["id", "epoch", "seq", "segment", "wallMs", "monoMs"] as const) {
      const header = { ...entry.header, [field]: others[field] };
      expect(await open({ ...entry, header }), field).toEqual({ type: "altered" });
    }
    const held = { ...entry, header: { ...entry.header, heldUntil: 99 } };
    expect(await open(held)).toEqual({ type: "opened", text: TEXT });
  });

  it("notices every changed byte of a body, and one that is too short or none at all", async () => {
    const { sealed, open } = aLine();
    const { header, body } = await sealed();
    const bytes = Buffer.from(body, "base64url");
    for (let at = 0; at < bytes.length; at += 1) {
      const changed = Buffer.from(bytes);
      changed[at]! ^= 1;
      expect(await open({ header, body: changed.toString("base64url") })).toEqual({
        type: "altered",
      });
    }
    for (const text of ["AA", "not base64 at all", body.slice(0, 30)]) {
      expect(await open({ header, body: text })).toEqual({ type: "altered" });
    }
    const enc = "AA";
    expect(await open({ header: { ...header, enc }, body })).toEqual({ type: "altered" });
  });

  it("[IN6] tells an unknown key from an altered body, and plain text from both", async () => {
    const { sealed, open } = aLine();
    const entry = await sealed();
    const elsewhere = { ...entry, header: { ...entry.header, kid: "another" } };
    expect(await open(elsewhere)).toEqual({ type: "unknown-key" });
    const plain = { body: TEXT, header: { ...entry.header, kid: "plain", enc: "" } };
    expect(await open(plain)).toEqual({ type: "not-sealed" });
  });

  it("draws another key after an hour, at another page life, and when the proxy rotated its own", async () => {
    const before = makeKeys();
    const after: Keys = { ...before, sealing: [makeSealingKey(), ...before.sealing] };
    const { clock, sealed, sealTo } = aLine(before);
    const open = createBodyOpener(() => after);
    const first = await sealed(1);
    expect((await sealed(2)).header.enc).toBe(first.header.enc);
    clock.advance(3_600_000);
    const later = await sealed(3);
    expect(later.header.enc).not.toBe(first.header.enc);
    sealTo(after);
    const rotated = await sealed(4);
    expect(rotated.header.kid).toBe(after.sealing[0]!.kid);
    for (const entry of [first, later, rotated]) {
      expect(await open(entry)).toEqual({ type: "opened", text: TEXT });
    }
  });

  it("remembers a bounded number of page lives, and opens what it has forgotten all the same", async () => {
    const keys = makeKeys();
    const open = createBodyOpener(() => keys, 2);
    const lives = await Promise.all([1, 2, 3].map((seq) => aLine(keys).sealed(seq)));
    for (const entry of [...lives, ...lives]) {
      expect(await open(entry)).toEqual({ type: "opened", text: TEXT });
    }
  });

  it("takes up a rotated key file without a restart, and keeps the old one when the new is broken", async () => {
    const file = path.join(mkdtempSync(path.join(tmpdir(), "tarjeta-keys-")), "keys.json");
    const before = makeKeys();
    writeKeysFile(file, before);
    const clock = aMovableClock();
    const warnings: string[] = [];
    const ring = createKeyRing({ file, keys: before, clock, warn: (said) => warnings.push(said) });
    const after: Keys = { ...before, sealing: [makeSealingKey(), ...before.sealing] };
    writeKeysFile(file, after);
    clock.advance(1_000);
    expect(publicKeyOf(ring())).toEqual(publicKeyOf(after));
    writeKeysFile(file, { ...after, sealing: [] });
    clock.advance(1_000);
    expect(publicKeyOf(ring())).toEqual(publicKeyOf(after));
    expect(warnings).toEqual([expect.stringMatching(/^KEYS_FILE: .*sealing/)]);
  });
});

describe("hpke", () => {
  const hex = (text: string) => new Uint8Array(Buffer.from(text, "hex"));
  let suite: hpke.CipherSuite;

  beforeAll(() => {
    suite = new hpke.CipherSuite(
      hpke.KEM_DHKEM_X25519_HKDF_SHA256,
      hpke.KDF_HKDF_SHA256,
      hpke.AEAD_AES_128_GCM,
    );
  });

  it("exports what RFC 9180, appendix A.1.1, says", async () => {
    const privateKey = await suite.DeserializePrivateKey(
      hex("4612c550263fc8ad58375df3f557aac531d26850903e55a9f23f21d8534e8ac8"),
      false,
    );
    const publicKey = await suite.DeserializePublicKey(
      hex("3948cfe0ad1ddb695d780e59077195da6c56506b027329794ab02bca80815c4d"),
    );
    const exported = await suite.ReceiveExport(
      { privateKey, publicKey },
      hex("37fda3567bdbd628e88668c3c8d7e97d1d1253b6d4ea6d44c150f741f1bf4431"),
      hex(""),
      32,
      { info: hex("4f6465206f6e2061204772656369616e2055726e") },
    );
    expect(Buffer.from(exported).toString("hex")).toBe(
      "3853fe2b4035195a573ffc53856e77058e15d9ea064de3e59f4961d0095250ee",
    );
  });
});

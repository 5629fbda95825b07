import { appendFileSync, readFileSync, statSync, truncateSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { makeKeys } from "../../../src/proxy/keys/keys.ts";
import { openPrivacyLog, type PrivacyRecord } from "../../../src/proxy/privacy/privacy-log.ts";
import { createVault } from "../../../src/proxy/vault/vault.ts";
import { KEYS } from "../../support/keys.ts";
import { aFolder } from "../../support/store-files.ts";

const vault = createVault(KEYS);

const aRecord = (n: number): PrivacyRecord => ({
  act: n % 2 === 0 ? "erase" : "withdraw",
  visitorKey: `hash-${n}`,
  atMs: n,
});

async function aLog(records: number): Promise<string> {
  const file = path.join(aFolder(), "privacy.log");
  const log = await openPrivacyLog(file, vault);
  // All at once: they are written one after the other.
  await Promise.all(Array.from({ length: records }, (_, n) => log.append(aRecord(n))));
  await log.close();
  return file;
}

async function read(file: string) {
  const log = await openPrivacyLog(file, vault);
  await log.close();
  return log.records;
}

describe("[PV6] the log of withdrawals and erasures", () => {
  it("gives back what it took, in order, and tells nobody else", async () => {
    const file = await aLog(3);
    expect(await read(file)).toEqual([0, 1, 2].map(aRecord));
    expect(readFileSync(file, "latin1")).not.toMatch(/hash-|erase/);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const log = await openPrivacyLog(file, vault);
    await log.append(aRecord(3));
    await log.close();
    expect(await read(file)).toEqual([0, 1, 2, 3].map(aRecord));
  });

  it("loses nothing but the torn last record, wherever the power cut it", async () => {
    const whole = readFileSync(await aLog(3));
    const two = readFileSync(await aLog(2)).length;
    for (let length = two; length < whole.length; length += 1) {
      const file = path.join(aFolder(), "privacy.log");
      const zeros = Buffer.alloc(length % 2 === 0 ? 0 : whole.length - length);
      writeFileSync(file, Buffer.concat([whole.subarray(0, length), zeros]));
      const log = await openPrivacyLog(file, vault);
      expect(log.records).toHaveLength(2);
      await log.append(aRecord(9));
      await log.close();
      expect(await read(file)).toEqual([0, 1, 9].map(aRecord));
    }
  });

  it("refuses to be read in part when a byte changed", async () => {
    const whole = readFileSync(await aLog(2));
    for (let at = 0; at < whole.length - 1; at += at < 8 || at > whole.length / 2 ? 1 : 7) {
      const file = path.join(aFolder(), "privacy.log");
      const changed = Buffer.from(whole);
      changed[at] = changed[at] === 0x41 ? 0x42 : 0x41;
      writeFileSync(file, changed);
      await expect(openPrivacyLog(file, vault)).rejects.toThrow(
        /^PRIVACY_LOG_FILE: record [12] of .* (is damaged|is sealed to the missing key .*); restore/,
      );
    }
  });

  it("refuses a record that was moved, and keys that are others", async () => {
    const file = await aLog(1);
    appendFileSync(file, readFileSync(file));
    await expect(openPrivacyLog(file, vault)).rejects.toThrow("record 2");
    const other = await aLog(1);
    const stranger = createVault(makeKeys("s9"));
    await expect(openPrivacyLog(other, stranger)).rejects.toThrow("the missing key s1");
    truncateSync(other, 0);
    expect(await read(other)).toEqual([]);
  });

  it("is sealed anew under a rotated key at the next start, whole, so that the older key may go", async () => {
    const file = await aLog(3);
    const keys = { ...KEYS, storage: [...makeKeys("s2").storage, ...KEYS.storage] };
    const both = createVault(keys);
    const first = await openPrivacyLog(file, both);
    expect(first.records).toEqual([0, 1, 2].map(aRecord));
    await first.append(aRecord(3));
    await first.close();
    // A draft that a power cut left behind is nothing.
    writeFileSync(`${file}.new`, "half");
    const alone = createVault({ ...keys, storage: keys.storage.slice(0, 1) });
    const second = await openPrivacyLog(file, alone);
    expect(second.records).toEqual([0, 1, 2, 3].map(aRecord));
    await second.close();
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });
});

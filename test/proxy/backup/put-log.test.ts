import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { planLog, putLog } from "../../../src/proxy/backup/put-log.ts";
import {
  readPrivacyLog,
  writePrivacyLog,
  type PrivacyRecord,
} from "../../../src/proxy/privacy/privacy-log.ts";
import { createVault } from "../../../src/proxy/vault/vault.ts";
import { KEYS } from "../../support/keys.ts";
import { NOW } from "../../support/store-builders.ts";
import { aFolder } from "../../support/store-files.ts";

const vault = createVault(KEYS);
const [first, second, third]: readonly PrivacyRecord[] = [
  { act: "withdraw", visitorKey: "a", atMs: 1 },
  { act: "erase", visitorKey: "b", atMs: 2 },
  { act: "shut-out", deviceId: "d", replacedBy: "e", atMs: 3 },
];

async function aLog(...records: readonly (PrivacyRecord | undefined)[]): Promise<string> {
  const file = path.join(aFolder(), "privacy.log");
  await writePrivacyLog(
    file,
    records.filter((each) => each !== undefined),
    vault,
  );
  return file;
}

describe("[BK4] the privacy log, when a backup is put back", () => {
  it("stays as it is where it has all that the backup's has", async () => {
    const there = await aLog(first, second, third);
    const before = readFileSync(there);
    const plan = planLog(await aLog(first, third), there, vault, false);
    expect(plan.state).toBe("current");
    await putLog(plan, there, vault, NOW);
    expect(readFileSync(there)).toEqual(before);
  });

  it("gets what only the backup's has, and is called older for it", async () => {
    const there = await aLog(first);
    const plan = planLog(await aLog(second, third), there, vault, false);
    expect(plan.state).toBe("older");
    await putLog(plan, there, vault, NOW);
    expect(readPrivacyLog(there, vault)).toEqual([first, second, third]);
  });

  it("is never lost: another installation's is kept aside, a damaged one ends the restore", async () => {
    const there = await aLog(first);
    const before = readFileSync(there);
    const plan = planLog(undefined, there, vault, true);
    expect(plan.state).toBe("missing");
    await putLog(plan, there, vault, NOW);
    expect(readPrivacyLog(there, vault)).toEqual([]);
    expect(readFileSync(`${there}.before-2026-11-23T08-00-00-000Z`)).toEqual(before);
    writeFileSync(there, Buffer.concat([before.subarray(0, 20), Buffer.alloc(200, 1)]));
    expect(() => planLog(undefined, there, vault, false)).toThrow(/^PRIVACY_LOG_FILE: record 1 /);
  });
});

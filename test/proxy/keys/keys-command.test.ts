import { spawnSync } from "node:child_process";
import { chmodSync, readFileSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { SealingKey } from "../../../src/contract/sealing.ts";
import { readKeysFile } from "../../../src/proxy/keys/keys-file.ts";
import { nodeEnv } from "../../support/node-env.ts";
import { createRawKiosk } from "../../support/raw-kiosk.ts";
import { startSystem } from "../../support/system.ts";
import { waitFor } from "../../support/wait.ts";
import { aFolder } from "../../support/store-files.ts";

let file: string;

beforeEach(() => {
  file = path.join(aFolder(), "keys.json");
});

function keys(...args: readonly string[]) {
  return keysOf({}, ...args);
}

function keysOf(env: Readonly<Record<string, string>>, ...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ["src/proxy/keys/main.ts", ...args],
    { env: { ...nodeEnv(), KEYS_FILE: file, ...env }, encoding: "utf8" },
  );
  return { status, said: stdout + stderr };
}

describe("npm run keys", () => {
  it("makes a file for its owner only, once", () => {
    expect(keys("make").status).toBe(0);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const before = readFileSync(file, "utf8");
    expect(keys("make")).toEqual({ status: 1, said: `KEYS_FILE: ${file} is there already.\n` });
    expect(readFileSync(file, "utf8")).toBe(before);
  });

  it("rotates with overlap, and never prints a secret", () => {
    keys("make");
    const before = readKeysFile(file);
    const said = keys("rotate", "sealing").said + keys("rotate", "storage").said;
    const after = readKeysFile(file);
    expect(after.sealing.map(({ kid }) => kid).slice(1)).toEqual([before.sealing[0]!.kid]);
    expect(after.storage.map(({ kid }) => kid).slice(1)).toEqual([before.storage[0]!.kid]);
    expect(said).toContain(`${after.sealing[0]!.kid} (in use)`);
    const held: Record<string, unknown> = JSON.parse(readFileSync(file, "utf8"));
    const secrets = JSON.stringify(held).match(/"(?:privateKey|key|pepper|visitorIdKey)":"[^"]+"/g);
    expect(secrets).toHaveLength(6);
    for (const secret of secrets ?? []) {
      expect(said + keys("show").said).not.toContain(secret.split('"')[3]);
    }
  });

  it("exports the public half of the key in use", () => {
    keys("make");
    const exported = SealingKey.parse(JSON.parse(keys("export").said));
    expect(exported).toMatchObject({ kid: readKeysFile(file).sealing[0]!.kid });
    expect(Object.keys(exported).toSorted()).toEqual(["kid", "publicKey"]);
  });

  it("refuses by name what cannot be used", () => {
    expect(keys("show").said).toMatch(/^KEYS_FILE: .* cannot be read \(ENOENT\)/);
    expect(keys("melt").said).toMatch(/^Usage: npm run keys/);
    keys("make");
    chmodSync(file, 0o644);
    expect(keys("show").said).toMatch(/^KEYS_FILE: others may read .*; run chmod 600 on it\./);
    chmodSync(file, 0o600);
    const whole = readFileSync(file, "utf8");
    writeFileSync(file, whole.slice(0, -20));
    expect(keys("show").said).toMatch(/^KEYS_FILE: .* \(not JSON\); restore it from a backup\./);
    writeFileSync(file, whole.replace(/"pepper": "[^"]+"/, '"pepper": "short"'));
    expect(keys("show").said).toMatch(/^KEYS_FILE: .*: pepper: must be 32 bytes, base64url/);
  });

  it("[IN6] asks the running proxy before a key is let go, and lets none go without it", async () => {
    const system = await startSystem();
    onTestFinished(() => system.stop());
    file = path.join(system.dataDir, "keys.json");
    const env = { DATA_DIR: system.dataDir, ADMIN_PORT: new URL(system.adminUrl).port };
    keys("rotate", "sealing");
    keys("rotate", "storage");
    const old = readKeysFile(file).sealing[1]!.kid;
    await createRawKiosk(system);
    const needed = keysOf(env, "retire", "sealing", old);
    expect(needed).toMatchObject({ status: 1, said: expect.stringContaining("has not said yet") });
    const { deviceId } = (await system.devices())[0]!;
    await system.admin(`/v1/devices/${deviceId}/revoke`, { method: "POST", body: "{}" });
    expect(keysOf(env, "retire", "sealing", old)).toMatchObject({ status: 0 });
    expect(readKeysFile(file).sealing).toHaveLength(1);

    const [fresh, former] = readKeysFile(file).storage;
    expect(keysOf(env, "retire", "storage", former!.kid).said).toContain("in use");
    await system.kill("SIGTERM");
    await system.restart();
    await waitFor("everything to be sealed anew", () => {
      return keysOf(env, "retire", "storage", former!.kid).status === 0;
    });
    expect(keysOf(env, "retire", "storage", fresh!.kid).said).toContain("in use");
    expect(keysOf(env, "retire", "storage", "nobody").said).toContain("No storage key");
    await system.kill("SIGTERM");
    expect(keysOf(env, "retire", "storage", "any").said).toContain("no proxy answers");
    await system.restart();
  }, 120_000);
});

import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, it, type TestContext } from "vitest";
import { DEVICES_PATH } from "../../../src/contract/admin.ts";
import { DEVICE_PATH } from "../../../src/contract/pairing.ts";
import { LOG_SETTLED_PATH, WITHDRAWALS_PATH } from "../../../src/contract/privacy.ts";
import { writeKeysFile } from "../../../src/proxy/keys/keys-file.ts";
import { makeSealingKey, makeStorageKey } from "../../../src/proxy/keys/keys.ts";
import { memberCards } from "../../support/cards.ts";
import { KEYS } from "../../support/keys.ts";
import { createRawKiosk, type RawKiosk } from "../../support/raw-kiosk.ts";
import { runCommand, startSystem, type SystemOptions } from "../../support/system.ts";

// The running product, its backup and its restore, as an operator does them.

const [EARLY, LATE, ...OTHERS] = memberCards(8, 9_700);

/** A system of the test's own, and a folder outside of its data: they run side by side. */
async function aWorld(
  { onTestFinished }: Pick<TestContext, "onTestFinished">,
  options: (outside: string) => SystemOptions = () => ({}),
) {
  const outside = mkdtempSync(path.join(tmpdir(), "tarjeta-outside-"));
  onTestFinished(() => rmSync(outside, { recursive: true, force: true }));
  const { env = {}, ...rest } = options(outside);
  const system = await startSystem({ env, ...rest });
  onTestFinished(() => system.stop());
  const { dataDir } = system;
  return {
    system,
    outside,
    /** A command beside the running system. */
    run: (name: "backup" | "restore", ...words: readonly string[]) =>
      runCommand(name, words, {
        DATA_DIR: dataDir,
        ADMIN_PORT: new URL(system.adminUrl).port,
        ...env,
      }),
    withdraw: (value: string) =>
      system.admin(WITHDRAWALS_PATH, {
        method: "POST",
        body: JSON.stringify({ kind: "member", value }),
      }),
    /** Everything but the operator's token, which the tests ask with. */
    loseDataDir: () => {
      for (const name of readdirSync(dataDir)) {
        if (name !== "admin-token") rmSync(path.join(dataDir, name), { recursive: true });
      }
    },
    openIncidents: async () =>
      (await system.incidents()).filter(({ open }) => open === true).map(({ type }) => type),
  };
}

async function verdictOn(kiosk: RawKiosk, card: string) {
  kiosk.add(card);
  return (await kiosk.send())[0];
}

const WITHDRAWN = { verdict: "rejected", reason: "withdrawn" };

describe.concurrent("a data folder that was lost, and put back from a backup", () => {
  it("[BK4] forgets no withdrawal and no revocation where the privacy log is kept elsewhere", async (test) => {
    const { system, outside, run, withdraw, loseDataDir, openIncidents } = await aWorld(
      test,
      (folder) => ({ env: { PRIVACY_LOG_FILE: path.join(folder, "privacy.log") } }),
    );
    system.emulator.know([EARLY!, LATE!, ...OTHERS]);
    const kiosk = await createRawKiosk(system);
    const stolen = await createRawKiosk(system, { kioskId: "stolen" });
    await verdictOn(kiosk, LATE!);
    await withdraw(EARLY!);
    const archive = path.join(outside, "monday");
    const backup = await run("backup", archive);
    expect(backup).toMatchObject({ code: 0, stderr: "" });
    expect(readdirSync(archive)).toContain("privacy.log");
    await withdraw(LATE!);
    await system.admin(`${DEVICES_PATH}/${stolen.device.deviceId}/revoke`, { method: "POST" });
    await system.kill("SIGKILL");
    loseDataDir();

    const restored = await run("restore", archive);
    expect(restored).toMatchObject({ code: 0, stderr: "" });
    expect(restored.stdout).not.toContain("Warning");
    await system.restart();
    expect(await verdictOn(kiosk, EARLY!)).toMatchObject(WITHDRAWN);
    expect(await verdictOn(kiosk, LATE!)).toMatchObject(WITHDRAWN);
    expect(await verdictOn(kiosk, OTHERS[0]!)).toMatchObject({ verdict: "accepted" });
    expect((await stolen.fetch(DEVICE_PATH, { method: "GET" })).status).toBe(403);
    expect(await openIncidents()).toEqual([]);
    expect(system.stderr() + system.stdout()).not.toContain(LATE);
  });

  it("[BK4] says so, until somebody settles it, where the privacy log was lost with it", async (test) => {
    const { system, outside, run, withdraw, loseDataDir, openIncidents } = await aWorld(test);
    const kiosk = await createRawKiosk(system);
    await withdraw(EARLY!);
    const archive = path.join(outside, "monday");
    await run("backup", archive);
    await withdraw(LATE!);
    await system.kill("SIGKILL");
    loseDataDir();
    const restored = await run("restore", archive);
    expect(restored.stdout).toMatch(/^Warning {3}.*privacy\.log was missing: withdrawals, /m);
    await system.restart();
    expect(await system.incidents()).toMatchObject([
      {
        type: "privacy-log-behind",
        open: true,
        detail: expect.stringMatching(/^the privacy log was missing when the backup of 20.*again$/),
      },
    ]);
    // What the backup's copy of the log has is in force.
    expect(await verdictOn(kiosk, EARLY!)).toMatchObject(WITHDRAWN);
    await withdraw(LATE!);
    expect(await verdictOn(kiosk, LATE!)).toMatchObject(WITHDRAWN);
    await system.admin(LOG_SETTLED_PATH, { method: "POST" });
    expect(await openIncidents()).toEqual([]);
    await system.kill("SIGTERM");
    await system.restart();
    expect(await openIncidents()).toEqual([]);
  });

  it("[BK4] has a log put right that is older than the backup, and says so", async (test) => {
    const { system, outside, run, withdraw, openIncidents } = await aWorld(test);
    const kiosk = await createRawKiosk(system);
    const file = path.join(system.dataDir, "privacy.log");
    await withdraw(EARLY!);
    const archive = path.join(outside, "monday");
    await run("backup", archive);
    await system.kill("SIGKILL");
    rmSync(file);
    // Not at a restore only: a start misses it too, and takes what the database knows.
    await system.restart();
    expect(await openIncidents()).toEqual(["privacy-log-behind"]);
    await system.admin(LOG_SETTLED_PATH, { method: "POST" });
    await system.kill("SIGKILL");
    rmSync(path.join(system.dataDir, "tarjeta.sqlite"));
    const restored = await run("restore", archive);
    expect(restored).toMatchObject({ code: 0, stderr: "" });
    await system.restart();
    expect(await verdictOn(kiosk, EARLY!)).toMatchObject(WITHDRAWN);
  });
});

describe.concurrent("keys that were rotated after a backup", () => {
  it("[BK2] open what was sealed to them when it is put back: all is delivered, who withdrew stays out", async (test) => {
    const old = { ...KEYS, sealing: [makeSealingKey()] };
    const { system, outside, run, withdraw, openIncidents } = await aWorld(test, (folder) => {
      const dataDir = path.join(folder, "data");
      mkdirSync(dataDir);
      writeKeysFile(path.join(dataDir, "keys.json"), old);
      return { dataDir };
    });
    const file = path.join(system.dataDir, "keys.json");
    const kiosk = await createRawKiosk(system);
    const archive = path.join(outside, "monday");
    await run("backup", archive);

    await system.kill("SIGTERM");
    // The key that the tests' kiosks seal to is the new one.
    const storage = [makeStorageKey(), ...old.storage];
    writeKeysFile(file, { ...old, sealing: [...KEYS.sealing, ...old.sealing], storage });
    await system.restart();
    await withdraw(LATE!);
    for (const card of OTHERS) kiosk.add(card);
    await system.kill("SIGKILL");
    const restored = await run("restore", archive, "--force");
    expect(restored).toMatchObject({ code: 0, stderr: "" });
    await system.restart();
    expect(await kiosk.send()).toEqual(
      OTHERS.map(() => expect.objectContaining({ verdict: "accepted" })),
    );
    expect(await verdictOn(kiosk, LATE!)).toMatchObject(WITHDRAWN);
    expect(await openIncidents()).toEqual([]);
  });
});

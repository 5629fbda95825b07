import { spawn } from "node:child_process";
import { copyFileSync, existsSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { describe, expect, it, type TestContext } from "vitest";
import { ERASURES_PATH, WITHDRAWALS_PATH } from "../../../src/contract/privacy.ts";
import { filesHolding } from "../../support/find-bytes.ts";
import { nodeEnv } from "../../support/node-env.ts";
import { endingOf } from "../../support/processes.ts";
import { createRawKiosk } from "../../support/raw-kiosk.ts";
import { startSystem, type System } from "../../support/system.ts";
import { waitFor } from "../../support/wait.ts";

const CARD = "2919000000019";
const OTHER = "2912345678906";
/** A value nobody else has, to be found again in raw bytes. */
const SECRET = "likes-juggling-at-night";

/** Each test has a system of its own: they run side by side, since most of each is a visitor's spacing. */
async function aSystem({ onTestFinished }: Pick<TestContext, "onTestFinished">): Promise<System> {
  const system = await startSystem({ env: { CLEARED_VALUES: '{"lastStore":"none"}' } });
  onTestFinished(() => system.stop());
  system.emulator.know([CARD, OTHER]);
  return system;
}

async function ask(system: System, address: string, value = CARD) {
  const token = readFileSync(path.join(system.dataDir, "admin-token"), "utf8").trim();
  const answer = await fetch(system.adminUrl + address, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
    body: JSON.stringify({ kind: "member", value }),
  });
  expect(answer.status).toBe(200);
  return answer.json();
}

const cleared = (system: System) =>
  waitFor("the clearing values", () => {
    const last = system.emulator.callsFor(CARD).at(-1)?.attributes;
    return last?.["lastStore"] === "none" && last["lastScanAt"] === "-";
  });

const aScan = { name: "lastStore", text: SECRET };

describe.concurrent("[PV6] withdrawal and erasure, in the running product", () => {
  it("lets only clearing values reach Target, however late a scan, and forgets all else", async (test) => {
    const system = await aSystem(test);
    const kiosk = await createRawKiosk(system);
    kiosk.add(CARD, aScan);
    kiosk.add(OTHER);
    await kiosk.send();
    await system.emulator.arrived([CARD, OTHER]);
    expect(filesHolding(system.dataDir, SECRET)).not.toEqual([]);
    const captured = kiosk.add(CARD, aScan);

    const receipt = await ask(system, ERASURES_PATH);
    expect(receipt).toMatchObject({
      act: "erase",
      clearing: ["lastScanAt", "lastStore"],
      adobePrivacyJob: {
        users: [
          {
            action: ["delete"],
            userIDs: [{ namespace: "THIRDPARTYID", type: "target", value: CARD }],
          },
        ],
        include: ["target"],
        regulation: "gdpr",
      },
    });
    const later = kiosk.add(CARD, aScan);
    expect(await kiosk.send()).toEqual(
      [captured, later].map((id) => ({ id, verdict: "rejected", reason: "withdrawn" })),
    );
    await cleared(system);
    const calls = system.emulator.callsFor(CARD);
    expect(calls.slice(1).map(({ attributes }) => attributes)).toEqual([
      { lastScanAt: "-", lastStore: "none" },
    ]);
    // Once Target has acknowledged, not a byte is left, in the file or in its log.
    await waitFor("every trace to go", () => filesHolding(system.dataDir, SECRET).length === 0);
    expect(filesHolding(system.dataDir, CARD)).toEqual([]);
    await system.kill("SIGKILL");
    expect(filesHolding(system.dataDir, SECRET)).toEqual([]);
    await system.restart();
    kiosk.add(CARD, aScan);
    expect(await kiosk.send()).toMatchObject([{ verdict: "rejected", reason: "withdrawn" }]);
    expect(system.emulator.callsFor(CARD)).toHaveLength(2);
    expect(system.stderr() + system.stdout()).not.toContain(CARD);
  });

  it("is applied again to a database restored from before it, ahead of all forwarding", async (test) => {
    const system = await aSystem(test);
    const kiosk = await createRawKiosk(system);
    kiosk.add(CARD, aScan);
    await kiosk.send();
    await system.emulator.arrived([CARD]);
    // Owed at the moment of the backup: what a restore would otherwise send.
    kiosk.add(CARD, { name: "lastStore", text: "owed-at-backup" });
    await kiosk.send();
    await system.kill("SIGTERM");
    const file = path.join(system.dataDir, "tarjeta.sqlite");
    copyFileSync(file, `${file}.backup`);
    const before = system.emulator.callsFor(CARD).length;

    await system.restart();
    await ask(system, WITHDRAWALS_PATH);
    await system.kill("SIGKILL");
    for (const name of [file, `${file}-wal`]) if (existsSync(name)) rmSync(name);
    copyFileSync(`${file}.backup`, file);
    await system.restart();
    await cleared(system);
    const after = system.emulator.callsFor(CARD).slice(before);
    expect(after.map(({ attributes }) => attributes["lastStore"])).not.toContain("owed-at-backup");
    kiosk.add(CARD, aScan);
    expect(await kiosk.send()).toMatchObject([{ verdict: "rejected", reason: "withdrawn" }]);
  });

  it("reads the number from standard input, for a person at the machine", async (test) => {
    const system = await aSystem(test);
    const env = {
      ...nodeEnv(),
      DATA_DIR: system.dataDir,
      ADMIN_PORT: new URL(system.adminUrl).port,
    };
    const run = async (args: readonly string[], input: string) => {
      const child = spawn(process.execPath, ["src/proxy/privacy/main.ts", ...args], { env });
      let said = "";
      child.stdout.on("data", (chunk) => (said += String(chunk)));
      child.stderr.on("data", (chunk) => (said += String(chunk)));
      child.stdin.end(input);
      const { code } = await endingOf(child);
      return { code, said };
    };
    expect(await run(["withdraw"], `${CARD}\n`)).toMatchObject({
      code: 0,
      said: expect.stringContaining('"act": "withdraw"'),
    });
    const kiosk = await createRawKiosk(system);
    kiosk.add(CARD);
    expect(await kiosk.send()).toMatchObject([{ verdict: "rejected", reason: "withdrawn" }]);
    // A number among the arguments is refused, and not repeated.
    const refused = await run(["withdraw", CARD], "");
    expect(refused).toMatchObject({ code: 1, said: expect.stringContaining("Usage: ") });
    expect(refused.said).not.toContain(CARD);
    const record = await run(["record"], "");
    expect(record.said).toContain("until 400 days without a scan");
    expect(record.said).toContain("`visitReason` (answer to “What brings you in today?”)");
  });
});

import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeKeysFile } from "../../src/proxy/keys/keys-file.ts";
import { KEYS } from "../support/keys.ts";
import { ask, startPostgres, type TestServer } from "../support/postgres.ts";
import { createRawKiosk, rawKioskOf } from "../support/raw-kiosk.ts";
import { runCommand, startSystem, type System } from "../support/system.ts";
import { waitFor } from "../support/wait.ts";

const CARD = "2912345678906";

describe("proxies on PostgreSQL", () => {
  let server: TestServer;
  let env: Readonly<Record<string, string>>;
  let folder: string;
  let here: System;
  let there: System;

  beforeAll(async () => {
    server = await startPostgres();
    folder = mkdtempSync(path.join(os.tmpdir(), "tarjeta-keys-"));
    const keysFile = path.join(folder, "keys.json");
    writeKeysFile(keysFile, KEYS);
    env = { DATABASE_URL: await server.newDatabase(), KEYS_FILE: keysFile };
    here = await startSystem({ env });
    there = await startSystem({ env });
  });
  afterAll(async () => {
    await there?.stop();
    await here?.stop();
    await server?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it("[PG9] hear a kiosk that another let in, and no longer one that it shut out", async () => {
    const kiosk = await createRawKiosk(here);
    const elsewhere = rawKioskOf(there.kioskUrl, kiosk.identity);
    const said = async () => {
      elsewhere.add(CARD);
      const { nonce, body } = elsewhere.request();
      return (await elsewhere.post(body, { nonce })).status;
    };
    await waitFor("the kiosk to be heard", async () => (await said()) === 200);
    const { deviceId } = kiosk.device;
    await here.admin(`/v1/devices/${deviceId}/revoke`, { method: "POST", body: "{}" });
    await waitFor(
      "it to be shut out",
      async () => (await said()) === 403 || (await said()) === 401,
    );
  });

  it("[PG5] answer 503 while the server is gone, and go on by themselves", async () => {
    const kiosk = await createRawKiosk(here);
    kiosk.add(CARD, { name: "lastStore", text: "S-before" });
    expect(await kiosk.send()).toMatchObject([{ verdict: "accepted" }]);
    const pid = here.pid();

    await server.kill();
    kiosk.add(CARD, { name: "lastStore", text: "S-after" });
    const { nonce, body } = kiosk.request();
    const answer = await kiosk.post(body, { nonce });
    expect(answer.status).toBe(503);
    expect(["3", "4", "5"]).toContain(answer.headers.get("retry-after"));
    expect(await answer.json()).toMatchObject({ code: "store-unavailable" });

    await server.start();
    expect(await kiosk.send()).toMatchObject([{ verdict: "accepted" }]);
    const rows = await ask(
      env["DATABASE_URL"]!,
      `SELECT seq FROM journal WHERE epoch = '${kiosk.epoch}'`,
    );
    expect(rows).toHaveLength(2);
    expect(here.pid()).toBe(pid);
    // The address holds the password.
    expect(here.stderr() + here.stdout()).not.toContain("postgres://");
  });

  it("[PG10] leave backups to pg_dump, and say so", async () => {
    const made = await runCommand("backup", [], env);
    expect(made.code).toBe(1);
    expect(made.stderr).toMatch(
      /^DATABASE_URL: PostgreSQL is backed up with pg_dump, and KEYS_FILE/,
    );
    const put = await runCommand("restore", ["/nowhere"], env);
    expect(put.code).toBe(1);
    expect(put.stderr).toMatch(/^DATABASE_URL: .* with pg_restore, together with its KEYS_FILE/);
    const refused = await here.admin("/v1/backup", { method: "POST", body: "{}" }).catch(String);
    expect(refused).toMatch(/answered 5\d\d/);
  });
});

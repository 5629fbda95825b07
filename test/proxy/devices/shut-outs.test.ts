import { randomUUID } from "node:crypto";
import { copyFileSync, existsSync, rmSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { DEVICES_PATH } from "../../../src/contract/admin.ts";
import { DEVICE_PATH, LEAVING_PATH } from "../../../src/contract/pairing.ts";
import { openPrivacyLog } from "../../../src/proxy/privacy/privacy-log.ts";
import { StoreFullError } from "../../../src/proxy/store/store-error.ts";
import { createVault } from "../../../src/proxy/vault/vault.ts";
import { aPairingDesk, pairAs } from "../../support/devices.ts";
import { filesHolding } from "../../support/find-bytes.ts";
import { KEYS } from "../../support/keys.ts";
import { createRawKiosk, type RawKiosk } from "../../support/raw-kiosk.ts";
import { aMemoryStore } from "../../support/store-files.ts";
import { startSystem } from "../../support/system.ts";

const leave = async (kiosk: RawKiosk) => {
  const nonce = randomUUID();
  const answer = await kiosk.fetch(LEAVING_PATH, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ v: 1, nonce, owed: [] }),
    nonce,
  });
  return answer.status;
};

const codeOf = async (kiosk: RawKiosk) => {
  const answer = await kiosk.fetch(DEVICE_PATH, { method: "GET" });
  return answer.status === 200 ? "let in" : (await answer.json()).code;
};

describe("a kiosk that was shut out after a backup", () => {
  it("[PR4] stays out when the database is put back to before it, and the others in", async () => {
    const system = await startSystem();
    try {
      const revoked = await createRawKiosk(system, { kioskId: "revoked" });
      const replaced = await createRawKiosk(system, { kioskId: "replaced" });
      const left = await createRawKiosk(system, { kioskId: "left" });
      const stays = await createRawKiosk(system, { kioskId: "stays" });
      replaced.add("2912345678906");
      await replaced.send();
      await system.kill("SIGTERM");
      const file = path.join(system.dataDir, "tarjeta.sqlite");
      copyFileSync(file, `${file}.monday`);
      await system.restart();

      await system.admin(`${DEVICES_PATH}/${revoked.device.deviceId}/revoke`, { method: "POST" });
      const hardware = await createRawKiosk(system, { replaces: replaced.device.deviceId });
      expect(await leave(left)).toBe(200);
      await system.kill("SIGKILL");
      for (const name of [file, `${file}-wal`]) if (existsSync(name)) rmSync(name);
      copyFileSync(`${file}.monday`, file);
      // Twice: what is applied again changes nothing the second time.
      for (let start = 1; start <= 2; start += 1) {
        await system.restart();
        for (const out of [revoked, replaced, left]) expect(await codeOf(out)).toBe("revoked");
        expect(await codeOf(stays)).toBe("let in");
        // Paired after the backup: known to nobody, and paired anew.
        expect(await codeOf(hardware)).toBe("unknown-device");
        const known = await system.devices();
        const { deviceId } = replaced.device;
        expect(known.find((each) => each.deviceId === deviceId)).toMatchObject({
          replacedBy: hardware.device.deviceId,
        });
        await system.kill("SIGTERM");
      }
      const log = await openPrivacyLog(path.join(system.dataDir, "privacy.log"), createVault(KEYS));
      await log.close();
      expect(log.records.map(({ act }) => act)).toEqual(["shut-out", "shut-out", "shut-out"]);
      // Sealed, like all of it.
      rmSync(file);
      rmSync(`${file}.monday`);
      expect(filesHolding(system.dataDir, revoked.device.deviceId)).toEqual([]);
    } finally {
      await system.stop();
    }
  });

  it("[PR4] is shut out by a log that an earlier version has not written it to", async () => {
    const system = await startSystem();
    try {
      const revoked = await createRawKiosk(system);
      await system.admin(`${DEVICES_PATH}/${revoked.device.deviceId}/revoke`, { method: "POST" });
      await system.kill("SIGTERM");
      const file = path.join(system.dataDir, "privacy.log");
      rmSync(file);
      await system.restart();
      await system.kill("SIGTERM");
      const log = await openPrivacyLog(file, createVault(KEYS));
      await log.close();
      expect(log.records).toMatchObject([{ act: "shut-out", deviceId: revoked.device.deviceId }]);
    } finally {
      await system.stop();
    }
  });
});

describe("[PR4] who is shut out while the log takes nothing", () => {
  it("is answered for only once the log has it, and revoked by nobody before", async () => {
    const noted: string[] = [];
    let isFull = true;
    const store = await aMemoryStore();
    const desk = await aPairingDesk(store, undefined, {
      noteShutOut: async ({ deviceId }) => {
        if (isFull) throw new StoreFullError("the privacy log takes no record (ENOSPC)");
        noted.push(deviceId);
      },
    });
    const pair = async (replaces?: string) => {
      const code = await desk.pairingCode(replaces === undefined ? {} : { replaces });
      return pairAs(code, async (address, { headers, body }) => {
        const request = {
          method: "POST",
          path: address,
          headers: headers as Record<string, string>,
          body: Buffer.from(String(body)),
        };
        const asked = () => desk.pairing.pair(request, "127.0.0.1");
        // A kiosk that heard of trouble asks again with the same key.
        const answer = await asked().catch(() => {
          expect(noted).toEqual([]);
          isFull = false;
          return asked();
        });
        if (!answer.ok) throw new Error(answer.error.detail);
        return Response.json(answer.value);
      });
    };
    const old = await pair();
    expect(await desk.registry.revoke(old.device.deviceId).catch(({ name }) => name)).toBe(
      "StoreFullError",
    );
    expect(desk.registry.list()).toMatchObject([{ state: "active" }]);
    await pair(old.device.deviceId);
    expect(new Set(noted)).toEqual(new Set([old.device.deviceId]));
  });
});

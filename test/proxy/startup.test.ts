import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { EXAMPLE_CONFIG } from "../../src/contract/example-config.ts";
import { createRawKiosk } from "../support/raw-kiosk.ts";
import { readJournal } from "../support/journal.ts";
import { runToTheEnd, startSystem } from "../support/system.ts";

let folder: string;
let squatter: Server;
let takenPort: string;

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "tarjeta-startup-"));
  writeFileSync(path.join(folder, "a-file"), "");
  writeFileSync(path.join(folder, "not-json"), "{ brand: ");
  writeFileSync(
    path.join(folder, "wrong-field"),
    JSON.stringify({ ...EXAMPLE_CONFIG, keypad: { length: "thirteen" } }),
  );
  writeFileSync(path.join(folder, "not-a-database"), "");
  squatter = createServer();
  await new Promise<void>((listening) => squatter.listen(0, "127.0.0.1", listening));
  const address = squatter.address();
  takenPort = typeof address === "object" && address !== null ? String(address.port) : "";
});

afterAll(async () => {
  await new Promise((closed) => squatter.close(closed));
  rmSync(folder, { recursive: true, force: true });
});

describe("a start that cannot be", () => {
  const inFolder = (name: string) => path.join(folder, name);

  it.each<[string, () => Record<string, string>, RegExp]>([
    [
      "a port in use",
      () => ({ PORT: takenPort }),
      /^PORT: \d+ is in use on 127\.0\.0\.1; set PORT /,
    ],
    ["an admin port in use", () => ({ ADMIN_PORT: takenPort }), /^ADMIN_PORT: \d+ is in use /],
    ["an emulator port in use", () => ({ EMULATOR_PORT: takenPort }), /^EMULATOR_PORT: \d+ is in /],
    [
      "a file in place of the data folder",
      () => ({ DATA_DIR: inFolder("a-file") }),
      /^DATA_DIR: .* cannot be written \(EEXIST\); set DATA_DIR /,
    ],
    [
      "a data folder nobody can write",
      () => ({ DATA_DIR: "/proc/tarjeta" }),
      /^DATA_DIR: \/proc\/tarjeta cannot be written /,
    ],
    ["a variable that is no number", () => ({ PORT: "eighty" }), /^PORT: /],
    [
      "an address without TLS",
      () => ({ HOST: "0.0.0.0" }),
      /^HOST: browsers run the kiosk offline only over https/,
    ],
    [
      "a configuration that is not there",
      () => ({ KIOSK_CONFIG: inFolder("nowhere") }),
      /^KIOSK_CONFIG: .* cannot be read \(ENOENT\)/,
    ],
    [
      "a configuration that is not JSON",
      () => ({ KIOSK_CONFIG: inFolder("not-json") }),
      /^KIOSK_CONFIG: .* is not JSON/,
    ],
    [
      "a configuration with a wrong field",
      () => ({ KIOSK_CONFIG: inFolder("wrong-field") }),
      /^KIOSK_CONFIG: .*: keypad\.length: /,
    ],
  ])("says what to change: %s", async (_name, environment, sentence) => {
    const { code, stderr } = await runToTheEnd({
      PORT: "0",
      ADMIN_PORT: "0",
      EMULATOR_PORT: "0",
      DATA_DIR: inFolder("data"),
      ...environment(),
    });
    expect(stderr).toMatch(sentence);
    expect(stderr.trim().split("\n")).toHaveLength(1);
    expect(code).toBe(1);
  });
});

describe("a stop", () => {
  it("[IN1] keeps what was taken in, and ends with 0 on SIGTERM", async () => {
    const system = await startSystem();
    try {
      const kiosk = await createRawKiosk(system);
      const id = kiosk.add("2912345678906");
      expect(await kiosk.send()).toEqual([{ id, verdict: "accepted" }]);
      expect(await system.kill("SIGTERM")).toEqual({ code: 0, signal: null });
      expect(readJournal(system.dataDir).map((row) => row.id)).toEqual([id]);
      await system.restart();
      expect(await system.metric('tarjeta_updates{verdict="accepted"}')).toBe(1);
    } finally {
      await system.stop();
    }
  });
});

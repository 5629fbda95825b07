import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { INCIDENTS_PATH } from "../../src/contract/admin.ts";
import { HEARTBEAT_PATH } from "../../src/contract/heartbeat.ts";
import { INGEST_PATH } from "../../src/contract/ingest.ts";
import { CONFIG_PATH } from "../../src/contract/kiosk-config.ts";
import { DEVICE_KEY_PATH, DEVICE_PATH, LEAVING_PATH } from "../../src/contract/pairing.ts";
import { openProxy } from "../../src/proxy/proxy.ts";
import { settingsFrom } from "../../src/proxy/settings.ts";
import { endingOf } from "../support/processes.ts";
import { systemClock } from "../../src/proxy/system-clock.ts";
import { waitFor } from "../support/wait.ts";
import { runToTheEnd, spawnProduct } from "../support/system.ts";
import { aFolder } from "../support/store-files.ts";

/**
 * Every variable there is, each with the values that somebody would give it who wants to be let in.
 * A new one is not in this list and fails the first test: judge it, and add it.
 */
const TRIED: Readonly<Record<string, readonly string[]>> = {
  HOST: ["localhost"],
  PORT: ["0"],
  TLS_CERT_FILE: [],
  TLS_KEY_FILE: [],
  TRUSTED_HOPS: ["1", "16", "127.0.0.0/8,10.0.0.5"],
  ADMIN_HOST: ["localhost"],
  ADMIN_PORT: ["0"],
  ADMIN_TOKEN: ["0123456789abcdef"],
  PAIRING_APPROVAL: ["off", "on"],
  EMULATOR_PORT: ["0"],
  DATA_DIR: [],
  DISK_RESERVE_MB: ["0"],
  KEYS_FILE: [],
  PRIVACY_LOG_FILE: [],
  DATABASE_URL: [],
  TARGET_CLIENT: ["demo"],
  TARGET_ORIGIN: ["http://127.0.0.1:9"],
  TARGET_TOKEN: ["a"],
  TARGET_TOKEN_FILE: [],
  TARGET_TOKEN_URL: [],
  TARGET_TOKEN_CLIENT_ID: [],
  TARGET_TOKEN_SECRET: [],
  TARGET_TOKEN_SECRET_FILE: [],
  TARGET_DAILY_CALLS: ["1"],
  TARGET_SPACING_SECONDS: ["1"],
  FRESH_MINUTES: ["60"],
  TARGET_METHOD: ["GET"],
  TARGET_PATH: ["literal"],
  TARGET_MAX_VALUE_LENGTH: ["24"],
  TARGET_DAILY_FETCHES: ["10"],
  TARGET_PROFILE_DAYS: ["1"],
  READ_BACK_AFTER_MINUTES: ["0.01"],
  UNKNOWN_DAYS: ["1"],
  UNKNOWN_VISITORS: ["create"],
  BULK_OVERFLOW: ["on"],
  BULK_OVERFLOW_AFTER_HOURS: ["1"],
  BULK_OVERFLOW_FETCHES: ["10"],
  VISITOR_ID_MODE: ["card", "hmac"],
  VISITOR_ID_LOOKUP: [],
  VISITOR_ID_LOOKUP_TOKEN: ["a"],
  VISITOR_ID_RETENTION_DAYS: ["36500"],
  MAX_UPDATE_AGE_DAYS: ["30"],
  JOURNAL_DAYS: ["36500"],
  DEAD_LETTER_DAYS: ["36500"],
  LOG_LEVEL: ["trace", "fatal"],
  CLEARED_VALUES: ["{}"],
  ADOBE_ORGANIZATION: ["1@AdobeOrg"],
  KIOSK_CONFIG: [],
  // Named by nobody: what programs like ours are switched by elsewhere.
  NODE_ENV: ["development", "test", "production"],
  DEBUG: ["*"],
};

/** Where the variables stand. */
const SCHEMAS = [
  ["settings.ts", /const Environment = z\.object\(\{\n([\s\S]*?)\n\}\);/],
  ["target-settings.ts", /const TargetVariables = \{\n([\s\S]*?)\n\};/],
  ["overflow/overflow-settings.ts", /const OverflowVariables = \{\n([\s\S]*?)\n\};/],
  ["retention-settings.ts", /const RetentionVariables = \{\n([\s\S]*?)\n\};/],
] as const;

const FROM_ELSEWHERE = ["NODE_ENV", "DEBUG"];

const UNSIGNED = [
  ["POST", INGEST_PATH],
  ["POST", HEARTBEAT_PATH],
  ["POST", DEVICE_KEY_PATH],
  ["POST", LEAVING_PATH],
  ["GET", CONFIG_PATH],
  ["GET", DEVICE_PATH],
] as const;

/** What an unsigned kiosk and an administrator without a token are answered, under a setting. */
async function answersUnder(environment: Readonly<Record<string, string>>) {
  const settings = settingsFrom({
    PORT: "0",
    ADMIN_PORT: "0",
    DATA_DIR: aFolder(),
    TARGET_CLIENT: "demo",
    TARGET_ORIGIN: "http://127.0.0.1:9",
    ...environment,
  });
  if (!settings.ok) throw new Error(settings.error);
  const proxy = await openProxy({
    settings: settings.value,
    target: settings.value.target!,
    clock: systemClock,
    kioskDir: undefined,
    onFatal: (error) => {
      throw error;
    },
  });
  try {
    const codes: unknown[] = [];
    for (const [method, address] of UNSIGNED) {
      const init = { method, headers: { "content-type": "application/json" } };
      const body = method === "POST" ? { body: "{}" } : {};
      const answer = await fetch(proxy.kioskUrl + address, { ...init, ...body });
      codes.push([answer.status, (await answer.json()).code]);
    }
    const admin = await fetch(proxy.adminUrl + INCIDENTS_PATH);
    return [...codes, [admin.status, (await admin.json()).code]];
  } finally {
    await proxy.close();
  }
}

describe("nothing that a variable says", () => {
  it("[AU1] is forgotten here: the list has every variable of the settings", () => {
    const schemas = SCHEMAS.map(([file, schema]) => {
      const source = readFileSync(path.join(import.meta.dirname, "../../src/proxy", file), "utf8");
      return schema.exec(source)?.[1] ?? "";
    });
    const names = [...schemas.join("\n").matchAll(/^ {2}([A-Z_]+):/gm)].map(([, name]) => name!);
    expect(names.length).toBeGreaterThan(20);
    expect([...names, ...FROM_ELSEWHERE].toSorted()).toEqual(Object.keys(TRIED).toSorted());
  });

  it("[AU1] [AD1] lets anybody in unsigned, or to the admin side without a token", async () => {
    const refused = [...UNSIGNED.map(() => [401, "unsigned"]), [401, "unauthorized"]];
    for (const [name, values] of Object.entries(TRIED)) {
      for (const value of values) {
        expect(await answersUnder({ [name]: value }), `${name}=${value}`).toEqual(refused);
      }
    }
  });

  it.each([
    ["TRUSTED_HOPS", { HOST: "0.0.0.0", TRUSTED_HOPS: "1" }],
    ["TLS", { HOST: "0.0.0.0", TLS_CERT_FILE: "/nowhere", TLS_KEY_FILE: "/nowhere" }],
  ])("[PR1] brings the demo's Target beyond this machine, with %s", async (_what, environment) => {
    const { code, stderr, stdout } = await runToTheEnd({
      PORT: "0",
      ADMIN_PORT: "0",
      EMULATOR_PORT: "0",
      DATA_DIR: aFolder(),
      ...environment,
    });
    expect(stderr).toMatch(/^TARGET_CLIENT: the emulator is for this machine only/);
    expect(code).toBe(1);
    expect(stdout).toBe("");
  });

  it.each([
    ["without anything", {}, true],
    ["behind a terminator", { TRUSTED_HOPS: "1" }, false],
    ["with a client code", { TARGET_CLIENT: "demo", TARGET_ORIGIN: "http://127.0.0.1:9" }, false],
  ])("[PR1] prints a link that pairs whoever opens it: %s", async (_what, environment, isLink) => {
    const child = spawnProduct({
      PORT: "0",
      ADMIN_PORT: "0",
      EMULATOR_PORT: "0",
      DATA_DIR: aFolder(),
      ...environment,
    });
    let said = "";
    child.stdout?.on("data", (chunk: Buffer) => (said += String(chunk)));
    const ended = endingOf(child);
    await waitFor("the start to be over", () => /^Console /m.test(said));
    child.kill("SIGKILL");
    await ended;
    expect(/pair=/.test(said)).toBe(isLink);
  });
});

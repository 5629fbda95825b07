import { spawn } from "node:child_process";
import { createHmac } from "node:crypto";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { EXAMPLE_CONFIG } from "../../../src/contract/example-config.ts";
import { checkDigitFor } from "../../../src/domain/check-digit.ts";
import { makeKeys } from "../../../src/proxy/keys/keys.ts";
import { writeKeysFile } from "../../../src/proxy/keys/keys-file.ts";
import { memberCards } from "../../support/cards.ts";
import { openEmulator, type RunningEmulator } from "../../support/emulator.ts";
import { filesHolding, holds } from "../../support/find-bytes.ts";
import { nodeEnv } from "../../support/node-env.ts";
import { aFolder } from "../../support/store-files.ts";
import { waitFor } from "../../support/wait.ts";

const CARDS = memberCards(24);
const bare = (cards: readonly string[]) => cards.map((card) => card.slice(0, -1));

/** Cards with zeros in front, and the configuration that takes them whole. */
const WITH_ZEROS = Array.from({ length: 24 }, (_, index) => {
  const payload = `0000${String(12_345_600 + index)}`;
  return payload + checkDigitFor("gs1", payload);
});

let emulator: RunningEmulator;
let folder: string;

beforeEach(async () => {
  emulator = await openEmulator();
  folder = aFolder();
  onTestFinished(() => emulator.close());
});

function aFile(name: string, content: string | Uint8Array): string {
  const file = path.join(folder, name);
  writeFileSync(file, content, { mode: 0o600 });
  return file;
}

const aList = (cards: readonly string[]) => aFile("cards.csv", `card\n${cards.join("\n")}\n`);

function start(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const child = spawn(process.execPath, ["src/proxy/match/main.ts", ...args], {
    env: {
      ...nodeEnv(),
      DATA_DIR: folder,
      TARGET_CLIENT: emulator.client,
      TARGET_ORIGIN: emulator.url,
      ...env,
    },
  });
  const said = { stdout: "", stderr: "" };
  child.stdout.on("data", (chunk: Buffer) => (said.stdout += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (said.stderr += chunk.toString()));
  const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
  return { child, ended: ended.then((code) => ({ code, ...said })) };
}

/** Runs it to its end, quickly, and looks that it printed nobody's number, in whatever disguise. */
async function match(
  cards: readonly string[],
  env: Readonly<Record<string, string>> = {},
  file = aList(cards),
) {
  const result = await start([file, "--per-second", "100"], env).ended;
  for (const card of cards.flatMap((each) => [each, each.slice(0, -1)])) {
    expect(holds(result.stdout + result.stderr, card)).toBe(false);
  }
  return result;
}

const everyFetch = { times: 1_000, match: { route: "fetch" } };

describe("npm run match", () => {
  it("[MT2] [MT4] [PV2] finds members known by the number as it is, and asks about each text once", async () => {
    emulator.know(CARDS.slice(0, 20));
    const { code, stdout, stderr } = await match(CARDS);
    expect(stdout).toContain("24 card numbers. The card rules take all of them.");
    expect(stdout).toMatch(/^as is +20 of 24: 83 % \(64 % to 93 %\)$/m);
    expect(stdout).toMatch(/^as the card rules read it +identical to as is$/m);
    expect(stdout).toMatch(/^without leading zeros +identical to as is$/m);
    expect(stdout).toMatch(/^without check digit +0 of 24: 0 % \(0 % to 14 %\)$/m);
    expect(stdout).toMatch(/^hmac +not tried: there is no KEYS_FILE/m);
    expect(stdout).toMatch(/^lookup +not tried: it needs VISITOR_ID_MODE=lookup/m);
    expect(stdout).toContain("Choose VISITOR_ID_MODE=card.");
    expect(stderr).toBe("");
    expect(code).toBe(0);
    // Two forms of 24 cards, and the one that nobody has.
    expect(emulator.meter().fetches).toBe(49);
    expect(emulator.calls()).toEqual([]);
    expect(CARDS.flatMap((card) => filesHolding(folder, card))).toEqual(
      CARDS.map(() => "cards.csv"),
    );
  });

  it("[MT4] [PV2] finds members known without the check digit, and says which rule to change", async () => {
    emulator.know(bare(CARDS));
    const { code, stdout } = await match(CARDS);
    expect(stdout).toMatch(/^without check digit +24 of 24: 100 % \(86 % to 100 %\)$/m);
    expect(stdout).toContain("change the card rules (cardRules in KIOSK_CONFIG)");
    expect(code).toBe(0);
  });

  it("[MT4] [PV2] finds members known without leading zeros, and is content once the rules read so", async () => {
    emulator.know(WITH_ZEROS.map((card) => card.replace(/^0+/, "")));
    const rule = {
      ...EXAMPLE_CONFIG.cardRules[0]!,
      match: "\\d{13}",
      refuses: [],
    };
    const config = (match: string) =>
      aFile("kiosk.json", JSON.stringify({ ...EXAMPLE_CONFIG, cardRules: [{ ...rule, match }] }));
    const before = await match(WITH_ZEROS, { KIOSK_CONFIG: config("\\d{13}") });
    expect(before.stdout).toMatch(/^as is +0 of 24/m);
    expect(before.stdout).toMatch(/^without leading zeros +24 of 24/m);
    expect(before.stdout).toContain("change the card rules");
    expect(before.stdout).toContain("without leading zeros, and the kiosk reads them otherwise");
    const after = await match(WITH_ZEROS, {
      KIOSK_CONFIG: config("(?<check>0*(?<id>[1-9]\\d{4,}))"),
    });
    expect(after.stdout).toMatch(/^as the card rules read it +24 of 24/m);
    expect(after.stdout).toMatch(
      /^without leading zeros +identical to as the card rules read it$/m,
    );
    expect(after.stdout).toContain("Choose VISITOR_ID_MODE=card.\n");
    expect([before.code, after.code]).toEqual([0, 0]);
  });

  it("[MT4] [PV2] finds members known by the keyed hash", async () => {
    const keys = makeKeys();
    const file = path.join(folder, "own-keys.json");
    writeKeysFile(file, keys);
    const hashes = CARDS.map((card) =>
      createHmac("sha256", keys.visitorIdKey).update(card).digest("hex"),
    );
    emulator.know(hashes);
    const { code, stdout, stderr } = await match(CARDS, { KEYS_FILE: file });
    expect(stdout).toMatch(/^hmac +24 of 24/m);
    expect(stdout).toContain("Choose VISITOR_ID_MODE=hmac.");
    expect(hashes.some((hash) => holds(stdout + stderr, hash))).toBe(false);
    expect(code).toBe(0);
  });

  it("[MT4] [PV2] finds members known by the site's own id", async () => {
    const lines = CARDS.slice(0, 23).map((card, index) => `${card},shopper-${index}`);
    emulator.know(CARDS.map((_, index) => `shopper-${index}`));
    const { code, stdout } = await match(CARDS, {
      VISITOR_ID_MODE: "lookup",
      VISITOR_ID_LOOKUP: aFile("ids.csv", `card,id\n${lines.join("\n")}\n`),
    });
    expect(stdout).toMatch(/^lookup +23 of 24: .*; 1 have no id there and count as not known$/m);
    expect(stdout).toContain("Choose VISITOR_ID_MODE=lookup.");
    expect(stdout).not.toContain("shopper");
    expect(code).toBe(0);
  });

  it("[MT4] [PV2] recommends nothing where Target knows hardly anybody, and ends with 3", async () => {
    const { code, stdout } = await match(CARDS);
    expect(stdout).toContain("Target knows hardly any of these");
    expect(code).toBe(3);
  });

  it("[MT3] [PV2] stops with the reason at what is no answer of Target, and takes it for none", async () => {
    const cases = [
      [{ type: "status", status: 503, body: "down" }, "fetch: status 503"],
      [{ type: "status", status: 403, body: "Forbidden" }, "authentication"],
      [{ type: "html" }, "sign-in page"],
      [{ type: "status", status: 404, body: "not Target's" }, "status 404"],
      [{ type: "lost-call" }, "connection: "],
    ] as const;
    // Side by side, since each ends after pauses of four seconds.
    const results = cases.map(async ([fault, why]) => {
      const target = await openEmulator();
      onTestFinished(() => target.close());
      target.know(CARDS);
      target.inject({ ...fault, ...everyFetch });
      const { code, stdout, stderr } = await match(CARDS, { TARGET_ORIGIN: target.url });
      expect(stderr).toContain("Stopped: Target does not answer");
      expect(stderr).toContain(why);
      expect(stdout).toMatch(/^as is +no answer; 24 not answered$/m);
      expect(stdout).not.toContain("hardly any");
      expect(code).toBe(1);
      expect(target.meter().fetches).toBeLessThanOrEqual(5);
    });
    await Promise.all(results);
  });

  it("[MT3] [PV2] rides out what passes, and answers for all", async () => {
    emulator.know(CARDS);
    emulator.inject({ type: "status", status: 503, times: 4, match: { route: "fetch" } });
    const { code, stdout } = await match(CARDS);
    expect(stdout).toMatch(/^as is +24 of 24/m);
    expect(code).toBe(0);
  });

  it("[MT3] [PV2] believes nobody who knows everybody", async () => {
    emulator.inject({ type: "status", status: 200, body: "{}", ...everyFetch });
    const { code, stdout, stderr } = await match(CARDS);
    expect(stderr).toContain("knows an id that nobody has, so it is not Target");
    expect(stdout).not.toContain("Choose");
    expect(code).toBe(1);
  });

  it("[MT5] [PV2] prints what is known so far at Ctrl-C, also while an answer is awaited", async () => {
    emulator.know(CARDS);
    const running = start([aList(CARDS), "--per-second", "100"]);
    await waitFor("the first looks", () => emulator.meter().fetches > 5);
    emulator.inject({ type: "delay", delayMs: 60_000, ...everyFetch });
    const before = emulator.meter().fetches;
    await waitFor("a look that hangs", () => emulator.meter().fetches > before);
    running.child.kill("SIGINT");
    const { code, stdout, stderr } = await running.ended;
    expect(stderr).toContain("Interrupted: this is what is known so far.");
    expect(stdout).toMatch(/^as is +(\d+ of \d+: .*; \d+ not answered|no answer)/m);
    expect(stdout).toMatch(/^(No verdict|Choose|Undecided)/m);
    expect(code).toBe(130);
    for (const card of CARDS) expect(holds(stdout + stderr, card)).toBe(false);
  });

  it.each([
    ["too few", CARDS.slice(0, 19).join("\n"), "holds 19 distinct numbers"],
    ["ten million characters in one line", "2".repeat(10_000_000), "larger than a megabyte"],
    ["raw bytes", Uint8Array.from({ length: 100_000 }, (_, index) => index * index), "line "],
    ["a payment card", [...CARDS, "4111111111111111"].join("\n"), "line 25: looks like a payment"],
  ])("[MT1] [PV2] refuses a file with %s, and asks nobody", async (_what, content, why) => {
    const { code, stdout, stderr } = await match(CARDS, {}, aFile("hostile", content));
    expect(stderr).toMatch(/^The file of card numbers/);
    expect(stderr).toContain(why);
    expect(stderr.trimEnd().split("\n")).toHaveLength(1);
    expect(stderr.length).toBeLessThan(400);
    expect(stderr).not.toContain("4111");
    expect(stdout).toBe("");
    expect(code).toBe(1);
    expect(emulator.meter().fetches).toBe(0);
  });

  it("[MT1] [PV2] repeats no argument: it may be a card number", async () => {
    for (const args of [[CARDS[0]!], [`--${CARDS[0]}`]]) {
      const { code, stdout, stderr } = await start(args).ended;
      expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
      expect(stderr).toMatch(/cannot be read \(ENOENT\)|^Use: npm run match/);
      expect(holds(stderr, CARDS[0]!)).toBe(false);
    }
  });

  it("[MT1] refuses settings that cannot be used, by name", async () => {
    const file = aList(CARDS);
    const said = async (env: Readonly<Record<string, string>>) => {
      const { code, stderr } = await start([file], env).ended;
      expect(code).toBe(1);
      return stderr;
    };
    expect(await said({ TARGET_CLIENT: "", TARGET_ORIGIN: "" })).toMatch(/^TARGET_CLIENT: give/);
    expect(await said({ KIOSK_CONFIG: path.join(folder, "none") })).toMatch(/^KIOSK_CONFIG: /);
    expect(await said({ KEYS_FILE: aFile("wrong.json", "{}") })).toMatch(/^KEYS_FILE: /);
    const lookup = { VISITOR_ID_MODE: "lookup", VISITOR_ID_LOOKUP: path.join(folder, "none") };
    expect(await said(lookup)).toMatch(/^VISITOR_ID_LOOKUP: /);
    expect(emulator.meter().fetches).toBe(0);
  });
});

import { spawn } from "node:child_process";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  RECEIPTS_PATH,
  ReceiptsPage,
  TEXTS_PATH,
  VISITOR_RECEIPTS_PATH,
  VisitorReceipts,
} from "../../../src/contract/consent-receipts.ts";
import { EXAMPLE_CONFIG } from "../../../src/contract/example-config.ts";
import { textHash } from "../../../src/proxy/config-book.ts";
import { configFile } from "../../support/config-file.ts";
import { nodeEnv } from "../../support/node-env.ts";
import { endingOf } from "../../support/processes.ts";
import { createRawKiosk } from "../../support/raw-kiosk.ts";
import { startSystem, type System } from "../../support/system.ts";

const CARD = "2919000000019";
const OTHER = "2912345678906";
const WORDS = "We note your visits.";
const TERMS = { version: EXAMPLE_CONFIG.terms.version, text: { en: WORDS } };

let system: System;

beforeEach(async () => {
  system = await startSystem({ env: { KIOSK_CONFIG: configFile({ terms: TERMS }) } });
});
afterEach(() => system.stop());

async function receiptsOf(value: string) {
  const body = JSON.stringify({ kind: "member", value });
  const answer = await system.admin(VISITOR_RECEIPTS_PATH, { method: "POST", body });
  return VisitorReceipts.parse(await answer.json());
}

describe("consent receipts", () => {
  it("[PV4] are kept with every update, found by visitor with the words, and gone after an erasure", async () => {
    const kiosk = await createRawKiosk(system, { storeId: "madrid-1", kioskId: "door" });
    for (const card of [CARD, OTHER, CARD]) kiosk.add(card);
    await kiosk.send();
    const { receipts, texts } = await receiptsOf(CARD);
    expect(receipts).toHaveLength(2);
    expect(receipts[0]).toMatchObject({
      storeId: "madrid-1",
      kioskId: "door",
      occasion: "scan",
      ground: { type: "terms", version: TERMS.version },
      configVersion: "example-1",
      verdict: "accepted",
    });
    expect(texts).toMatchObject([{ text: WORDS, about: "terms", hash: textHash(WORDS) }]);
    const found = await system.admin(`${TEXTS_PATH}/${textHash(WORDS)}`);
    expect(await found.json()).toMatchObject({ text: WORDS, language: "en" });

    await system.admin("/v1/privacy/withdrawals", {
      method: "POST",
      body: JSON.stringify({ kind: "member", value: CARD }),
    });
    // A withdrawal takes nothing back of what was proven until then.
    expect((await receiptsOf(CARD)).receipts).toHaveLength(2);
    await system.admin("/v1/privacy/erasures", {
      method: "POST",
      body: JSON.stringify({ kind: "member", value: CARD }),
    });
    expect((await receiptsOf(CARD)).receipts).toEqual([]);
    expect((await receiptsOf(OTHER)).receipts).toHaveLength(1);
    expect(system.stderr() + system.stdout()).not.toContain(CARD);
  });

  it("[PV4] are exported whole, a page at a time, without anybody's number", async () => {
    const kiosk = await createRawKiosk(system);
    for (let batch = 0; batch < 3; batch += 1) {
      for (let count = 0; count < 500; count += 1) kiosk.add(batch % 2 === 0 ? CARD : OTHER);
      await kiosk.send();
    }
    const ids = new Set<string>();
    let pages = 0;
    for (let next: string | undefined = ""; next !== undefined; pages += 1) {
      const address = next === "" ? RECEIPTS_PATH : `${RECEIPTS_PATH}?after=${next}`;
      const text = await (await system.admin(address)).text();
      expect(text).not.toContain(CARD);
      const page = ReceiptsPage.parse(JSON.parse(text));
      for (const { id } of page.receipts) ids.add(id);
      ({ next } = page);
    }
    expect(ids.size).toBe(1_500);
    expect(pages).toBe(2);
    await expect(system.admin(`${RECEIPTS_PATH}?after=nonsense`)).rejects.toThrow("400");
    await expect(system.admin(`${TEXTS_PATH}/unknown`)).rejects.toThrow("404");
  });

  it("[PV4] are printed for a person at the machine, the number read from standard input", async () => {
    const kiosk = await createRawKiosk(system);
    kiosk.add(CARD);
    await kiosk.send();
    const child = spawn(process.execPath, ["src/proxy/privacy/main.ts", "receipts"], {
      env: {
        ...nodeEnv(),
        DATA_DIR: system.dataDir,
        ADMIN_PORT: new URL(system.adminUrl).port,
      },
    });
    let said = "";
    child.stdout.on("data", (chunk) => (said += String(chunk)));
    child.stdin.end(`${CARD}\n`);
    expect((await endingOf(child)).code).toBe(0);
    expect(VisitorReceipts.parse(JSON.parse(said)).receipts).toHaveLength(1);
    expect(said).not.toContain(CARD);
  });
});

describe("an update of a configuration that nobody published", () => {
  it("[CF1] waits on its kiosk under a named incident, and is taken once that was published", async () => {
    const kiosk = await createRawKiosk(system);
    const early = kiosk.add(CARD, undefined, "spring-1");
    const known = kiosk.add(OTHER);
    const verdicts = await kiosk.send();
    expect(verdicts).toContainEqual({ id: early, verdict: "retry", reason: "unknown-config" });
    expect(verdicts).toContainEqual({ id: known, verdict: "accepted" });
    expect(await system.incidents()).toMatchObject([
      { type: "unknown-config", open: true, detail: expect.stringContaining("spring-1") },
    ]);
    await system.kill("SIGTERM");
    await system.restart({ KIOSK_CONFIG: configFile({ version: "spring-1" }) });
    expect(await kiosk.send()).toEqual([{ id: early, verdict: "accepted" }]);
    expect(await system.incidents()).toMatchObject([{ type: "unknown-config", open: false }]);
  });
});

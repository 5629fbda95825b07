import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { profileHolding } from "../support/browser-profile.ts";
import { startChaosServer, type ChaosServer } from "../support/chaos-server.ts";
import { openKioskBrowser, type KioskBrowser } from "../support/kiosk-browser.ts";
import { bundlePage } from "../support/page-bundle.ts";

const CARD = "2912345678906";
/** What the search must find, so that finding nothing means something. */
const PLANTED = "2999999999991";

const HOUR = 3_600_000;
const NOW = 1_800_000_000_000;

let server: ChaosServer;
let browser: KioskBrowser;

beforeAll(async () => {
  const script = await bundlePage(path.resolve(import.meta.dirname, "pages/card-memory-page.ts"));
  server = await startChaosServer({
    files: {
      "/": ["text/html", "<!doctype html><title>memory</title><script src=/page.js></script>"],
      "/page.js": ["text/javascript", script],
    },
  });
  browser = await openKioskBrowser();
  await browser.page.goto(server.origin);
});

afterAll(async () => {
  await browser.discard();
  await server.close();
});

describe("the kiosk's memory of a card", () => {
  it("[PV7] keeps no more than it may, no longer than it may, and its key as long", async () => {
    const seen = await browser.page.evaluate(
      async ([card, nowMs, hourMs]) => {
        const visitor = { kind: "member", value: card } as const;
        const rest = new Map([["reason", hourMs]]);
        const memory = await globalThis.cardMemory.open(3);
        const name = await memory.nameOf(visitor);
        const resting = (atMs: number) => memory.resting(name, rest, atMs);
        await memory.remember(name, ["reason", "gone"], nowMs);
        const window = {
          name,
          sameName: (await memory.nameOf(visitor)) === name,
          within: await resting(nowMs + hourMs - 1),
          after: await resting(nowMs + hourMs),
          // The clock was set back: asked again, rather than resting for who knows how long.
          before: await resting(nowMs - 1),
          elsewhere: await memory.resting("another", rest, nowMs),
        };
        // The oldest go first when there are too many.
        await memory.remember("b", ["reason"], nowMs + 1);
        await memory.remember("c", ["reason"], nowMs + 2);
        await memory.prune(hourMs, nowMs + 3);
        const kept = await Promise.all(
          [name, "b", "c"].map((each) =>
            memory.resting(each, new Map([...rest, ["gone", hourMs]]), nowMs + 3),
          ),
        );
        await memory.forget("c");
        const forgotten = await memory.resting("c", rest, nowMs + 3);
        // A clock that was years ahead leaves nothing for ever.
        await memory.remember("d", ["reason"], nowMs + 9_000 * hourMs);
        await memory.prune(hourMs, nowMs + hourMs);
        const renamed = (await memory.nameOf(visitor)) === name;
        await memory.prune(hourMs, nowMs + 2 * hourMs);
        const anew = (await memory.nameOf(visitor)) === name;
        memory.close();
        return { window, kept: kept.map(({ length }) => length), forgotten, renamed, anew };
      },
      [CARD, NOW, HOUR] as const,
    );
    expect(seen).toEqual({
      window: {
        name: expect.stringMatching(/^[0-9a-f]{16}$/),
        sameName: true,
        within: ["reason"],
        after: [],
        before: [],
        elsewhere: [],
      },
      kept: [1, 1, 1],
      forgotten: [],
      renamed: true,
      anew: false,
    });
  });

  it("[PV7] holds no card and no key that anybody could read, in any byte of the profile", async () => {
    const found = await browser.page.evaluate(
      async ([card, planted, nowMs]) => {
        const memory = await globalThis.cardMemory.open();
        const name = await memory.nameOf({ kind: "member", value: card });
        await memory.remember(name, ["reason"], nowMs);
        await memory.remember(planted, ["planted"], nowMs);
        memory.close();
        const opening = indexedDB.open("tarjeta-card-memory");
        await new Promise((done) => opening.addEventListener("success", done));
        const reading = opening.result.transaction("key").objectStore("key").get("key");
        await new Promise((done) => reading.addEventListener("success", done));
        const key: CryptoKey = reading.result;
        opening.result.close();
        const exported = await crypto.subtle.exportKey("raw", key).then(
          () => "readable",
          (error: DOMException) => error.name,
        );
        return { extractable: key.extractable, exported };
      },
      [CARD, PLANTED, NOW] as const,
    );
    expect(found).toEqual({ extractable: false, exported: "InvalidAccessError" });
    const { profileDir } = browser;
    await browser.close();
    expect(profileHolding(profileDir, PLANTED)).not.toEqual([]);
    expect(profileHolding(profileDir, CARD)).toEqual([]);
  });
});

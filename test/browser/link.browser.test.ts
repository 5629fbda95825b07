import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { INGEST_PATH, IngestRequest } from "../../src/contract/ingest.ts";
import { memberCards } from "../support/cards.ts";
import {
  captivePortal,
  loseAnswer,
  refuse,
  type Act,
  type Exchange,
  type FaultProxy,
} from "../support/fault-proxy.ts";
import { withKiosk } from "../support/kiosk.ts";
import { depth, scanAndBeThanked, stateOf } from "../support/kiosk-page.ts";
import { mergedTwice, readJournal, scannedCards, takenIn } from "../support/journal.ts";
import { startSystem, type System } from "../support/system.ts";
import { waitFor } from "../support/wait.ts";
import { scan } from "../support/wedge.ts";

let system: System;
let nextCard = 1_000;

beforeAll(async () => {
  system = await startSystem();
});

afterAll(() => system.stop());

function newCards(count: number): readonly string[] {
  const cards = memberCards(count, nextCard);
  nextCard += count;
  system.emulator.know(cards);
  return cards;
}

function nonceOf(exchange: Exchange): string {
  return IngestRequest.parse(JSON.parse(String(exchange.body))).nonce;
}

/** Suffers `act` the first `times`, and lets everything pass after that. */
function firstTimes(times: number, line: FaultProxy, act: Act): void {
  let left = times;
  line.on(INGEST_PATH, (exchange) => {
    left -= 1;
    if (left <= 0) line.on(INGEST_PATH);
    return act(exchange);
  });
}

/** Every one of `cards` was merged exactly once. */
function expectMergedOnce(cards: readonly string[]): void {
  const rows = readJournal(system.dataDir);
  const merged = scannedCards(rows).filter((card) => cards.includes(card));
  expect(merged.toSorted()).toEqual(cards.toSorted());
  expect(mergedTwice(rows)).toEqual([]);
}

describe("a line that fails", () => {
  it("[IN3] [FL1] merges nothing twice when the proxy is killed between its commit and its answer", async () => {
    const cards = newCards(3);
    await withKiosk(system, async ({ page, line }) => {
      line.on(INGEST_PATH, (exchange) => exchange.cut());
      for (const card of cards) await scanAndBeThanked(page(), card);
      firstTimes(1, line, async (exchange) => {
        await exchange.forward();
        await system.kill("SIGKILL");
        exchange.cut();
        await system.restart();
      });
      await system.emulator.arrived(cards);
      await depth(page(), 0);
      expectMergedOnce(cards);
    });
  });

  it("[IN3] [FL1] merges nothing twice when an answer is lost on its way", async () => {
    const cards = newCards(3);
    await withKiosk(system, async ({ page, line }) => {
      firstTimes(2, line, loseAnswer);
      for (const card of cards) await scan(page(), card);
      await system.emulator.arrived(cards);
      await depth(page(), 0);
      expectMergedOnce(cards);
    });
  });

  it("[FL1] keeps everything when a captive portal answers 200 with its own page", async () => {
    const cards = newCards(2);
    await withKiosk(system, async ({ page, line }) => {
      line.on(INGEST_PATH, captivePortal);
      for (const card of cards) await scanAndBeThanked(page(), card);
      await waitFor("two visits to the portal", () => line.seen(INGEST_PATH).length >= 2);
      expect((await stateOf(page())).depth).toBe(2);
      line.on(INGEST_PATH);
      await depth(page(), 0);
      expectMergedOnce(cards);
    });
  });

  it.each<[string, Act]>([
    ["half a header", (exchange) => exchange.writeRaw("HTTP/1.1 200 OK\r\ncontent-le")],
    [
      "half a body",
      async (exchange) => {
        const { body } = await exchange.forward();
        exchange.writeRaw(
          `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n` +
            body.subarray(0, body.length / 2).toString(),
        );
      },
    ],
    [
      "a receipt for another request",
      async (exchange) => {
        const answer = await exchange.forward();
        const body = String(answer.body).replace(nonceOf(exchange), crypto.randomUUID());
        exchange.answer({ ...answer, body: Buffer.from(body) });
      },
    ],
    ["an empty 200", refuse(200, { "content-type": "application/json" })],
  ])("[FL1] removes nothing on %s", async (_name, act) => {
    const [card] = newCards(1);
    await withKiosk(system, async ({ page, line }) => {
      line.on(INGEST_PATH, act);
      await scanAndBeThanked(page(), card!);
      await waitFor("two tries", () => line.seen(INGEST_PATH).length >= 2);
      expect((await stateOf(page())).depth).toBe(1);
      line.on(INGEST_PATH);
      await depth(page(), 0);
      expectMergedOnce([card!]);
    });
  });

  it("[FL7] merges nothing twice when Chromium sends one POST again by itself", async () => {
    const [warm, card] = newCards(2);
    await withKiosk(system, async ({ page, line }) => {
      // A first batch leaves a connection open for the next to go over.
      await scanAndBeThanked(page(), warm!);
      await takenIn(system.dataDir, [warm!]);
      await depth(page(), 0);
      let cuts = 0;
      line.on(INGEST_PATH, async (exchange) => {
        if (!exchange.onReusedConnection) line.on(INGEST_PATH);
        await exchange.forward();
        cuts += 1;
        exchange.cut();
      });
      await scanAndBeThanked(page(), card!);
      await takenIn(system.dataDir, [card!]);
      await depth(page(), 0);
      const nonces = line.seen(INGEST_PATH).map(nonceOf);
      expect(cuts).toBeGreaterThan(0);
      expect(new Set(nonces).size).toBeLessThan(nonces.length);
      expectMergedOnce([warm!, card!]);
    });
  });

  it("[FL3] honours a 503 with Retry-After", async () => {
    const [card, late] = newCards(2);
    await withKiosk(system, async ({ page, line }) => {
      firstTimes(1, line, refuse(503, { "retry-after": "4" }));
      await scan(page(), card!);
      await waitFor("the refusal", () => line.seen(INGEST_PATH).length === 1);
      // Another scan is no reason to ask sooner.
      await scanAndBeThanked(page(), late!);
      await takenIn(system.dataDir, [card!, late!]);
      await depth(page(), 0);
      const [refused, next] = line.seen(INGEST_PATH).map(({ atMs }) => atMs);
      expect(next! - refused!).toBeGreaterThanOrEqual(4_000);
      expectMergedOnce([card!, late!]);
    });
  });

  it("[FL6] loses nothing when batches are refused whole without naming anyone", async () => {
    const cards = newCards(4);
    await withKiosk(system, async ({ page, line }) => {
      line.on(INGEST_PATH, refuse(400, { "content-type": "application/problem+json" }, "{}"));
      for (const card of cards) await scanAndBeThanked(page(), card);
      await waitFor("several refusals", () => line.seen(INGEST_PATH).length >= 4);
      expect((await stateOf(page())).depth).toBe(4);
      line.on(INGEST_PATH);
      await depth(page(), 0, 120_000);
      expectMergedOnce(cards);
    });
  });
});

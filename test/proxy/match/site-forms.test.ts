import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, it, onTestFinished } from "vitest";
import { lookupForm } from "../../../src/proxy/match/site-forms.ts";
import { systemClock } from "../../../src/proxy/system-clock.ts";
import { memberCards } from "../../support/cards.ts";

const CARDS = memberCards(25);

/** The site's service: answers with what `idOf` gives, 404 without one, 500 for "down". */
async function aService(idOf: (card: string) => string | undefined) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const { card } = JSON.parse(Buffer.concat(chunks).toString()) as { readonly card: string };
      asked.push(card);
      const id = idOf(card);
      if (id === undefined) response.writeHead(404).end();
      else if (id === "down") response.writeHead(500).end();
      else response.end(JSON.stringify({ id }));
    });
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  onTestFinished(() => void server.close());
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/ids`);
  return {
    asked,
    settings: { mode: "lookup-url", url, isLoopback: true, token: undefined } as const,
  };
}

describe("ids of the site's service", () => {
  it("[MT2] are asked for within its budget; a card it does not know is nobody's", async () => {
    const { asked, settings } = await aService((card) =>
      card === CARDS[3] ? undefined : `site-${card}`,
    );
    const form = await lookupForm({ visitorIds: settings }, CARDS, systemClock, delay);
    const texts = CARDS.map((card) => (card === CARDS[3] ? undefined : `site-${card}`));
    expect(form).toEqual({ type: "tried", texts });
    expect(asked).toEqual(CARDS);
  });

  it("[MT2] are waited for as often as its budget says: that is no failure", async () => {
    const { settings } = await aService((card) => `site-${card}`);
    let nowMs = 0;
    const waits: number[] = [];
    const wait = async (delayMs: number) => {
      waits.push(delayMs);
      nowMs += 200; // Wakes too early, time and again.
    };
    const clock = { monoMs: () => nowMs };
    const form = await lookupForm({ visitorIds: settings }, CARDS, clock, wait);
    expect(form).toMatchObject({ type: "tried" });
    expect(waits).toEqual([1_000, 800, 600, 400, 200]);
  });

  it("[MT2] are not tried at all when the service fails, rather than for some cards only", async () => {
    const { asked, settings } = await aService((card) => (card === CARDS[2] ? "down" : "x"));
    const waits: number[] = [];
    const wait = async (delayMs: number) => void waits.push(delayMs);
    const form = await lookupForm({ visitorIds: settings }, CARDS, systemClock, wait);
    expect(form).toEqual({ type: "not-tried", why: expect.stringContaining("VISITOR_ID_LOOKUP") });
    expect(asked).toEqual([CARDS[0], CARDS[1], CARDS[2], CARDS[2], CARDS[2]]);
    expect(waits).toEqual([1_000, 1_000]);
  });
});

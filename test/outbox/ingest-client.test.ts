import { describe, expect, it } from "vitest";
import { createIngestClient } from "../../src/outbox/ingest-client.ts";
import { aDevice, anEntry, idOf, SEGMENT } from "../support/entries.ts";

const NONCE = "40ce40ce-0000-4000-8000-000000000000";
const accepted = { id: idOf(1), verdict: "accepted" };

async function sent(answer: () => Response | Promise<Response>, seen: RequestInit[] = []) {
  const client = createIngestClient({
    async fetch(_url, init) {
      seen.push(init);
      return answer();
    },
    clock: { wallMs: () => 0, monoMs: () => 0 },
    newNonce: () => NONCE,
  });
  const clock = { segment: SEGMENT, wallMs: 5, monoMs: 5 };
  const batch = { device: aDevice(), clock, entries: [anEntry(1)] };
  return client.send(batch, AbortSignal.timeout(60_000));
}

const receipt = (part: object = {}): Response =>
  Response.json({
    v: 1,
    nonce: NONCE,
    proxyTimeMs: 1,
    verdicts: [accepted],
    unreadable: [],
    ...part,
  });

describe("ingest client", () => {
  it("[FL7] makes the request anew at send and keeps credentials out of it", async () => {
    const seen: RequestInit[] = [];
    await sent(receipt, seen);
    expect(seen[0]).toMatchObject({ method: "POST", redirect: "error", credentials: "omit" });
    expect(seen[0]).not.toHaveProperty("keepalive");
    expect(JSON.parse(String(seen[0]!.body))).toMatchObject({ v: 1, nonce: NONCE });
  });

  it("[FL1] takes a receipt that parses and echoes the nonce", async () => {
    expect(await sent(receipt)).toMatchObject({ type: "receipt", verdicts: [accepted] });
  });

  it("[FL1] skips a verdict it does not know and reads the rest", async () => {
    const verdicts = [{ id: idOf(2), verdict: "archived" }, accepted];
    expect(await sent(() => receipt({ verdicts, since: "a newer proxy" }))).toMatchObject({
      type: "receipt",
      verdicts: [accepted],
    });
  });

  it.each([
    ["wrong-nonce", () => receipt({ nonce: "0ddc0ffe-0000-4000-8000-000000000000" })],
    ["not-a-receipt", () => Response.json({ ok: true })],
    ["not-a-receipt", () => new Response("{", { headers: { "content-type": "application/json" } })],
    [
      "not-json",
      () => new Response("<h1>Sign in</h1>", { headers: { "content-type": "text/html" } }),
    ],
    ["not-json", () => new Response("")],
    ["http-500", () => new Response("", { status: 500 })],
    ["http-409", () => new Response("", { status: 409 })],
    ["network", () => Promise.reject(new TypeError("Failed to fetch"))],
    ["timeout", () => Promise.reject(new DOMException("", "TimeoutError"))],
  ] as const)("[FL1] says %s of what is no receipt", async (reason, answer) => {
    expect(await sent(answer)).toEqual({ type: "unavailable", reason });
  });

  it("[FL3] reads Retry-After as seconds, or as a date by the far side's own clock", async () => {
    const status = (headers: Record<string, string>) => () =>
      new Response("", { status: 503, headers });
    expect(await sent(status({ "retry-after": "7" }))).toMatchObject({ retryAfterMs: 7_000 });
    expect(
      await sent(
        status({
          date: "Mon, 23 Nov 2026 10:00:00 GMT",
          "retry-after": "Mon, 23 Nov 2026 10:00:30 GMT",
        }),
      ),
    ).toMatchObject({ retryAfterMs: 30_000 });
    expect(await sent(status({ "retry-after": "soon" }))).not.toHaveProperty("retryAfterMs");
  });

  it.each([
    [401, "shut-out"],
    [403, "shut-out"],
    [400, "refused-whole"],
    [422, "refused-whole"],
    [413, "too-large"],
    [415, "unavailable"],
    [429, "unavailable"],
  ] as const)("[FL6] a %i is %s, and nobody's fault by name", async (status, type) => {
    expect((await sent(() => new Response("", { status }))).type).toBe(type);
  });
});

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { createIdService } from "../../../src/proxy/visitor-ids/id-service.ts";

type Handler = (card: string, reply: ServerResponse, request: IncomingMessage) => void;

async function aService(handle: Handler, sketch: { perSecond?: number; remembered?: number } = {}) {
  const asked: string[] = [];
  const server = createServer((request, reply) => {
    let body = "";
    request.on("data", (chunk) => (body += String(chunk)));
    request.on("end", () => {
      const { card } = JSON.parse(body);
      asked.push(card);
      handle(card, reply, request);
    });
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as AddressInfo;
  let nowMs = 0;
  const ids = createIdService({
    url: new URL(`http://127.0.0.1:${port}/ids?v=1`),
    isLoopback: true,
    token: "s3cret",
    monoMs: () => nowMs,
    timeoutMs: 1_000,
    ...sketch,
  });
  onTestFinished(async () => {
    await ids.close();
    server.closeAllConnections();
    server.close();
  });
  return {
    asked,
    later: (ms: number) => (nowMs += ms),
    ask: (value: string) => ids.idFor({ kind: "member", value }),
    ids,
  };
}

const json = (reply: ServerResponse, body: unknown, status = 200) =>
  void reply.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));

describe("ids from a service", () => {
  it("[ID3] asks with the card in the body alone, and remembers the answer for an hour", async () => {
    let seen: IncomingMessage | undefined;
    const { ask, asked, later } = await aService((card, reply, request) => {
      seen = request;
      json(reply, { id: `site-${card}` });
    });
    expect(await ask("21")).toEqual({
      type: "mapped",
      visitor: { kind: "member", value: "site-21" },
    });
    expect(seen).toMatchObject({ method: "POST", url: "/ids?v=1" });
    expect(seen?.headers["authorization"]).toBe("Bearer s3cret");
    await ask("21");
    expect(asked).toEqual(["21"]);
    later(3_600_000);
    await ask("21");
    expect(asked).toEqual(["21", "21"]);
  });

  it("[ID3] waits for a card the site does not know yet, and asks again", async () => {
    let known = false;
    const { ask } = await aService((_card, reply) =>
      known ? json(reply, { id: "site-1" }) : json(reply, {}, 404),
    );
    expect(await ask("21")).toEqual({ type: "unmapped" });
    known = true;
    expect(await ask("21")).toMatchObject({ type: "mapped" });
    const { ask: askNull } = await aService((_card, reply) => json(reply, { id: null }));
    expect(await askNull("21")).toEqual({ type: "unmapped" });
  });

  it.each([
    ["an error", (_: string, reply: ServerResponse) => json(reply, { id: "a" }, 500)],
    [
      "a redirect",
      (_: string, reply: ServerResponse) => void reply.writeHead(302, { location: "/b" }).end(),
    ],
    ["no JSON", (_: string, reply: ServerResponse) => void reply.end("<html>")],
    [
      "an id Target does not take",
      (_: string, reply: ServerResponse) => json(reply, { id: "a/b" }),
    ],
    ["an endless answer", (_: string, reply: ServerResponse) => void reply.end(" ".repeat(9_000))],
    ["a cut connection", (_: string, reply: ServerResponse) => void reply.destroy()],
    ["silence", () => {}],
  ])("[ID3] takes %s for nobody's fault and comes back", async (_, handle) => {
    const { ask, asked } = await aService(handle);
    expect(await ask("21")).toMatchObject({ type: "unavailable" });
    expect(asked).toEqual(["21"]);
  });

  it("[ID3] asks no more often than allowed, and remembers no more than allowed", async () => {
    const { ask, asked, later } = await aService((card, reply) => json(reply, { id: card }), {
      perSecond: 2,
      remembered: 1,
    });
    await ask("21");
    later(100);
    await ask("22");
    expect(await ask("23")).toEqual({ type: "unavailable", retryAfterMs: 900 });
    expect(await ask("22")).toMatchObject({ type: "mapped" });
    later(900);
    expect(await ask("21")).toMatchObject({ type: "mapped" });
    expect(asked).toEqual(["21", "22", "21"]);
  });

  it("[ID3] never asks about Target's own id of a browser", async () => {
    const { ids, asked } = await aService((card, reply) => json(reply, { id: card }));
    const visitor = { kind: "browser", value: "a-1" } as const;
    expect(await ids.idFor(visitor)).toEqual({ type: "mapped", visitor });
    expect(asked).toEqual([]);
  });

  it("[ID3] connects to no name that leads to a private address", async () => {
    const ids = createIdService({
      url: new URL("https://localhost:1/ids"),
      isLoopback: false,
      monoMs: () => 0,
    });
    onTestFinished(() => ids.close());
    expect(await ids.idFor({ kind: "member", value: "21" })).toMatchObject({ type: "unavailable" });
  });
});

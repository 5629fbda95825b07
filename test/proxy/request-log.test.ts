import { describe, expect, it } from "vitest";
import type { FastifyServerOptions } from "fastify";
import { INGEST_PATH } from "../../src/contract/ingest.ts";
import { safeName } from "../../src/proxy/request-log.ts";
import type { ObservedRequest } from "../../src/proxy/process-metrics.ts";
import { ADMIN_TOKEN, anAdminOf } from "../support/admin-routes.ts";
import { aListener } from "../support/listener.ts";
import { createRawKiosk } from "../support/raw-kiosk.ts";
import { waitFor } from "../support/wait.ts";

const CARD = "2912345678906";
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Keeps the lines a logger writes. */
function aLog(level = "info") {
  const lines: Record<string, unknown>[] = [];
  const stream = { write: (line: string) => void lines.push(JSON.parse(line)) };
  const options: FastifyServerOptions = { logger: { level, stream } };
  return { lines, options };
}

describe("the log of requests", () => {
  it("[OP7] has one line for each, by the name that the answer bears", async () => {
    const log = aLog();
    const listener = await aListener(log.options);
    const kiosk = await createRawKiosk(listener);
    log.lines.length = 0;
    kiosk.add(CARD);
    const answer = await kiosk.post(kiosk.request().body, {
      headers: { "x-request-id": "edge-7f3a.1" },
    });
    expect(answer.status).toBe(200);
    await waitFor("the line", () => log.lines.length > 0);
    const { ms, ...line } = log.lines[0]!;
    expect(line).toMatchObject({
      level: 30,
      reqId: answer.headers.get("x-request-id"),
      upstreamId: "edge-7f3a.1",
      listener: "kiosk",
      method: "POST",
      route: INGEST_PATH,
      status: 200,
      device: kiosk.device.deviceId,
    });
    expect(ms).toBeGreaterThan(0);
    expect(answer.headers.get("x-request-id")).toMatch(UUID);
    expect(log.lines).toHaveLength(1);
  });

  it("[OP7] names the request in every problem, on both listeners", async () => {
    const listener = await aListener();
    const admin = anAdminOf(listener);
    const asked = [
      listener.app.inject({ method: "POST", url: INGEST_PATH }),
      listener.app.inject("/nowhere"),
      admin.inject("/v1/overview"),
      admin.inject({ url: "/nowhere", headers: { authorization: `Bearer ${ADMIN_TOKEN}` } }),
    ];
    const names = new Set<unknown>();
    for (const answer of await Promise.all(asked)) {
      const problem = answer.json();
      expect(problem.requestId).toMatch(UUID);
      expect(answer.headers["x-request-id"]).toBe(problem.requestId);
      names.add(problem.requestId);
    }
    expect(names.size).toBe(asked.length);
  });

  it("[OP7] [PV2] holds no address, query, header or body, at any level", async () => {
    const log = aLog("trace");
    const listener = await aListener(log.options);
    const headers = {
      "x-request-id": CARD,
      "user-agent": CARD,
      "content-type": "application/json",
    };
    const payload = JSON.stringify({ card: CARD });
    for (const url of [`/${CARD}`, `/v1/updates?card=${CARD}`, INGEST_PATH, `/v1/${CARD}/x`]) {
      const answer = await listener.app.inject({ method: "POST", url, headers, payload });
      expect(answer.headers["x-request-id"]).toMatch(UUID);
      expect(answer.body).not.toContain(CARD);
    }
    expect(log.lines.filter(({ msg }) => msg === "answered")).toHaveLength(4);
    expect(JSON.stringify(log.lines)).not.toContain(CARD);
  });

  it("[OP7] is quiet below info", async () => {
    const log = aLog("warn");
    const listener = await aListener(log.options);
    await listener.app.inject("/readyz");
    expect(log.lines).toEqual([]);
  });

  it("[OP6] tells the metrics the route, never the address", async () => {
    const seen: ObservedRequest[] = [];
    const observeRequest = (request: ObservedRequest) => void seen.push(request);
    const listener = await aListener({}, {}, undefined, { observeRequest });
    await listener.app.inject(`/${CARD}`);
    await listener.app.inject("/readyz");
    expect(seen.map(({ route, status, listener: at }) => [at, route, status])).toEqual([
      ["kiosk", "none", 404],
      ["kiosk", "/readyz", 200],
    ]);
  });
});

describe("a terminator's name of a request", () => {
  it.each([
    "edge-7f3a.1",
    "0af7651916cd43dd8448eb211c80319c",
    "6f1c2f3e-0b1d-4c43-9c57-2f5f3c1d9a10",
    "12345678-1234-4c43-9c57-123456789012",
  ])("[OP7] is taken where it is a short token: %s", (name) => {
    expect(safeName(name)).toBe(name);
  });

  it.each([
    CARD,
    `x${CARD}`,
    "29123456",
    "00000000000000000000000000000000",
    "a b",
    "a\u0000b",
    "ñ",
    "x".repeat(65),
    "",
    undefined,
    ["a", "b"],
  ])("[OP7] [PV2] is not taken where it may be anything else: %j", (name) => {
    expect(safeName(name)).toBeUndefined();
  });
});

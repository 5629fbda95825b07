import { randomUUID } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { FastifyInstance } from "fastify";
import { describe, expect, it } from "vitest";
import { Role } from "../../../src/contract/admin.ts";
import { HEARTBEAT_PATH } from "../../../src/contract/heartbeat.ts";
import { OPENAPI_PATH } from "../../../src/contract/openapi.ts";
import { openTokenStore, type TokenStore } from "../../../src/proxy/admin/token-file.ts";
import { ADMIN_TOKEN, adminRoutes, anAdminOf } from "../../support/admin-routes.ts";
import { memberCards } from "../../support/cards.ts";
import { aListener } from "../../support/listener.ts";
import {
  answerSchema,
  operationsIn,
  type ServedDocument,
  type ServedOperation,
} from "../../support/open-api.ts";
import { createRawKiosk } from "../../support/raw-kiosk.ts";
import { aFolder } from "../../support/store-files.ts";
import { aHealth, aHeartbeat, someTroubles } from "../../support/store-builders.ts";

/** A folder as the build leaves it, as far as the routes go. */
function aKioskDir(): string {
  const folder = path.join(aFolder(), "kiosk");
  mkdirSync(folder);
  writeFileSync(path.join(folder, "index.html"), "<!doctype html>");
  return folder;
}

async function bothListeners() {
  const listener = await aListener({}, {}, undefined, { kioskDir: aKioskDir() });
  const namedTokens = openTokenStore(aFolder());
  return { ...listener, namedTokens, admin: anAdminOf({ ...listener, namedTokens }) };
}

async function served(app: FastifyInstance, token?: string): Promise<ServedDocument> {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const answer = await app.inject({ url: OPENAPI_PATH, headers });
  expect(answer.headers["content-type"]).toBe("application/json; charset=utf-8");
  return answer.json();
}

/** What a listener mounts, as OpenAPI writes it; HEAD goes with GET. */
async function mountedIn(app: FastifyInstance): Promise<readonly string[]> {
  const routes = await adminRoutes(app, ":");
  return routes
    .filter(({ method }) => method !== "HEAD")
    .map(
      ({ method, path: at }) =>
        `${method} ${at.replaceAll(/:(\w+)/g, "{$1}").replace(/^\/?\*/, "/{file}")}`,
    )
    .toSorted();
}

describe("the OpenAPI descriptions", () => {
  it("[OP5] name every route of each listener, and nothing else", async () => {
    const { app, admin } = await bothListeners();
    for (const [instance, token] of [
      [app, undefined],
      [admin, ADMIN_TOKEN],
    ] as const) {
      const document = await served(instance, token);
      expect(document.openapi).toBe("3.1.0");
      const named = operationsIn(document).map(({ name }) => name);
      expect(named.toSorted()).toEqual(await mountedIn(instance));
    }
  });

  it("[OP5] [AD1] say of each role what it may, as it is", async () => {
    const { admin, namedTokens } = await bothListeners();
    const document = await served(admin, ADMIN_TOKEN);
    for (const role of Role.options) {
      const token = tokenFor(namedTokens, role);
      for (const { name, method, path: at, operation } of operationsIn(document)) {
        const roles = operation["x-roles"];
        if (roles === undefined || name === "DELETE /v1/session") continue;
        const url = at.replaceAll(/\{\w+\}/g, "nobody");
        const answer = await admin.inject({
          method: method as "GET" | "POST" | "DELETE",
          url,
          headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
          ...(method === "POST" ? { payload: "{}" } : {}),
        });
        const isForbidden = answer.statusCode === 403 && answer.json().code === "forbidden";
        expect(isForbidden, `${role} ${name} ${answer.statusCode}`).toBe(!roles.includes(role));
      }
    }
  });

  it("[OP5] hold no reference that leads nowhere", async () => {
    const { app, admin } = await bothListeners();
    for (const document of [await served(app), await served(admin, ADMIN_TOKEN)]) {
      const names = [...JSON.stringify(document).matchAll(/#\/components\/schemas\/(\w+)/g)];
      expect(names.length).toBeGreaterThan(5);
      for (const [, name] of names)
        expect(Object.keys(document.components.schemas)).toContain(name);
    }
  });
});

function tokenFor(tokens: TokenStore, role: Role): string {
  const added = tokens.add(`a-${role}`, role, 1, role === "store" ? "store-1" : undefined);
  if (!added.ok) throw new Error(added.error);
  return added.value;
}

const CARD = memberCards(1, 77_000)[0]!;
const VISITOR = { kind: "member", value: CARD };

/** Both listeners of a proxy that has a kiosk, a visitor and a dead letter. */
async function aUsedProxy() {
  const both = await bothListeners();
  const { store, clock } = both;
  const kiosk = await createRawKiosk(both);
  for (const text of ["gift", "self"]) kiosk.add(CARD, { name: "visitReason", text });
  await kiosk.send();
  const heartbeat = aHeartbeat({
    device: kiosk.device,
    atMs: Date.now(),
    health: aHealth({ camera: "lost", troubles: someTroubles() }),
  });
  const sent = await kiosk.fetch(HEARTBEAT_PATH, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(heartbeat),
    nonce: heartbeat.nonce,
  });
  expect(sent.status).toBe(200);
  const [nowMs, charge] = [clock.wallMs() + 1, { ledgerMs: 0, maxCallMs: 1, allowed: 9 }];
  const { claims } = await store.claim({ ...charge, nowMs, leaseMs: 1, limit: 1 });
  await store.settle(claims[0]!, { type: "refused", reason: "no", atMs: nowMs });
  return { ...both, kiosk };
}

/** By operation, the status that a request of this kind is answered with. */
const CASES: readonly (readonly [name: string, status: number, body?: unknown, at?: string])[] = [
  ["GET /healthz", 200],
  ["GET /v1/session", 200],
  ["POST /v1/session", 200, { token: ADMIN_TOKEN }],
  ["POST /v1/session", 401, { token: "wrong" }],
  ["POST /v1/tokens", 201, { name: "maria", role: "viewer" }],
  ["POST /v1/tokens", 400, { name: "Maria", role: "viewer" }],
  ["GET /v1/tokens", 200],
  ["GET /v1/overview", 200],
  ["GET /v1/kiosks", 200],
  ["GET /v1/allowance", 200],
  ["GET /v1/match-rate", 200],
  ["GET /v1/match-rate", 400, undefined, "/v1/match-rate?days=31"],
  ["GET /v1/outcomes", 200],
  ["GET /v1/dead-letters", 200],
  ["GET /v1/incidents", 200],
  ["POST /v1/journeys", 200, { visitor: VISITOR }],
  ["POST /v1/journeys", 400, { visitor: VISITOR, limit: 0 }],
  ["GET /v1/audit", 200],
  ["GET /v1/forwarding", 200],
  ["POST /v1/forwarding/pause", 200, { reason: "a test" }],
  ["POST /v1/forwarding/pause", 400, { reason: 1 }],
  ["POST /v1/forwarding/resume", 200],
  ["GET /v1/dead-letters/redrive", 200],
  ["POST /v1/dead-letters/redrive", 200, {}],
  ["POST /v1/pairings", 201, { storeId: "madrid-1", kioskId: "door" }],
  ["GET /v1/devices", 200],
  ["POST /v1/devices/{deviceId}/write-off", 409],
  ["GET /v1/held", 200],
  ["POST /v1/held/{deviceId}/release", 404],
  ["POST /v1/privacy/receipts", 200, VISITOR],
  ["GET /v1/receipts", 200],
  ["GET /v1/texts/{hash}", 404],
  ["GET /v1/keys", 200],
  ["POST /v1/keys/sealing/{kid}/retire", 404],
  ["POST /v1/backup", 200],
  ["POST /v1/privacy/withdrawals", 200, VISITOR],
  ["POST /v1/imports", 400, {}],
];

describe("what the listeners really answer", () => {
  it("[OP5] is as described, to people", async () => {
    const { admin, kiosk } = await aUsedProxy();
    const document = await served(admin, ADMIN_TOKEN);
    const operations = operationsIn(document);
    for (const [name, status, body, at] of CASES) {
      const { operation, method, path: described } = operations.find((each) => each.name === name)!;
      const answer = await admin.inject({
        method: method as "GET" | "POST",
        url: at ?? described.replaceAll(/\{\w+\}/g, kiosk.device.deviceId),
        headers: { authorization: `Bearer ${ADMIN_TOKEN}`, "content-type": "application/json" },
        ...(method === "POST" ? { payload: JSON.stringify(body ?? {}) } : {}),
      });
      expect([name, answer.statusCode]).toEqual([name, status]);
      expectAsDescribed(document, operation, { status, json: answer.json() });
    }
  });

  it("[OP5] is as described, to kiosks", async () => {
    const { app, url, kiosk } = await aUsedProxy();
    const document = await served(app);
    const own = (name: string) =>
      operationsIn(document).find((each) => each.name === name)!.operation;
    const nonce = randomUUID();
    const repeated = kiosk.request().body;
    kiosk.add(CARD);
    const sent: [string, Promise<Response>][] = [
      ["GET /readyz", fetch(`${url}/readyz`)],
      ["GET /v1/sealing-key", fetch(`${url}/v1/sealing-key`)],
      ["GET /v1/config", kiosk.fetch("/v1/config", { method: "GET" })],
      ["GET /v1/device", kiosk.fetch("/v1/device", { method: "GET" })],
      ["GET /v1/device", fetch(`${url}/v1/device`)],
      ["POST /v1/updates", kiosk.post(repeated)],
      ["POST /v1/updates", kiosk.post(JSON.stringify({ v: 1, nonce, device: kiosk.device }))],
      ["POST /v1/updates", kiosk.post(kiosk.request().body)],
    ];
    const statuses: number[] = [];
    for (const [name, sending] of sent) {
      const answer = await sending;
      statuses.push(answer.status);
      expectAsDescribed(document, own(name), { status: answer.status, json: await answer.json() });
    }
    expect(statuses).toEqual([200, 200, 200, 200, 401, 400, 400, 200]);
  });

  it("[OP5] would be refused by its schema, were a field of another kind or not described", async () => {
    const { admin } = await bothListeners();
    const document = await served(admin, ADMIN_TOKEN);
    const { operation } = operationsIn(document).find(({ name }) => name === "GET /v1/outcomes")!;
    const schema = answerSchema(document, operation, 200);
    const outcomes = { applied: 1, waiting: 0, unknown: 0, refused: 0 };
    expect(schema.safeParse(outcomes).success).toBe(true);
    expect(schema.safeParse({ ...outcomes, applied: "1" }).success).toBe(false);
    expect(schema.safeParse({ ...outcomes, more: 1 }).success).toBe(false);
  });
});

function expectAsDescribed(
  document: ServedDocument,
  operation: ServedOperation,
  { status, json }: { readonly status: number; readonly json: unknown },
): void {
  const parsed = answerSchema(document, operation, status).safeParse(json);
  expect(parsed.error?.issues ?? []).toEqual([]);
}

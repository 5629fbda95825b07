import { randomUUID } from "node:crypto";
import { expect, it } from "vitest";
import { AUDIT_PATH } from "../../../src/contract/admin.ts";
import {
  HELP_CALLS_PATH,
  HELP_PATH,
  HelpCalls,
  HelpReceipt,
  type HelpRequest,
} from "../../../src/contract/help-call.ts";
import { openTokenStore } from "../../../src/proxy/admin/token-file.ts";
import { createMetrics } from "../../../src/proxy/metrics.ts";
import { createProcessMetrics } from "../../../src/proxy/process-metrics.ts";
import { ADMIN_TOKEN, anAdminOf } from "../../support/admin-routes.ts";
import { pairAs, signedFetchTo } from "../../support/devices.ts";
import { aListener } from "../../support/listener.ts";
import { seriesIn, valueOf } from "../../support/prometheus.ts";
import { anId } from "../../support/store-builders.ts";
import { aFolder } from "../../support/store-files.ts";

/** A kiosk that is paired with a listener, and the admin side of the same proxy. */
async function aShop(storeId = "store-1") {
  const listener = await aListener();
  const { url, clock, desk, store } = listener;
  const send = (path: string, init: RequestInit) => fetch(url + path, init);
  const code = await desk.pairingCode({ storeId, kioskId: "till-2" });
  const signed = signedFetchTo(url, await pairAs(code, send, clock), clock);
  const namedTokens = openTokenStore(aFolder());
  const admin = anAdminOf({ ...listener, namedTokens });
  const say = async (sketch: Partial<HelpRequest> = {}) => {
    const request: HelpRequest = {
      v: 1,
      nonce: randomUUID(),
      callId: anId(1),
      word: "calling",
      reason: "card",
      waitedMs: 0,
      ...sketch,
    };
    const answer = await signed(HELP_PATH, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(request),
      nonce: request.nonce,
    });
    return { status: answer.status, body: await answer.json(), request };
  };
  const tokenOf = (name: string, role: "viewer" | "store", of?: string) => {
    const added = namedTokens.add(name, role, 1, of);
    if (!added.ok) throw new Error(added.error);
    return added.value;
  };
  const ask = (method: "GET" | "POST", path: string, token = ADMIN_TOKEN) =>
    admin.inject({ method, url: path, headers: { authorization: `Bearer ${token}` } });
  return { store, clock, signed, say, tokenOf, ask };
}

it("[HC1] [HC6] is kept before its receipt, which names it; answered by an operator, its kiosk is told", async () => {
  const { clock, say, ask } = await aShop();
  clock.advance(1_000);
  const { status, body, request } = await say({ waitedMs: 250 });
  expect(status).toBe(200);
  const { nonce, callId } = request;
  expect(HelpReceipt.parse(body)).toEqual({
    v: 1,
    nonce,
    callId,
    state: "open",
    proxyTimeMs: clock.wallMs(),
  });
  const listed = HelpCalls.parse((await ask("GET", HELP_CALLS_PATH)).json());
  expect(listed.calls).toMatchObject([
    { callId, storeId: "store-1", kioskId: "till-2", reason: "card", calledMs: listed.atMs - 250 },
  ]);
  const answer = await ask("POST", `${HELP_CALLS_PATH}/${callId}/answer`);
  expect(answer.json()).toEqual({ callId, answeredMs: clock.wallMs() });
  expect((await say()).body).toMatchObject({ state: "answered" });
  const { acts } = (await ask("GET", AUDIT_PATH)).json();
  expect(acts).toMatchObject([
    { who: "admin", what: "help-answer store-1 till-2", outcome: "done" },
  ]);
});

it("[HC3] [AD4] is seen and answered by its own store's people, not by another's, and by no viewer", async () => {
  const { say, tokenOf, ask } = await aShop();
  const [own, other] = [tokenOf("own", "store", "store-1"), tokenOf("other", "store", "store-2")];
  await say();
  const path = `${HELP_CALLS_PATH}/${anId(1)}/answer`;
  expect((await ask("POST", path, tokenOf("looks", "viewer"))).statusCode).toBe(403);
  expect((await ask("GET", HELP_CALLS_PATH, other)).json().calls).toEqual([]);
  const refused = await ask("POST", path, other);
  expect(refused.json()).toMatchObject({ status: 404, detail: "Nobody waits there any more." });
  expect((await ask("GET", HELP_CALLS_PATH, own)).json().calls).toHaveLength(1);
  expect((await ask("POST", path, own)).statusCode).toBe(200);
});

it("[HC4] [KL2] is refused with when to come again where a kiosk floods with new ones; others are heard", async () => {
  const { clock, say, ask } = await aShop();
  for (let n = 1; n <= 6; n += 1) expect((await say({ callId: anId(n) })).status).toBe(200);
  const seventh = await say({ callId: anId(7) });
  expect(seventh).toMatchObject({ status: 429, body: { code: "too-many-requests" } });
  expect((await ask("GET", HELP_CALLS_PATH)).json().calls).toMatchObject([{ callId: anId(6) }]);
  clock.advance(600_001);
  expect((await say({ callId: anId(7) })).status).toBe(200);
});

it("[HC6] [AU1] [HI1] is taken signed, under its own nonce, and with the words of the contract alone", async () => {
  const { signed, say, ask } = await aShop();
  const bad = [
    { card: "2912345678906" },
    { reason: "2912345678906" },
    { callId: "2912345678906" },
    { waitedMs: -1 },
    { word: "answered" },
  ];
  for (const each of bad) {
    const { status, body } = await say(each as Partial<HelpRequest>);
    expect([each, status, body.code]).toEqual([each, 400, "invalid-body"]);
    expect(JSON.stringify(body)).not.toContain("2912345678906");
  }
  const { request } = await say({ word: "left", callId: anId(9) });
  const under = { method: "POST", nonce: randomUUID(), body: JSON.stringify(request) } as const;
  const headers = { "content-type": "application/json" };
  const other = await signed(HELP_PATH, { ...under, headers });
  expect(other.status).toBeGreaterThanOrEqual(400);
  expect((await ask("GET", HELP_CALLS_PATH)).json().calls).toEqual([]);
});

it("[HC6] [HC7] tells the metrics how many wait, how long, and how calls ended", async () => {
  const { store, clock, say } = await aShop();
  const metrics = createMetrics({
    figures: () => store.figures(clock.wallMs(), 0),
    allowed: 9,
    ownMetrics: createProcessMetrics(aFolder()),
  });
  const value = async (name: string) => valueOf(seriesIn(await metrics()), name);
  expect(await value("tarjeta_help_calls_open")).toBe(0);
  expect(await value("tarjeta_help_oldest_open_seconds")).toBe(0);
  await say({ waitedMs: 2_000 });
  clock.advance(40_000);
  expect(await value("tarjeta_help_calls_open")).toBe(1);
  expect(await value("tarjeta_help_oldest_open_seconds")).toBe(42);
  await say({ word: "here" });
  expect(await value("tarjeta_help_calls_open")).toBe(0);
  expect(await value("tarjeta_help_wait_mean_seconds_24h")).toBe(42);
  const ended = seriesIn(await metrics()).filter(({ name }) => name === "tarjeta_help_calls_24h");
  expect(ended.map(({ labels, value }) => [labels["end"], value])).toEqual([
    ["answered", 0],
    ["here", 1],
    ["left", 0],
    ["replaced", 0],
    ["unanswered", 0],
  ]);
});

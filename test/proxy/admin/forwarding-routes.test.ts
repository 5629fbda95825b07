import { beforeEach, describe, expect, it } from "vitest";
import { AUDIT_PATH, DEAD_LETTERS_PATH } from "../../../src/contract/admin.ts";
import { REDRIVE_PATH, RedriveProgress } from "../../../src/contract/dead-letters.ts";
import { FORWARDING_PATH, ForwardingState } from "../../../src/contract/forwarding.ts";
import type { Store } from "../../../src/proxy/store/store.ts";
import { ADMIN_TOKEN, anAdminOf } from "../../support/admin-routes.ts";
import { aPairingDesk } from "../../support/devices.ts";
import { aMovableClock } from "../../support/movable-clock.ts";
import { aBatch, anUpdate, MINUTE, NOW } from "../../support/store-builders.ts";
import { aMemoryStore } from "../../support/store-files.ts";

let store: Store;
let admin: ReturnType<typeof anAdminOf>;

beforeEach(async () => {
  store = await aMemoryStore();
  const clock = aMovableClock();
  admin = anAdminOf({ store, clock, desk: await aPairingDesk(store, clock) });
});

const authorization = `Bearer ${ADMIN_TOKEN}`;

const get = (url: string) => admin.inject({ url, headers: { authorization } });

function post(url: string, body?: unknown) {
  const headers = { authorization, "content-type": "application/json" };
  return body === undefined
    ? admin.inject({ method: "POST", url, headers: { authorization } })
    : admin.inject({ method: "POST", url, headers, payload: JSON.stringify(body) });
}

const acts = async () =>
  (await get(AUDIT_PATH)).json().acts.map(({ what }: { what: string }) => what);

const ASK = { nowMs: NOW, ledgerMs: 0, maxCallMs: 1, allowed: 9, leaseMs: MINUTE, limit: 9 };

describe("forwarding", () => {
  it("[FT2] is paused and resumed by an operator, who and why and when, written down", async () => {
    await store.ingest(aBatch([anUpdate()]));
    const running = await get(FORWARDING_PATH);
    expect(ForwardingState.parse(running.json())).toMatchObject({ state: "running" });
    const paused = await post(`${FORWARDING_PATH}/pause`, { reason: "Target's release, CHG-12" });
    expect(ForwardingState.parse(paused.json())).toMatchObject({
      state: "paused",
      pause: { who: "admin", reason: "Target's release, CHG-12", sinceMs: expect.any(Number) },
    });
    expect((await store.claim(ASK)).claims).toEqual([]);
    const resumed = await post(`${FORWARDING_PATH}/resume`);
    expect(resumed.json()).toMatchObject({ state: "running" });
    expect((await store.claim(ASK)).claims).toHaveLength(1);
    expect(await acts()).toEqual([
      "forwarding-resume",
      "forwarding-pause Target's release, CHG-12",
    ]);
  });

  it("[FT2] is paused without a word too, and a word that might hold a card is refused by its field", async () => {
    expect((await post(`${FORWARDING_PATH}/pause`)).json()).toMatchObject({ state: "paused" });
    await post(`${FORWARDING_PATH}/resume`, {});
    for (const reason of [
      "card 2912345678906",
      "2912 3456 789",
      "two\nlines",
      "x".repeat(201),
      7,
    ]) {
      const refused = await post(`${FORWARDING_PATH}/pause`, { reason });
      expect([refused.statusCode, refused.json().code]).toEqual([400, "invalid-body"]);
      expect(refused.json().detail).toMatch(/^reason: /);
    }
    expect((await post(`${FORWARDING_PATH}/pause`, { why: "x" })).statusCode).toBe(400);
    expect((await get(FORWARDING_PATH)).json()).toMatchObject({ state: "running" });
  });
});

describe("dead letters", () => {
  async function oneDead(): Promise<string> {
    await store.ingest(aBatch([anUpdate()]));
    const [claim] = (await store.claim(ASK)).claims;
    await store.settle(claim!, { type: "refused", class: "profile-full", reason: "no", atMs: NOW });
    const [letter] = (await get(DEAD_LETTERS_PATH)).json().deadLetters;
    expect(letter).toMatchObject({ class: "profile-full", reason: "no" });
    return letter.visitor;
  }

  it("[FT3] are redriven by an operator by class or by name, and it is written down", async () => {
    const id = await oneDead();
    expect((await get(REDRIVE_PATH)).json()).toEqual({ state: "none", redriven: 0, of: 0 });
    const none = await post(REDRIVE_PATH, { class: "refused", limit: 5 });
    expect(none.json()).toMatchObject({ state: "done", redriven: 0, of: 0 });
    const done = await post(REDRIVE_PATH, { class: "profile-full" });
    expect(done.statusCode).toBe(200);
    expect(RedriveProgress.parse(done.json())).toMatchObject({ redriven: 1, of: 1 });
    expect((await get(REDRIVE_PATH)).json()).toEqual(done.json());
    expect((await get(DEAD_LETTERS_PATH)).json()).toEqual({ deadLetters: [] });
    expect((await post(REDRIVE_PATH, { id })).json()).toMatchObject({ code: "not-found" });

    const [claim] = (await store.claim({ ...ASK, nowMs: NOW + MINUTE })).claims;
    await store.settle(claim!, { type: "refused", reason: "no", atMs: NOW });
    expect((await post(REDRIVE_PATH, { id })).json()).toMatchObject({ state: "done", redriven: 1 });
    expect(await acts()).toEqual([
      `redrive ${id}`,
      `redrive ${id}`,
      "redrive profile-full",
      "redrive refused, at most 5",
    ]);
  });

  it("[FT3] are redriven by nothing that is not asked for exactly", async () => {
    const id = await oneDead();
    for (const [wish, detail] of [
      [{ id, limit: 1 }, /^id: give it alone/],
      [{ id: "2912345678906" }, /^id: must be a dead letter's visitor/],
      [{ class: "mine" }, /^class: /],
      [{ limit: 0 }, /^limit: /],
      [{ all: true }, /^body: has a field that is not known/],
      [undefined, /^body: /],
    ] as const) {
      const refused = await post(REDRIVE_PATH, wish);
      expect([refused.statusCode, refused.json().code]).toEqual([400, "invalid-body"]);
      expect(refused.json().detail).toMatch(detail);
    }
    expect(await store.deadLettersByClass()).toEqual({ "profile-full": 1 });
  });
});

import type { FastifyInstance } from "fastify";
import { describe, expect, it } from "vitest";
import { AUDIT_PATH, Incidents, OUTCOMES_PATH } from "../../../src/contract/admin.ts";
import { Allowance, ALLOWANCE_PATH, ALLOWANCE_STEP_MS } from "../../../src/contract/allowance.ts";
import { Journey, JOURNEYS_PATH } from "../../../src/contract/journey.ts";
import { KIOSKS_PATH, KioskStates } from "../../../src/contract/kiosk-state.ts";
import { MATCH_RATE_PATH, MatchRate } from "../../../src/contract/match-rate.ts";
import { Overview, OVERVIEW_PATH, type ChainOverview } from "../../../src/contract/overview.ts";
import { allowanceSteps } from "../../../src/proxy/admin/allowance-steps.ts";
import { openTokenStore } from "../../../src/proxy/admin/token-file.ts";
import { createMetrics } from "../../../src/proxy/metrics.ts";
import { createProcessMetrics } from "../../../src/proxy/process-metrics.ts";
import type { Store } from "../../../src/proxy/store/store.ts";
import { ADMIN_TOKEN, anAdminOf } from "../../support/admin-routes.ts";
import { aPairingDesk } from "../../support/devices.ts";
import { ASK, scan, settle } from "../../support/look-steps.ts";
import { aMovableClock } from "../../support/movable-clock.ts";
import { seriesIn, valueOf } from "../../support/prometheus.ts";
import { aFolder, aMemoryStore } from "../../support/store-files.ts";
import {
  aBatch,
  aDevice,
  aHealth,
  aHeartbeat,
  anId,
  anUpdate,
  aWitness,
  DAY,
  MINUTE,
  NOW,
  someTroubles,
} from "../../support/store-builders.ts";

const HOUR = 60 * MINUTE;

/** What `anAdminOf` allows. */
const ALLOWED = 1_000;

async function anAdmin() {
  const store = await aMemoryStore();
  const clock = aMovableClock(NOW);
  const desk = await aPairingDesk(store, clock);
  const tokens = openTokenStore(aFolder());
  const admin = anAdminOf({ store, clock, desk, namedTokens: tokens });
  const tokenOf = (role: Parameters<typeof tokens.add>[1], storeId?: string) => {
    const added = tokens.add(`a-${role}`, role, 1, storeId);
    if (!added.ok) throw new Error(added.error);
    return added.value;
  };
  return { store, clock, admin, tokenOf };
}

async function ask(admin: FastifyInstance, url: string, token = ADMIN_TOKEN): Promise<unknown> {
  const answer = await admin.inject({ url, headers: { authorization: `Bearer ${token}` } });
  expect(answer.statusCode, answer.body).toBe(200);
  return answer.json();
}

function tell(admin: FastifyInstance, body: unknown, token = ADMIN_TOKEN) {
  return admin.inject({
    method: "POST",
    url: JOURNEYS_PATH,
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    payload: JSON.stringify(body),
  });
}

/** Three kiosks, of which one lost something and one is silent and owes; visitors in three states. */
async function live(store: Store): Promise<void> {
  const beats = [
    { number: 3, atMs: NOW - 9 * MINUTE, witness: { lastSeq: 3, owed: [[1, 3]] as const } },
    { number: 2, atMs: NOW, witness: { lastSeq: 2 } },
    { number: 1, atMs: NOW, witness: {} },
  ];
  for (const { number, atMs, witness } of beats) {
    const witnesses = [
      aWitness({ epoch: anId(number), ...witness, owed: [...(witness.owed ?? [])] }),
    ];
    await store.heartbeat(aHeartbeat({ device: aDevice(number), witnesses, atMs }), atMs);
  }
  for (const [index, atMs] of [NOW - 30 * HOUR, NOW - 2 * HOUR, NOW - MINUTE].entries()) {
    await scan(store, { a: "1" }, { card: `2${index}`, atMs, receiptMs: NOW });
  }
  const { claims } = await store.claim({ ...ASK, limit: 2, ledgerMs: 0 });
  const [refused, delivered] = claims;
  await settle(store, refused!, { type: "refused", reason: "no", atMs: NOW });
  const { version } = delivered!;
  await settle(store, delivered!, { type: "delivered", version, atMs: NOW, nextDueAtMs: NOW });
  const answered = anUpdate({
    seq: 90,
    card: "29",
    atMs: NOW - MINUTE,
    attributes: { why: "gift" },
  });
  const update = { ...answered.update, occasion: "answer" as const };
  const device = aDevice(2);
  await store.ingest(aBatch([{ ...answered, update }], { device }));
}

describe("the overview", () => {
  it("[OP1] tells no number that the metrics do not tell too", async () => {
    const { store, clock, admin } = await anAdmin();
    await live(store);
    const metrics = createMetrics({
      figures: () => store.figures(clock.wallMs(), 0),
      allowed: ALLOWED,
      ownMetrics: createProcessMetrics(aFolder()),
    });
    const series = seriesIn(await metrics());
    const metric = (name: string, labels = {}) => valueOf(series, `tarjeta_${name}`, labels);
    const overview = Overview.parse(await ask(admin, OVERVIEW_PATH));

    expect(overview.scans).toEqual({ applied: 1, waiting: 1, unknown: 0, refused: 1 });
    for (const fate of ["applied", "waiting", "unknown", "refused"] as const) {
      const sum = (slots: Overview["days"]) => slots.reduce((all, slot) => all + slot[fate], 0);
      expect(overview.scans[fate], fate).toBe(metric("scans_7d", { fate }));
      expect(sum(overview.days), fate).toBe(metric("scans_7d", { fate }));
      expect(sum(overview.hours), fate).toBe(metric("scans_24h", { fate }));
    }
    expect(overview.days).toHaveLength(7);
    expect(overview.hours).toHaveLength(24);
    const { kiosks, incidents } = overview;
    expect([kiosks.known, kiosks.silent, kiosks.owed]).toEqual([3, 1, 3]);
    expect([kiosks.known, kiosks.silent]).toEqual([metric("kiosks"), metric("kiosks_silent")]);
    for (const kiosk of kiosks.list) {
      const labels = { device: kiosk.deviceId };
      expect(kiosk.owed).toBe(metric("kiosk_owed_updates", labels));
      expect(kiosk.lastSeenMs / 1_000).toBe(metric("kiosk_last_seen_timestamp_seconds", labels));
      expect(kiosk.clockOffsetMs! / 1_000).toBe(metric("kiosk_clock_offset_seconds", labels));
      expect(kiosk.storagePersisted ? 1 : 0).toBe(metric("kiosk_storage_persisted", labels));
      expect(metric("kiosk_info", { ...labels, version: kiosk.appVersion })).toBe(1);
    }
    expect(kiosks.list.map(({ isSilent }) => isSilent)).toEqual([true, false, false]);
    expect(incidents.open).toBe(metric("incidents_open"));
    expect(incidents.open).toBe(1);
    expect(metric("incidents_open_by_type", { type: "updates-lost" })).toBe(1);
    expectSameChain(overview.chain!, overview.atMs, metric);
  });

  it("[OP1] [BI8] counts the kiosks that take no cards as the metrics do, and lists them first", async () => {
    const { store, clock, admin } = await anAdmin();
    await live(store);
    const beats = [
      [4, { troubles: someTroubles() }],
      [5, { troubles: someTroubles({ outOfService: { why: "full", forMs: 1 } }) }],
      [6, { troubles: { v: 1, starts: 1 } }],
      [7, {}],
    ] as const;
    for (const [number, sketch] of beats) {
      const witnesses = [aWitness({ epoch: anId(number), lastSeq: 9, owed: [[1, 9]] })];
      const owes = number > 5 ? { witnesses } : {};
      const health = aHealth(sketch);
      await store.heartbeat(aHeartbeat({ device: aDevice(number), health, ...owes }), NOW);
    }
    const series = seriesIn(
      await createMetrics({
        figures: () => store.figures(clock.wallMs(), 0),
        allowed: ALLOWED,
        ownMetrics: createProcessMetrics(aFolder()),
      })(),
    );
    const out = series.filter(({ name }) => name === "tarjeta_kiosks_out_of_service");
    const { kiosks } = Overview.parse(await ask(admin, OVERVIEW_PATH));
    expect(kiosks.outOfService).toBe(2);
    expect(kiosks.outOfService).toBe(out.reduce((sum, { value }) => sum + value, 0));
    expect(kiosks.list.slice(0, 4).map(({ kioskId }) => kioskId)).toEqual(
      [3, 4, 5, 6].map((number) => aDevice(number).kioskId),
    );
    const { kiosks: states } = KioskStates.parse(await ask(admin, KIOSKS_PATH));
    expect(states[1]!.health?.troubles).toEqual(someTroubles());
  });

  it("[OP1] is as the lists beside it are, and counts what they leave out", async () => {
    const { store, admin } = await anAdmin();
    await live(store);
    const overview = Overview.parse(await ask(admin, OVERVIEW_PATH));
    expect(overview.scans).toEqual(await ask(admin, OUTCOMES_PATH));
    const { incidents } = Incidents.parse(await ask(admin, "/v1/incidents"));
    expect(overview.incidents.list).toEqual(incidents.filter(({ open }) => open));
    const states = KioskStates.parse(await ask(admin, KIOSKS_PATH));
    expect(overview.kiosks.list).toEqual(states.kiosks);
    const allowance = Allowance.parse(await ask(admin, ALLOWANCE_PATH));
    const { allowed, used, forecast } = allowance;
    expect({ allowed, used, forecast }).toEqual(overview.chain?.allowance);
  });

  it("[OP1] [AD4] is of its own store for the role store, and of nothing else", async () => {
    const { store, admin, tokenOf } = await anAdmin();
    await live(store);
    const token = tokenOf("store", "S-2");
    const overview = Overview.parse(await ask(admin, OVERVIEW_PATH, token));
    expect(overview).toMatchObject({
      storeId: "S-2",
      scans: { applied: 0, waiting: 0, unknown: 0, refused: 0 },
      kiosks: { known: 1, silent: 0, owed: 0 },
      incidents: { open: 1 },
    });
    expect(overview.chain).toBeUndefined();
    expect(overview.kiosks.list.map(({ storeId }) => storeId)).toEqual(["S-2"]);
    const { kiosks } = KioskStates.parse(await ask(admin, KIOSKS_PATH, token));
    expect(kiosks.map(({ storeId }) => storeId)).toEqual(["S-2"]);
    const rate = MatchRate.parse(await ask(admin, MATCH_RATE_PATH, token));
    const none = { applied: 0, waiting: 0, unknown: 0, refused: 0 };
    expect(rate.stores).toEqual([{ ...none, storeId: "S-2", waiting: 1 }]);
    expect(rate.questions).toEqual([{ ...none, attribute: "why", waiting: 1 }]);
  });

  it.each([OVERVIEW_PATH, KIOSKS_PATH, MATCH_RATE_PATH])(
    "[AD4] gives a store's token from before, which is of no store, nothing: %s",
    async (url) => {
      const { admin, store, clock } = await anAdmin();
      const desk = await aPairingDesk(store, clock);
      const kept = { name: "old", role: "store" as const, digest: "", createdMs: 1 };
      const namedTokens = {
        list: () => [{ ...kept, digest: OLD_DIGEST }],
        add: () => ({ ok: false as const, error: "not here" }),
        revoke: () => ({ ok: false as const, error: "not here" }),
      };
      const old = anAdminOf({ store, clock, desk, namedTokens });
      const headers = { authorization: "Bearer old" };
      expect((await old.inject({ url, headers })).json().code).toBe("forbidden");
      expect((await admin.inject({ url, headers })).statusCode).toBe(401);
    },
  );
});

/** SHA-256 of `old`. */
const OLD_DIGEST = "cba06b5736faf67e54b07b561eae94395e774c517a7d910a54369e1263ccfbd4";

function expectSameChain(
  chain: ChainOverview,
  atMs: number,
  metric: (name: string, labels?: object) => number,
): void {
  const { allowance, backlog, deadLetters } = chain;
  expect([allowance.used, allowance.allowed]).toEqual([2, ALLOWED]);
  expect(allowance.used).toBe(metric("allowance_used_calls"));
  expect(allowance.allowed).toBe(metric("allowance_calls"));
  const clearsInMs = (allowance.forecast.clearsAtMs ?? atMs) - atMs;
  expect(clearsInMs / 1_000).toBeCloseTo(metric("backlog_clears_seconds"), 2);
  expect(allowance.forecast.growsPerDay ?? 0).toBe(metric("backlog_growth_visitors_per_day"));
  expect(backlog.visitors).toBe(2);
  expect(backlog.visitors).toBe(metric("visitors_waiting"));
  expect(backlog.oldestAgeMs / 1_000).toBe(metric("oldest_waiting_seconds"));
  for (const lane of ["fresh", "backlog"] as const) {
    const { visitors, oldestAgeMs } = backlog.lanes[lane];
    expect(visitors).toBe(metric("visitors_waiting_by_lane", { lane }));
    expect(oldestAgeMs / 1_000).toBe(metric("oldest_waiting_by_lane_seconds", { lane }));
    for (const age of backlog.ages) {
      const up_to = age.upToMs === undefined ? "+Inf" : String(age.upToMs / 1_000);
      expect(age[lane]).toBe(metric("visitors_waiting_by_age", { lane, up_to }));
    }
  }
  expect(backlog.absent).toBe(metric("visitors_absent"));
  expect(backlog.unknown).toBe(metric("visitors_unknown"));
  expect(deadLetters.visitors).toBe(1);
  expect(deadLetters.byClass.map(({ visitors }) => visitors)).toEqual([1]);
  for (const each of deadLetters.byClass) {
    expect(each.visitors).toBe(metric("dead_letters", { class: each.class }));
  }
  expect(metric("forwarding", { state: chain.forwarding.state })).toBe(1);
  expect(chain.forwarding.breaker.failures).toBe(metric("target_failures_in_a_row"));
  expect(chain.heldUpdates).toBe(metric("held_updates"));
}

describe("the allowance over time", () => {
  const minuteOf = (ms: number) => Math.floor(ms / MINUTE);

  it("[OP2] tells what was charged in each step, and what counted at its end", () => {
    const charged = [
      { minute: minuteOf(NOW - 25 * HOUR), calls: 7 },
      { minute: minuteOf(NOW - 2 * HOUR), calls: 5 },
      { minute: minuteOf(NOW), calls: 3 },
      { minute: minuteOf(NOW) + 1, calls: 2 },
    ];
    const steps = allowanceSteps(charged, NOW, NOW);
    expect(steps).toHaveLength(288);
    expect(steps.reduce((sum, { calls }) => sum + calls, 0)).toBe(10);
    const at = (agoMs: number) =>
      steps.find(({ fromMs }) => fromMs + ALLOWANCE_STEP_MS > NOW - agoMs)!;
    expect(at(24 * HOUR - MINUTE)).toMatchObject({ calls: 0, used: 7 });
    expect(at(2 * HOUR)).toMatchObject({ calls: 5, used: 12 });
    // What was charged 25 hours ago counts no longer since an hour.
    expect(at(HOUR / 2)).toMatchObject({ calls: 0, used: 5 });
    expect(steps.at(-1)).toEqual({ fromMs: NOW, calls: 5, used: 10 });
  });

  it("[OP2] ends with what is used now, whatever the ledger's clock says", async () => {
    const { store, admin } = await anAdmin();
    for (const ledgerMs of [0, DAY, 2 * DAY - HOUR]) {
      await store.chargeAnother({ ...ASK, ledgerMs });
    }
    const allowance = Allowance.parse(await ask(admin, ALLOWANCE_PATH));
    expect(allowance.used).toBe(2);
    expect(allowance.steps.at(-1)?.used).toBe(2);
    expect(allowance.steps.at(-1)!.fromMs).toBeGreaterThan(NOW - ALLOWANCE_STEP_MS);
  });
});

describe("the match rate", () => {
  it.each(["0", "31", "07", "1.5", "", "all"])(
    "[OP3] refuses the days %j by name",
    async (days) => {
      const { admin } = await anAdmin();
      const headers = { authorization: `Bearer ${ADMIN_TOKEN}` };
      const answer = await admin.inject({ url: `${MATCH_RATE_PATH}?days=${days}`, headers });
      expect([answer.statusCode, answer.json().code]).toEqual([400, "invalid-query"]);
      expect(answer.json().detail).toMatch(/^days: a whole number from 1 to 30/);
    },
  );

  it("[OP3] goes back as many days as are asked for", async () => {
    const { store, admin } = await anAdmin();
    await live(store);
    const waiting = async (query: string) => {
      const rate = MatchRate.parse(await ask(admin, MATCH_RATE_PATH + query));
      expect(rate.fromMs).toBe(Math.floor(NOW / DAY) * DAY - (rate.days - 1) * DAY);
      return rate.stores.reduce((sum, { refused, applied }) => sum + refused + applied, 0);
    };
    expect(await waiting("?days=1")).toBe(1);
    expect(await waiting("?days=2")).toBe(2);
    expect(await waiting("")).toBe(2);
  });
});

describe("a visitor's journey", () => {
  const CARD = "2912345678906";
  const visitor = { kind: "member", value: CARD };

  it("[OP4] [PV2] is told by a number in the body, and repeats it nowhere", async () => {
    const { store, admin, tokenOf } = await anAdmin();
    await scan(store, { lastStore: "S-1" }, { card: CARD });
    for (const role of ["operator", "privacy", "marketer"] as const) {
      const answer = await tell(admin, { visitor }, tokenOf(role));
      expect(answer.statusCode).toBe(200);
      const { state, updates } = Journey.parse(answer.json());
      expect([state, updates[0]?.stage, updates[0]?.occasion]).toEqual([
        "waiting",
        "waiting",
        "scan",
      ]);
      expect(JSON.stringify([answer.headers, answer.body])).not.toContain(CARD);
    }
    const acts = JSON.stringify(await ask(admin, AUDIT_PATH));
    expect(acts.match(/"what":"journey"/g)).toHaveLength(3);
    expect(acts).not.toContain(CARD);
  });

  it("[OP4] names what a scan wrote by its configuration, and an answer by its question", async () => {
    const { store, admin } = await anAdmin();
    const at = { card: CARD, epoch: anId(7) };
    const scanned = anUpdate({ ...at, seq: 1, atMs: NOW - 2_000 });
    const answered = anUpdate({ ...at, seq: 2, attributes: { visitReason: "gift" } });
    const configVersion = "example-1";
    await store.ingest(
      aBatch([
        { ...scanned, update: { ...scanned.update, configVersion } },
        { ...answered, update: { ...answered.update, configVersion, occasion: "answer" } },
      ]),
    );
    const { updates } = Journey.parse((await tell(admin, { visitor })).json());
    expect(updates.map(({ attributes }) => attributes)).toEqual([
      ["visitReason"],
      ["lastStore", "lastKiosk", "lastScanAt", "lastScanDay"],
    ]);
  });

  it("[OP4] is nobody's where nothing was ever taken in", async () => {
    const { admin } = await anAdmin();
    const told = Journey.parse((await tell(admin, { visitor, limit: 1 })).json());
    expect(told).toEqual({ visitor: told.visitor, state: "nobody", updates: [] });
    expect(told.visitor).toMatch(/^[0-9a-f]{16}$/);
  });

  it.each([
    [{}, "visitor: "],
    [{ visitor: { kind: "member" } }, "visitor.value: "],
    [{ visitor, limit: 101 }, "limit: "],
    [{ visitor, more: 1 }, "body: has a field that is not known"],
    [{ visitor: { kind: "card", value: CARD } }, "visitor.kind: "],
  ])("[OP4] refuses the body %j by the field", async (body, field) => {
    const { admin } = await anAdmin();
    const answer = await tell(admin, body);
    expect([answer.statusCode, answer.json().code]).toEqual([400, "invalid-body"]);
    expect(answer.json().detail).toMatch(new RegExp(`^${field}`));
    expect(answer.body).not.toContain(CARD);
  });

  it.each(["viewer", "store"] as const)("[OP4] [AD1] is not told to the role %s", async (role) => {
    const { admin, tokenOf } = await anAdmin();
    const token = tokenOf(role, role === "store" ? "S-1" : undefined);
    expect((await tell(admin, { visitor }, token)).json().code).toBe("forbidden");
  });
});

import { describe, expect, it } from "vitest";
import { HeartbeatRequest } from "../../src/contract/heartbeat.ts";
import { createHeartbeat } from "../../src/kiosk/heartbeat.ts";
import { waitFor } from "../support/wait.ts";
import { aDevice, EPOCH, SEGMENT } from "../support/entries.ts";

const NONCE = "40ce40ce-0000-4000-8000-000000000000";
const INCIDENT = { type: "outbox-wiped", epoch: EPOCH, lastSeq: 5, detail: "test" } as const;
const RECEIPT = { v: 1, nonce: NONCE, proxyTimeMs: 1, configVersion: "c1" };

const AT_EASE = {
  configVersion: "c1",
  uptimeMs: 1,
  errors: 0,
  boots: 1,
  quiet: false,
  wakeLock: "held",
} as const;

const TROUBLES = { v: 1, starts: 2, configRefused: "questions.0.title" } as const;

function aKiosk(answer: () => Response | Promise<Response>, breaks = false) {
  const sent: HeartbeatRequest[] = [];
  const told: number[] = [];
  const kept: number[][] = [];
  let owedAgain = 0;
  let looks = 0;
  let nowMs = 0;
  const errors: unknown[] = [];
  const delays: number[] = [];
  let timer: (() => void) | undefined;
  const heartbeat = createHeartbeat({
    outbox: {
      witnesses: async () => [
        { epoch: EPOCH, firstSeq: 1, lastSeq: 0, owed: [], void: [], aside: [], kept: [] },
      ],
      incidents: async () => [INCIDENT],
      incidentsTold: async (count) => void told.push(count),
      remove: async (seqs, receiptedMs) => void kept.push([...seqs, receiptedMs]),
      oweAgain: async (asked) => asked.length,
    },
    sealedTo: async () => {
      looks += 1;
      return ["k1", "k2"];
    },
    clock: { monoMs: () => nowMs },
    async fetch(_url, init) {
      sent.push(HeartbeatRequest.parse(JSON.parse(String(init.body))));
      return answer();
    },
    device: () => aDevice(),
    reading: () => ({ segment: SEGMENT, wallMs: 1, monoMs: 1 }),
    newNonce: () => NONCE,
    appVersion: "1.2.3",
    storagePersisted: async () => true,
    refusedScans: () => ({ "payment-card": 2 }),
    health: async () => {
      if (breaks) throw new Error("no storage");
      return { ...AT_EASE, troubles: TROUBLES };
    },
    random: () => 0.75,
    timer(work, delayMs) {
      timer = work;
      delays.push(delayMs);
      return () => (timer = undefined);
    },
    onReceipt: () => undefined,
    onOwedAgain: () => void (owedAgain += 1),
    onError: (error) => void errors.push(error),
  });
  return {
    heartbeat,
    sent,
    told,
    kept,
    errors,
    delays,
    tick: () => timer?.(),
    owedAgain: () => owedAgain,
    looks: () => looks,
    pass: (ms: number) => void (nowMs += ms),
  };
}

describe("heartbeat", () => {
  it("[OB5] says what the contract asks for, witnesses and incidents included", async () => {
    const { heartbeat, sent, told } = aKiosk(() => Response.json(RECEIPT));
    expect(await heartbeat.beat()).toEqual(RECEIPT);
    expect(sent).toMatchObject([
      { appVersion: "1.2.3", incidents: [INCIDENT], refusedScans: { "payment-card": 2 } },
    ]);
    expect(told).toEqual([1]);
  });

  it.each([
    ["nobody answers", () => Promise.reject(new TypeError("Failed to fetch"))],
    ["the proxy is in trouble", () => Response.json(RECEIPT, { status: 503 })],
    ["a portal answers", () => new Response("<h1>Sign in</h1>")],
    ["the receipt is another's", () => Response.json({ ...RECEIPT, nonce: EPOCH })],
  ])("[OB5] keeps an incident until it is heard: %s", async (_what, answer) => {
    const { heartbeat, told } = aKiosk(answer);
    expect(await heartbeat.beat()).toBeUndefined();
    expect(told).toEqual([]);
  });

  it("beats about once a minute, spread, whatever came of the last one", async () => {
    const { heartbeat, delays, tick, sent } = aKiosk(() => Promise.reject(new TypeError("x")));
    heartbeat.start();
    tick();
    await expect.poll(() => delays.length).toBe(2);
    expect(delays).toEqual([1_500, 66_000]);
    heartbeat.stop();
    tick();
    expect(sent.length).toBe(1);
  });

  it("[IN5] owes again what the proxy asks for, and says so", async () => {
    const resend = [{ epoch: EPOCH, from: 1, to: 2 }];
    const { heartbeat, owedAgain, kept } = aKiosk(() => Response.json({ ...RECEIPT, resend }));
    await heartbeat.beat();
    expect(owedAgain()).toBe(1);
    // By the proxy's clock, so that what is kept too long goes also where nothing is scanned.
    expect(kept).toEqual([[1]]);
  });

  it("does nothing of the kind when it asks for nothing", async () => {
    const { heartbeat, owedAgain } = aKiosk(() => Response.json(RECEIPT));
    await heartbeat.beat();
    expect(owedAgain()).toBe(0);
  });

  it("beats soon when it is started once more, and goes on with one beat at a time", async () => {
    const { heartbeat, sent, delays, tick } = aKiosk(() => Response.json(RECEIPT));
    heartbeat.start();
    heartbeat.start();
    expect(delays).toEqual([1_500, 1_500]);
    tick();
    await waitFor("the next to be set", () => delays.length === 3);
    expect(sent.length).toBe(1);
    expect(delays[2]).toBeGreaterThan(30_000);
  });

  it("[IN6] says soon which keys it needs where the proxy asks, and looks again after ten minutes", async () => {
    const asking = { ...RECEIPT, askSealedTo: true };
    const { heartbeat, sent, delays, tick, looks, pass } = aKiosk(() => Response.json(asking));
    heartbeat.start();
    tick();
    await waitFor("the next to be set", () => delays.length === 2);
    expect(sent[0]!.sealedTo).toBeUndefined();
    expect(delays[1]).toBeLessThanOrEqual(2_000);
    tick();
    await waitFor("the third to be set", () => delays.length === 3);
    expect(sent[1]!.sealedTo).toEqual(["k1", "k2"]);
    expect(delays[2]).toBeGreaterThan(30_000);
    await heartbeat.beat();
    expect(sent[2]!.sealedTo).toBeUndefined();
    pass(600_000);
    await heartbeat.beat();
    expect(sent[3]!.sealedTo).toEqual(["k1", "k2"]);
    expect(looks()).toBe(2);
  });

  it("[IN6] looks again where nobody heard what it found", async () => {
    let hears = true;
    const asking = { ...RECEIPT, askSealedTo: true };
    const { heartbeat, looks } = aKiosk(() =>
      hears ? Response.json(asking) : Promise.reject(new TypeError("x")),
    );
    await heartbeat.beat();
    hears = false;
    await heartbeat.beat();
    await heartbeat.beat();
    expect(looks()).toBe(2);
  });

  it("[BI5] says how it fares where the proxy asks, soon, and nothing where an older one does not", async () => {
    let asks = false;
    const { heartbeat, sent, delays, tick } = aKiosk(() =>
      Response.json({ ...RECEIPT, ...(asks ? { askHealth: true } : {}) }),
    );
    heartbeat.start();
    tick();
    await waitFor("the next to be set", () => delays.length === 2);
    expect(delays[1]).toBeGreaterThan(30_000);
    asks = true;
    tick();
    await waitFor("the third to be set", () => delays.length === 3);
    expect(delays[2]).toBeLessThanOrEqual(2_000);
    expect(sent.map(({ health }) => health)).toEqual([undefined, undefined]);
    await heartbeat.beat();
    expect(sent[2]!.health).toEqual(AT_EASE);
    asks = false;
    await heartbeat.beat();
    await heartbeat.beat();
    expect(sent[4]!.health).toBeUndefined();
  });

  it("[BI8] says what somebody may have to see to where the proxy asks for that, too", async () => {
    let asked: object = { askHealth: true };
    const { heartbeat, sent } = aKiosk(() => Response.json({ ...RECEIPT, ...asked }));
    await heartbeat.beat();
    asked = { askHealth: true, askTroubles: true };
    await heartbeat.beat();
    expect(sent[1]!.health).toEqual(AT_EASE);
    await heartbeat.beat();
    expect(sent[2]!.health).toEqual({ ...AT_EASE, troubles: TROUBLES });
    // Nobody is told of troubles who does not ask how it fares.
    asked = { askTroubles: true };
    await heartbeat.beat();
    await heartbeat.beat();
    expect(sent[4]!.health).toBeUndefined();
  });

  it("[BI5] says nothing of it to whoever answers next where it was not taken", async () => {
    let takes = true;
    const { heartbeat, sent } = aKiosk(() =>
      takes
        ? Response.json({ ...RECEIPT, askHealth: true, askTroubles: true })
        : Response.json({}, { status: 400 }),
    );
    await heartbeat.beat();
    takes = false;
    await heartbeat.beat();
    await heartbeat.beat();
    expect(sent.map(({ health }) => health !== undefined)).toEqual([false, true, false]);
  });

  it("beats soon again where it is asked to in the middle of one", async () => {
    const { promise, resolve } = Promise.withResolvers<Response>();
    const { heartbeat, sent, delays, tick } = aKiosk(() => promise);
    heartbeat.start();
    tick();
    await waitFor("the first to be on its way", () => sent.length === 1);
    heartbeat.start();
    resolve(Response.json(RECEIPT));
    await waitFor("the next to be set", () => delays.length === 3);
    expect(delays[2]).toBeLessThanOrEqual(2_000);
  });

  it("[BI5] lives on where it cannot say how it fares", async () => {
    const { heartbeat, sent, errors } = aKiosk(
      () => Response.json({ ...RECEIPT, askHealth: true }),
      true,
    );
    await heartbeat.beat();
    await heartbeat.beat();
    expect(sent[1]!.health).toBeUndefined();
    expect(errors).toHaveLength(1);
  });
});

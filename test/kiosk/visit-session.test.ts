import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { EXAMPLE_CONFIG } from "../../src/contract/example-config.ts";
import type { Update } from "../../src/contract/update.ts";
import { createFingerprint } from "../../src/kiosk/fingerprint.ts";
import { stepVisit } from "../../src/kiosk/visit.ts";
import { createVisitActions, type VisitActions } from "../../src/kiosk/visit-actions.ts";
import { createVisitSession, type VisitSession } from "../../src/kiosk/visit-session.ts";
import { OutboxFullError } from "../../src/outbox/outbox.ts";
import { memberCards } from "../support/cards.ts";
import { anEntry } from "../support/entries.ts";
import { nameOf } from "../support/visit-timeline.ts";
import { aDevice, TAKEN } from "../support/kiosk-builders.ts";

const CARD = "2912345678906";

interface Kept {
  readonly update: Update;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** A session whose outbox answers when the test says so. */
async function aSession(): Promise<{
  readonly session: VisitSession;
  readonly actions: VisitActions;
  readonly kept: readonly Kept[];
  readonly told: () => number;
  readonly broken: readonly unknown[];
  readonly failNext: (failing: boolean) => void;
}> {
  const kept: Kept[] = [];
  const broken: unknown[] = [];
  let told = 0;
  let visits = 0;
  let failing = false;
  const print = await createFingerprint(crypto.subtle);
  const session = createVisitSession({
    clock: { wallMs: () => Date.now(), monoMs: () => performance.now() },
    readClock: () => TAKEN,
    keep: (update) =>
      new Promise((resolve, reject) => {
        const { header } = anEntry(kept.length + 1);
        kept.push({ update, resolve: () => resolve(header), reject });
      }),
    fingerprint: (visitor) =>
      failing ? Promise.reject(new Error("no fingerprint")) : print(visitor),
    newId: () => `visit-${(visits += 1)}`,
    device: aDevice(),
    config: EXAMPLE_CONFIG,
    setTimeout: (run, delayMs) => Number(setTimeout(run, delayMs)),
    clearTimeout: (timer) => clearTimeout(timer),
    onKept: () => void (told += 1),
    onError: (error) => broken.push(error),
  });
  session.complete(stepVisit);
  const actions = createVisitActions({ session, device: aDevice(), readClock: () => TAKEN });
  return {
    session,
    actions,
    kept,
    told: () => told,
    broken,
    failNext: (next) => void (failing = next),
  };
}

function scan(session: VisitSession, text: string): void {
  session.scanned({
    type: "scanned",
    scan: { text, source: "wedge" },
    startedAtMs: 0,
    finishedAtMs: 100,
  });
}

const shown = (session: VisitSession): string => nameOf(session.screen.value);

describe("a visit session", () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it("[OB1] thanks only after the update is kept, and tells delivery first", async () => {
    const { session, kept, told } = await aSession();
    scan(session, CARD);
    await vi.waitUntil(() => kept.length === 1);
    expect(shown(session)).toBe("attract");
    kept[0]?.resolve();
    await vi.waitUntil(() => shown(session) === "thanks");
    expect(told()).toBe(1);
  });

  it("[PV3] keeps nothing of a payment card", async () => {
    const { session, kept } = await aSession();
    scan(session, "4111111111111111");
    expect(session.screen.value).toMatchObject({ state: "refused", reason: "payment-card" });
    await vi.advanceTimersByTimeAsync(1_000);
    expect(kept).toEqual([]);
    expect(session.refusedScans()).toEqual({ "payment-card": 1 });
  });

  it("[SF2] makes nothing of what is nobody's card: no update, no refusal, no count, no sign of life", async () => {
    const { session, kept } = await aSession();
    const heard: string[] = [];
    session.extend({
      hears: ({ type }) => heard.push(type) > 0,
      takes: () => false,
      refuses: () => false,
    });
    scan(session, CARD);
    scan(session, "4111111111111111");
    session.scanned({ type: "rejected", reason: "too-short", length: 3 });
    await vi.advanceTimersByTimeAsync(1_000);
    expect(heard).toEqual(["scanned", "scanned", "rejected"]);
    expect(shown(session)).toBe("attract");
    expect(kept).toEqual([]);
    expect(session.refusedScans()).toEqual({});
    expect(session.lastReadMs()).toBeUndefined();
  });

  it.each([
    ["4006381333931", "not-ours"],
    ["2912345678907", "bad-check-digit"],
  ])("refuses %s as %s", async (text, reason) => {
    const { session } = await aSession();
    scan(session, text);
    expect(session.screen.value).toMatchObject({ state: "refused", reason });
  });

  it("shows half a read, and counts a person's typing without showing it", async () => {
    const { session } = await aSession();
    session.scanned({ type: "rejected", reason: "too-slow", length: 6 });
    expect(shown(session)).toBe("attract");
    session.scanned({ type: "rejected", reason: "too-short", length: 3 });
    expect(session.screen.value).toMatchObject({ state: "refused", reason: "unreadable" });
    expect(session.refusedScans()).toEqual({ "too-slow": 1, "too-short": 1 });
  });

  it("stores an answer as an update of its own, for the card of the visit", async () => {
    const { session, actions, kept } = await aSession();
    scan(session, CARD);
    await vi.waitUntil(() => kept.length === 1);
    kept[0]?.resolve();
    await vi.waitUntil(() => shown(session) === "thanks");
    await vi.advanceTimersByTimeAsync(1_600);
    actions.answer("gift");
    actions.answer("home");
    expect(kept).toHaveLength(2);
    expect(kept[1]?.update).toMatchObject({
      occasion: "answer",
      visitor: { value: CARD },
      attributes: [{ name: "visitReason", value: { type: "text", text: "gift" } }],
    });
    expect(shown(session)).toBe("question");
    kept[1]?.resolve();
    await vi.waitUntil(() => shown(session) === "closing");
  });

  it("[VS1] stores nothing for the same card within eight seconds", async () => {
    const { session, kept } = await aSession();
    scan(session, CARD);
    await vi.waitUntil(() => kept.length === 1);
    kept[0]?.resolve();
    await vi.waitUntil(() => shown(session) === "thanks");
    scan(session, CARD);
    await vi.waitUntil(() => shown(session) === "duplicate");
    expect(kept).toHaveLength(1);
  });

  it("[OB3] does not thank when the outbox is full", async () => {
    const { session, kept, told } = await aSession();
    scan(session, CARD);
    await vi.waitUntil(() => kept.length === 1);
    kept[0]?.reject(new OutboxFullError("full"));
    await vi.waitUntil(() => shown(session) === "out-of-service");
    expect(session.screen.value).toMatchObject({ reason: "full" });
    expect(told()).toBe(0);
    session.storageIs("working");
    expect(shown(session)).toBe("attract");
  });

  it("[CD1] refuses a card too many before anything of it is kept, and counts it", async () => {
    const { session, kept } = await aSession();
    const cards = memberCards(121);
    for (const card of cards) scan(session, card);
    await vi.waitFor(() => expect(session.refusedScans()).toEqual({ "too-many": 1 }));
    expect(kept).toHaveLength(120);
    expect(session.screen.value).toMatchObject({ state: "refused", reason: "too-many" });
    scan(session, cards[0]!);
    await vi.waitFor(() => expect(kept).toHaveLength(120));
  });

  it("takes the next card when one scan broke", async () => {
    const { session, kept, broken, failNext } = await aSession();
    failNext(true);
    scan(session, CARD);
    await vi.waitUntil(() => broken.length === 1);
    failNext(false);
    scan(session, CARD);
    await vi.waitUntil(() => kept.length === 1);
  });

  it("takes a typed number as a card", async () => {
    const { session, actions, kept } = await aSession();
    session.send({ type: "keypad-opened" });
    for (const digit of CARD) session.send({ type: "digit-typed", digit });
    actions.submitKeypad();
    await vi.waitUntil(() => kept.length === 1);
    kept[0]?.resolve();
    await vi.waitUntil(() => shown(session) === "thanks");
  });

  it("[CF2] applies a new configuration between visits only", async () => {
    const { session, kept } = await aSession();
    scan(session, CARD);
    await vi.waitUntil(() => kept.length === 1);
    session.offerConfig({ ...EXAMPLE_CONFIG, version: "chain-2" });
    kept[0]?.resolve();
    await vi.waitUntil(() => shown(session) === "thanks");
    expect(session.config.value.version).toBe("example-1");
    await vi.advanceTimersByTimeAsync(60_000);
    expect(shown(session)).toBe("attract");
    expect(session.config.value.version).toBe("chain-2");
  });

  it("[PV1] holds no card number once the visit has ended", async () => {
    const { session, actions, kept } = await aSession();
    scan(session, CARD);
    await vi.waitUntil(() => kept.length === 1);
    kept[0]?.resolve();
    await vi.waitUntil(() => shown(session) === "thanks");
    expect(JSON.stringify(session.screen.value)).not.toContain(CARD);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(session.screen.value).toEqual({ state: "attract" });
    // The card of a visit that has ended answers nothing any more.
    actions.answer("gift");
    expect(kept).toHaveLength(1);
  });
});

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { EXAMPLE_CONFIG } from "../../src/contract/example-config.ts";
import type { EntryHeader } from "../../src/contract/entry.ts";
import type { Update } from "../../src/contract/update.ts";
import { Withdrawal } from "../../src/contract/withdrawal.ts";
import { createFingerprint } from "../../src/kiosk/fingerprint.ts";
import { createVisitActions } from "../../src/kiosk/visit-actions.ts";
import { createVisitSession } from "../../src/kiosk/visit-session.ts";
import { stepVisit } from "../../src/kiosk/visit.ts";
import { createWithdrawing } from "../../src/kiosk/withdrawing.ts";
import { OutboxFullError } from "../../src/outbox/outbox.ts";
import { aDevice, TAKEN } from "../support/kiosk-builders.ts";
import { aHeader } from "../support/store-builders.ts";

const CARD = "2912345678906";
const OTHER = "2000000000008";

interface Kept {
  readonly body: Update | Withdrawal;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** A kiosk that has loaded all of itself; its outbox answers when the test says so. */
async function aKiosk() {
  const kept: Kept[] = [];
  let visits = 0;
  const keep = (body: Update | Withdrawal) =>
    new Promise<EntryHeader>((resolve, reject) => {
      kept.push({ body, resolve: () => resolve(aHeader()), reject });
    });
  const clock = { wallMs: () => Date.now(), monoMs: () => performance.now() };
  const shared = { clock, readClock: () => TAKEN, device: aDevice(), onKept: () => undefined };
  const session = createVisitSession({
    ...shared,
    keep,
    fingerprint: await createFingerprint(crypto.subtle),
    newId: () => `visit-${(visits += 1)}`,
    config: EXAMPLE_CONFIG,
    setTimeout: (run, delayMs) => Number(setTimeout(run, delayMs)),
    clearTimeout: (timer) => clearTimeout(timer),
    onError: (error) => {
      throw error;
    },
  });
  const withdrawing = createWithdrawing({ ...shared, session, keep });
  session.complete(stepVisit);
  session.extend(withdrawing);
  const { submitKeypad } = createVisitActions({ ...shared, session });
  const scan = (text: string) =>
    session.scanned({
      type: "scanned",
      scan: { text, source: "wedge" },
      startedAtMs: 0,
      finishedAtMs: 100,
    });
  const keeps = (count: number) => vi.waitUntil(() => kept.length === count);
  const shows = (part: object) =>
    vi.waitFor(() => expect(session.screen.value).toMatchObject(part));
  const visit = async (text: string) => {
    scan(text);
    const before = kept.length;
    await keeps(before + 1);
    kept[before]?.resolve();
    await shows({ state: "thanked" });
  };
  return { session, submitKeypad, withdrawing, kept, scan, keeps, shows, visit };
}

describe("a shopper who stops the recording of their visits", () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it("[PV6] needs one scan, which is no visit, and hears of it only once it is kept", async () => {
    const { session, withdrawing, kept, scan, keeps, shows } = await aKiosk();
    withdrawing.open();
    await shows({ state: "withdrawal", step: "asked" });
    scan(CARD);
    await keeps(1);
    expect(Withdrawal.parse(kept[0]?.body)).toEqual({
      device: aDevice(),
      visitor: { kind: "member", value: CARD },
      occasion: "withdrawal",
      configVersion: EXAMPLE_CONFIG.version,
    });
    expect(session.screen.value).toMatchObject({ state: "withdrawal", step: "storing" });
    // Read twice while it is stored: once is enough.
    scan(CARD);
    await vi.advanceTimersByTimeAsync(100);
    kept[0]?.resolve();
    await shows({ state: "withdrawal", step: "stored", masked: "•••• 8906" });
    expect(kept).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(EXAMPLE_CONFIG.timings.closingSeconds * 1_000);
    expect(session.screen.value).toEqual({ state: "attract" });
  });

  it("[PV6] is not recorded by a card that lies under the reader a moment longer", async () => {
    const { session, withdrawing, kept, scan, keeps, shows } = await aKiosk();
    withdrawing.open();
    scan(CARD);
    await keeps(1);
    kept[0]?.resolve();
    await shows({ step: "stored" });
    session.send({ type: "finished" });
    await vi.advanceTimersByTimeAsync(1_000);
    scan(CARD);
    await shows({ state: "withdrawal", step: "stored" });
    expect(kept).toHaveLength(1);
    // Later the kiosk knows nothing of it, and the proxy refuses what comes.
    await vi.advanceTimersByTimeAsync(EXAMPLE_CONFIG.timings.duplicateSeconds * 1_000);
    scan(CARD);
    await keeps(2);
    expect(kept[1]?.body.occasion).toBe("scan");
  });

  it("[PV6] needs no scan for the card of the visit on screen, and may go on as before", async () => {
    const { session, withdrawing, kept, keeps, shows, visit } = await aKiosk();
    await visit(CARD);
    withdrawing.open();
    await shows({ state: "withdrawal", step: "asked", of: { masked: "•••• 8906" } });
    session.send({ type: "finished" });
    withdrawing.confirm();
    expect(session.screen.value).toEqual({ state: "attract" });
    expect(kept).toHaveLength(1);

    await vi.advanceTimersByTimeAsync(60_000);
    await visit(CARD);
    withdrawing.open();
    withdrawing.confirm();
    await keeps(3);
    kept[2]?.resolve();
    await shows({ state: "withdrawal", step: "stored" });
    expect(kept[2]?.body).toMatchObject({ occasion: "withdrawal", visitor: { value: CARD } });
  });

  it("[PV6] hears what was wrong with a read without leaving, so that the next one is no visit", async () => {
    const { session, withdrawing, kept, scan, keeps } = await aKiosk();
    withdrawing.open();
    scan("4111111111111111");
    expect(session.screen.value).toMatchObject({ step: "asked", problem: "payment-card" });
    session.scanned({ type: "rejected", reason: "too-short", length: 3 });
    expect(session.screen.value).toMatchObject({ step: "asked", problem: "unreadable" });
    scan(CARD);
    await keeps(1);
    expect(kept[0]?.body.occasion).toBe("withdrawal");
    expect(session.refusedScans()).toEqual({ "payment-card": 1, "too-short": 1 });
  });

  it("[PV6] types the number where the card does not read, and a keypad opened later is a visit's", async () => {
    const { session, submitKeypad, withdrawing, kept, keeps, shows } = await aKiosk();
    withdrawing.open();
    withdrawing.type();
    await shows({ state: "keypad" });
    const type = () => {
      for (const digit of CARD) session.send({ type: "digit-typed", digit });
      submitKeypad();
    };
    type();
    await keeps(1);
    expect(kept[0]?.body.occasion).toBe("withdrawal");
    kept[0]?.resolve();
    await shows({ state: "withdrawal", step: "stored" });
    session.send({ type: "finished" });

    await vi.advanceTimersByTimeAsync(EXAMPLE_CONFIG.timings.duplicateSeconds * 1_000);
    withdrawing.open();
    withdrawing.type();
    session.send({ type: "finished" });
    session.send({ type: "keypad-opened" });
    type();
    await keeps(2);
    expect(kept[1]?.body.occasion).toBe("scan");
  });

  it("[OB3] is not told it worked when it could not be kept", async () => {
    const { withdrawing, kept, scan, keeps, shows } = await aKiosk();
    withdrawing.open();
    scan(CARD);
    await keeps(1);
    kept[0]?.reject(new OutboxFullError("full"));
    await shows({ state: "out-of-service", reason: "full" });
  });

  it("[VS1] leaves nothing to who comes next, and takes no screen from them", async () => {
    const { session, withdrawing, kept, scan, keeps, shows } = await aKiosk();
    withdrawing.open();
    scan(CARD);
    await keeps(1);
    scan(OTHER);
    await keeps(2);
    kept[1]?.resolve();
    await shows({ state: "thanked", masked: "•••• 0008" });
    kept[0]?.resolve();
    await vi.advanceTimersByTimeAsync(10);
    expect(session.screen.value).toMatchObject({ state: "thanked", masked: "•••• 0008" });
    withdrawing.open();
    await shows({ state: "withdrawal", of: { masked: "•••• 0008" } });
    await vi.advanceTimersByTimeAsync(EXAMPLE_CONFIG.timings.keypadSeconds * 1_000);
    expect(session.screen.value).toEqual({ state: "attract" });
  });
});

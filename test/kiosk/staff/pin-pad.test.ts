import { signal } from "@preact/signals-core";
import { describe, expect, it, vi } from "vitest";
import { PIN_LENGTH } from "../../../src/contract/staff.ts";
import { isPin } from "../../../src/kiosk/staff/pin-hash.ts";
import { createPinPad, PIN_DIGITS } from "../../../src/kiosk/staff/pin-pad.ts";
import { NO_TRIES } from "../../../src/kiosk/staff/pin-tries.ts";
import { pinHashOf } from "../../../src/proxy/kiosk-pin/pin-hash.ts";
import type { KeptStore } from "../../../src/outbox/kept-store.ts";
import { BROKEN_KEPT, memoryKept } from "../../support/kiosk-builders.ts";

const PIN = "402817";

/** A pad on a clock of the test's, whose right PIN is `PIN`. */
function aPad(kept: KeptStore = memoryKept(), hasPin = true) {
  const nowMs = signal(1_000_000);
  const happened: string[] = [];
  const checks: PromiseWithResolvers<boolean>[] = [];
  const tries = signal(NO_TRIES);
  // The signal is moved on twice a second, and so behind.
  const monoMs = () => nowMs.peek() + 400;
  const clock = { wallMs: () => 1_800_000_000_000 + monoMs(), monoMs };
  const open = () =>
    createPinPad({
      pinHash: hasPin ? "hash" : undefined,
      isPin: (pin) => {
        const check = Promise.withResolvers<boolean>();
        checks.push(check);
        if (!happened.includes("slow")) check.resolve(pin === PIN);
        return check.promise;
      },
      kept,
      tries,
      clock,
      nowMs,
      onRight: () => void happened.push("right"),
      onWrong: () => void happened.push("wrong"),
      onError: (error) => {
        throw error;
      },
    });
  const pad = open();
  const type = (pin: string, on = pad) => {
    for (const digit of pin) on.press(digit);
  };
  const idle = (on = pad) => vi.waitUntil(() => on.view.value.phase !== "checking");
  const wrong = async (times: number, on = pad) => {
    for (let left = times; left > 0; left -= 1) {
      type("111112", on);
      await idle(on);
    }
  };
  const wait = (seconds: number) => void (nowMs.value += seconds * 1_000);
  return { pad, open, type, idle, wrong, wait, happened, checks, kept };
}

describe("the staff's PIN pad", () => {
  it("[SF1] opens with the right PIN, and forgets what was wrong before", async () => {
    const { pad, type, idle, wrong, happened, kept } = aPad();
    await wrong(4);
    expect(pad.view.value).toMatchObject({ phase: "typing", isWrong: true, left: 1, typed: 0 });
    type("4028170".slice(0, 5));
    pad.erase();
    expect(pad.view.value.typed).toBe(4);
    pad.clear();
    type(PIN);
    await idle();
    expect(happened).toEqual([..."1111"].map(() => "wrong").concat("right"));
    expect(await kept.get("staff-tries")).toEqual(NO_TRIES);
  });

  it("[SF1] opens to nobody where the configuration has no PIN", async () => {
    const { pad, type, checks } = aPad(memoryKept(), false);
    expect(pad.view.value.phase).toBe("no-pin");
    type(PIN);
    expect(pad.view.value.typed).toBe(0);
    expect(checks).toEqual([]);
  });

  it("[SF1] takes nothing during a wait, which a pad opened later and a restart find as it is", async () => {
    const first = aPad();
    await first.wrong(5);
    expect(first.pad.view.value).toMatchObject({ phase: "waiting", seconds: 31 });
    first.type(PIN);
    expect(first.pad.view.value.typed).toBe(0);

    first.wait(10);
    const second = first.open();
    await vi.waitUntil(() => second.view.value.phase === "waiting");
    expect(second.view.value.seconds).toBe(21);

    // Another life of the page, whose clocks begin anew.
    const restarted = aPad(first.kept);
    await vi.waitUntil(() => restarted.pad.view.value.phase === "waiting");
    restarted.wait(40);
    restarted.type(PIN);
    await restarted.idle();
    expect(restarted.happened).toEqual(["right"]);
  });

  it("[SF1] has counted a try before it is looked at: a pulled plug gives no more of them", async () => {
    const { type, checks, happened, kept } = aPad();
    happened.push("slow");
    type("999999");
    await vi.waitUntil(() => checks.length === 1);
    expect(await kept.get("staff-tries")).toMatchObject({ wrong: 1 });
  });

  it("[SF1] counts where nothing can be stored too, from one pad to the next, and lets staff in", async () => {
    const { open, type, wrong, idle, wait, happened } = aPad(BROKEN_KEPT);
    await wrong(5);
    const next = open();
    await vi.waitUntil(() => next.view.value.phase === "waiting");
    wait(31);
    type(PIN, next);
    await idle(next);
    expect(happened.at(-1)).toBe("right");
  });

  it("[SF3] opens nothing once it was left, whatever is still being checked", async () => {
    const { pad, type, checks, happened } = aPad();
    happened.push("slow");
    type(PIN);
    await vi.waitUntil(() => checks.length === 1);
    pad.close();
    checks[0]?.resolve(true);
    await vi.waitUntil(() => pad.view.value.phase !== "checking");
    expect(happened).toEqual(["slow"]);
  });

  it("[SF1] knows a PIN by its hash as npm run kiosk:pin makes it", async () => {
    expect(PIN_DIGITS).toBe(PIN_LENGTH);
    const hash = pinHashOf(PIN, Buffer.from("0123456789abcdef"), 10_000);
    expect(await isPin(PIN, hash, crypto.subtle)).toBe(true);
    expect(await isPin("402818", hash, crypto.subtle)).toBe(false);
    const salted = pinHashOf(PIN, Buffer.from("fedcba9876543210"), 10_000);
    expect(salted).not.toBe(hash);
  });
});

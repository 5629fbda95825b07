import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createCallLog, MAX_CALLS, type Call } from "../../src/emulator/call-log.ts";
import { createSeconds } from "../../src/emulator/seconds.ts";
import { anEmulator, EMULATOR_START } from "../support/target-world.ts";

function aCall(number: number, text = ""): Call {
  return {
    at: "",
    atMs: number,
    method: "POST",
    visitor: { kind: "member", value: String(number % 3) },
    attributes: { text },
    effect: "known",
  };
}

describe("the log of calls", () => {
  it("[EM8] keeps the newest 100,000, in the order they came", () => {
    const log = createCallLog();
    for (let number = 1; number <= 250_000; number += 1) log.add(aCall(number));
    const calls = log.list();
    expect(calls).toHaveLength(MAX_CALLS);
    expect([calls[0]!.atMs, calls.at(-1)!.atMs]).toEqual([150_001, 250_000]);
    expect(log.newest(2).map(({ atMs }) => atMs)).toEqual([250_000, 249_999]);
  });

  it("[EM8] is read on from where one left off, by visitor or not, missing nothing that is kept", () => {
    const log = createCallLog();
    for (let number = 1; number <= 10; number += 1) log.add(aCall(number));
    const first = log.find({ limit: 2, visitor: "1" });
    expect(first.calls.map(({ atMs }) => atMs)).toEqual([1, 4]);
    const rest = log.find({ after: first.next, visitor: "1" });
    expect(rest.calls.map(({ atMs }) => atMs)).toEqual([7, 10]);
    expect(log.find({ after: rest.next })).toEqual({ calls: [], next: 10 });
    log.clear();
    log.add(aCall(11));
    const afterClear = log.find({ after: 10 });
    expect(afterClear.calls.map(({ atMs }) => atMs)).toEqual([11]);
    expect(afterClear.next).toBe(11);
  });

  it("[EM8] holds less when the calls are huge, and then drops the oldest", () => {
    const log = createCallLog(10_000);
    for (let number = 1; number <= 100; number += 1) log.add(aCall(number, "x".repeat(996)));
    const calls = log.list();
    expect(calls.length).toBeLessThanOrEqual(10);
    expect(calls.at(-1)!.atMs).toBe(100);
  });

  it("[EM8] answers over HTTP as it is asked", async () => {
    const { update, control } = anEmulator();
    for (const card of ["a", "b", "a"]) await update(`mbox3rdPartyId=${card}&profile.x=1`);
    const page = (await control("GET", "/calls?visitor=a&limit=1")).json();
    expect(page).toMatchObject({ calls: [{ visitor: { value: "a" } }], next: 1 });
    const next = (await control("GET", `/calls?visitor=a&after=${page.next}`)).json();
    expect(next.calls).toHaveLength(1);
    expect((await control("GET", "/calls?limit=many")).json().message).toContain("limit");
    expect((await control("GET", "/calls?visiter=a")).json().message).toContain("visiter");
  });
});

describe("calls per second", () => {
  it("[EM8] agree with a naive count, whatever way the clock went", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 20_000 }), { maxLength: 80 }), (arrivals) => {
        const seconds = createSeconds();
        const naive = new Map<number, number>();
        for (const atMs of arrivals) {
          seconds.count(atMs);
          const start = Math.floor(atMs / 1_000) * 1_000;
          naive.set(start, (naive.get(start) ?? 0) + 1);
          expect(seconds.callsAt(atMs)).toBe(naive.get(start));
        }
        const expected = [...naive].toSorted(([a], [b]) => a - b);
        const listed = seconds.list(-1, 100).map(({ atMs, calls }) => [atMs, calls]);
        expect(listed).toEqual(expected);
      }),
    );
  });

  it("[EM8] are bounded, the newest kept", () => {
    const seconds = createSeconds(100);
    for (let second = 0; second < 1_000; second += 1) seconds.count(second * 1_000);
    const listed = seconds.list(-1, 1_000);
    expect(listed.length).toBeLessThanOrEqual(110);
    expect(listed.at(-1)!.atMs).toBe(999_000);
  });

  it("[EM8] are told over HTTP, with those that were turned down", async () => {
    const { update, control, advance } = anEmulator();
    await update("mbox3rdPartyId=2912345678906&profile.x=1");
    await update("profile.x=1");
    advance(5_000);
    await update("profile.x=1");
    const at = (ms: number) => new Date(ms).toISOString();
    expect((await control("GET", "/seconds")).json().seconds).toEqual([
      { at: at(EMULATOR_START), atMs: EMULATOR_START, calls: 2, refused: 1 },
      { at: at(EMULATOR_START + 5_000), atMs: EMULATOR_START + 5_000, calls: 1, refused: 1 },
    ]);
    const later = await control("GET", `/seconds?after=${EMULATOR_START}&limit=1`);
    expect(later.json().seconds).toHaveLength(1);
  });
});

import { signal } from "@preact/signals-core";
import { describe, expect, it } from "vitest";
import { KioskTroubles, MOST_STARTS } from "../../../src/contract/kiosk-troubles.ts";
import { noteBoot, startsOf } from "../../../src/kiosk/by-itself/boots.ts";
import { watchOutage } from "../../../src/kiosk/by-itself/outage.ts";
import { troublesOf, type KnownTroubles } from "../../../src/kiosk/by-itself/troubles.ts";
import { CLOSED_KEY } from "../../../src/kiosk/visit-first.ts";
import type { Screen } from "../../../src/kiosk/visit.ts";
import { MAX_ENTRIES } from "../../../src/outbox/idb-outbox.ts";
import { memoryStorage } from "../../support/kiosk-builders.ts";
import { aMovableClock } from "../../support/movable-clock.ts";

const HOUR = 3_600_000;
const NOW = 1_795_420_800_000;

const NONE: KnownTroubles = {
  outage: undefined,
  space: { usedBytes: 10, quotaBytes: 100 },
  depth: 3,
  configRefused: undefined,
  boots: { count: 1, isLoop: false, atMs: [NOW] },
  tries: { wrong: 0, lastMs: 0 },
  wallMs: NOW,
  monoMs: 0,
};

/** As it is told, which the contract takes. */
const told = (part: Partial<KnownTroubles>) =>
  KioskTroubles.parse(troublesOf({ ...NONE, ...part }));

describe("what a kiosk says of its troubles", () => {
  it("[BI8] is next to nothing where there are none", () => {
    expect(told({})).toEqual({ v: 1, starts: 1 });
  });

  it("[BI8] is that it takes no cards, why, and for how long", () => {
    const outage = { why: "full", sinceMs: 1_000.4 } as const;
    expect(told({ outage, monoMs: 61_000.9 }).outOfService).toEqual({ why: "full", forMs: 60_001 });
  });

  it.each([
    ["its browser", { space: { usedBytes: 80, quotaBytes: 100 } }, true],
    ["its outbox", { depth: MAX_ENTRIES * 0.8 }, true],
    ["neither", { space: { usedBytes: 79, quotaBytes: 100 }, depth: 100_000 }, undefined],
    ["a browser that does not say", { space: {} }, undefined],
  ] as const)("[BI8] is that little more can be stored: by %s", (_what, part, isSaid) => {
    expect(told(part).nearlyFull).toBe(isSaid);
  });

  it.each([
    ["cardRules.0.match", "cardRules.0.match"],
    ["", ""],
    ["texts.2912345678906.title", "texts.*.title"],
    ["a b.c-d", "*.*"],
    [`${"deep.".repeat(20)}end`, "deep.".repeat(12).slice(0, -1)],
  ])("[BI8] [PV2] names the wrong field %j as %j", (path, said) => {
    expect(told({ configRefused: path }).configRefused).toBe(said);
  });

  it("[BI8] is how many PINs were wrong, from as many on as make everybody wait", () => {
    expect(told({ tries: { wrong: 4, lastMs: NOW } })).not.toHaveProperty("wrongPins");
    expect(told({ tries: { wrong: 5, lastMs: NOW } }).wrongPins).toBe(5);
    expect(told({ tries: { wrong: 1e9, lastMs: NOW } }).wrongPins).toBe(1_000_000);
  });

  it("[BI8] is how often its page began within a day, and since when that was a loop", () => {
    const storage = memoryStorage();
    const at = (hours: number, seconds = 0) => NOW + hours * HOUR + seconds * 1_000;
    const boot = (...when: Parameters<typeof at>) => noteBoot(storage, at(...when));
    for (const seconds of [0, 50, 100]) boot(0, seconds);
    const last = boot(10);
    expect(startsOf(last, at(10))).toEqual({ starts: 4, loopedMs: 10 * HOUR - 100_000 });
    // A page that lives for long tells of the day that ends now.
    expect(startsOf(last, at(24, 60))).toEqual({ starts: 2 });
    expect(startsOf(last, at(33))).toEqual({ starts: 1 });
    expect(startsOf(last, at(35))).toEqual({ starts: 0 });
    // Its clock was set back meanwhile.
    expect(startsOf(last, at(9))).toEqual({ starts: 3, loopedMs: 9 * HOUR - 100_000 });
    for (let more = 0; more < 80; more += 1) boot(11, more * 180);
    expect(startsOf(boot(20), at(20))).toEqual({ starts: MOST_STARTS });
  });
});

describe("that a kiosk takes no cards", () => {
  function aKiosk(values: Record<string, string> = {}) {
    const screen = signal<Screen>({ state: "attract" });
    const clock = aMovableClock(NOW);
    const outage = watchOutage({ session: { screen }, clock, storage: memoryStorage(values) });
    return { screen, clock, outage };
  }

  it("[BI8] is so from the first such screen to the last, whatever staff do meanwhile", () => {
    const { screen, clock, outage } = aKiosk();
    expect(outage.value).toBeUndefined();
    clock.advance(5_000);
    screen.value = { state: "out-of-service", reason: "full" };
    clock.advance(5_000);
    screen.value = { state: "staff", step: "pin", expiresAtMs: 1 } as Screen;
    expect(outage.value).toEqual({ why: "full", sinceMs: 5_000 });
    screen.value = { state: "out-of-service", reason: "full" };
    expect(outage.value).toEqual({ why: "full", sinceMs: 5_000 });
    screen.value = { state: "attract" };
    expect(outage.value).toBeUndefined();
  });

  it.each([
    ["noted", String(NOW - 3 * HOUR), -3 * HOUR],
    ["noted by a clock that was set back since", String(NOW + HOUR), 0],
    ["noted by an earlier version, which kept no time", "", 0],
    ["damaged", "yesterday", 0],
  ])("[BI8] [SF5] goes on over a start, where when it began is %s", (_what, text, sinceMs) => {
    const { screen, outage } = aKiosk({ [CLOSED_KEY]: text });
    screen.value = { state: "out-of-service", reason: "closed" };
    expect(outage.value).toEqual({ why: "closed", sinceMs: sinceMs + 0 });
  });
});

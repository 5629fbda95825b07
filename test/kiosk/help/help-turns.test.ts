import { describe, expect, it } from "vitest";
import { EXAMPLE_CONFIG } from "../../../src/contract/example-config.ts";
import {
  endOn,
  goesOn,
  heldFor,
  helpWaitMs,
  reasonOn,
  visitOn,
} from "../../../src/kiosk/help/help-turns.ts";
import type { Screen } from "../../../src/kiosk/visit.ts";
import { NO_VISIT } from "../../../src/kiosk/visit-first.ts";

const ATTRACT: Screen = { state: "attract" };
const REFUSED: Screen = { state: "refused", reason: "not-ours", expiresAtMs: 15_000 };
const KEYPAD: Screen = { state: "keypad", digits: "29", expiresAtMs: 30_000 };
const PIN: Screen = { state: "staff", step: "pin", expiresAtMs: 60_000 };
const STATUS: Screen = { state: "staff", step: "status", expiresAtMs: 60_000 };
const CLOSED: Screen = { state: "out-of-service", reason: "closed" };

const thanked = (visitId: string, step: "thanks" | "closing" = "closing"): Screen => ({
  state: "thanked",
  step,
  visitId,
  masked: "•••• 8906",
  fingerprint: "f",
  notedAtMs: 1,
  answers: [],
  expiresAtMs: 10_000,
});

describe("a help call", () => {
  it.each<readonly [string, Screen, Screen, string | undefined, string | undefined]>([
    ["goes on from a refusal to the keypad", REFUSED, KEYPAD, undefined, undefined],
    ["goes on on attract", ATTRACT, ATTRACT, undefined, undefined],
    ["goes on in its own visit", thanked("v1", "thanks"), thanked("v1"), "v1", undefined],
    ["goes on while somebody knocks at the staff's door", REFUSED, PIN, undefined, undefined],
    ["is left when the visit is wiped", REFUSED, ATTRACT, undefined, "left"],
    ["is left when a card begins a visit", REFUSED, thanked("v1"), undefined, "left"],
    ["is left when a card begins another visit", thanked("v1"), thanked("v2"), "v1", "left"],
    ["is left when nobody knew the PIN", PIN, ATTRACT, undefined, "left"],
    ["is answered by staff behind their PIN", PIN, STATUS, undefined, "here"],
  ])("[HC3] [HC5] %s", (_what, before, after, visitId, ends) => {
    expect(endOn(before, after, visitId)).toBe(ends);
  });

  it("[HC6] says of the screen one word of four", () => {
    const screens = [REFUSED, KEYPAD, CLOSED, ATTRACT, thanked("v1")];
    expect(screens.map(reasonOn)).toEqual(["card", "number", "out-of-service", "other", "other"]);
    expect([REFUSED, thanked("v1")].map(visitOn)).toEqual([undefined, "v1"]);
  });

  it("[HC1] [HC7] waits as long as its layer says, which need say nothing", () => {
    const { help: _none, ...without } = EXAMPLE_CONFIG;
    expect(helpWaitMs({ ...without, help: { waitSeconds: 30 } })).toBe(30_000);
    expect(helpWaitMs({ ...without, help: {} })).toBe(90_000);
  });

  it("[HC5] [VS1] keeps the screen beneath it, unasked, for as long as it is looked at, and not for ever", () => {
    const asked: Screen = { ...KEYPAD, warned: true };
    const held = heldFor(180_000)({ ...NO_VISIT, screen: asked }, 1_000, EXAMPLE_CONFIG);
    expect(held.screen).toEqual({ ...KEYPAD, expiresAtMs: 181_000 });
    // Held already, it is held no longer with every look.
    expect(heldFor(180_000)(held, 1_001, EXAMPLE_CONFIG)).toBe(held);
    for (const screen of [ATTRACT, PIN, CLOSED]) {
      const visit = { ...NO_VISIT, screen };
      expect(heldFor(180_000)(visit, 1_000, EXAMPLE_CONFIG)).toBe(visit);
      expect(goesOn(visit, 1_000, EXAMPLE_CONFIG)).toBe(visit);
    }
    const { questionSeconds, thanksSeconds } = EXAMPLE_CONFIG.timings;
    const on = goesOn(held, 2_000, EXAMPLE_CONFIG).screen;
    expect(on).toMatchObject({ state: "keypad", expiresAtMs: 2_000 + questionSeconds * 1_000 });
    const thanks = goesOn({ ...NO_VISIT, screen: thanked("v", "thanks") }, 2_000, EXAMPLE_CONFIG);
    expect(thanks.screen).toMatchObject({ expiresAtMs: 2_000 + thanksSeconds * 1_000 });
  });
});

import { signal } from "@preact/signals-core";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { EXAMPLE_CONFIG } from "../../src/contract/example-config.ts";
import type { KioskConfig } from "../../src/contract/kiosk-config.ts";
import { CHOICES_IDLE_MS, createShopperChoices } from "../../src/kiosk/choices.ts";
import { NO_VISIT } from "../../src/kiosk/visit-first.ts";
import type { Screen } from "../../src/kiosk/visit.ts";

const ATTRACT: Screen = NO_VISIT.screen;
const KEYPAD: Screen = { state: "keypad", digits: "", expiresAtMs: 1 };

function thanked(visitId: string, expiresAtMs = 1): Screen {
  return {
    state: "thanked",
    step: "closing",
    visitId,
    masked: "•••• 8906",
    fingerprint: visitId,
    notedAtMs: 0,
    answers: [],
    expiresAtMs,
  };
}

function asked(visitId: string): Screen {
  return {
    state: "consent",
    visitId,
    masked: "•••• 8906",
    fingerprint: visitId,
    index: 0,
    agreed: [],
    expiresAtMs: 1,
  };
}

function withdrawal(step: "storing" | "stored"): Screen {
  return { state: "withdrawal", masked: "•••• 8906", expiresAtMs: 1, step, visitId: "w" };
}

function someChoices(changes: Partial<KioskConfig> = {}) {
  const screen = signal<Screen>(ATTRACT);
  const config = signal<KioskConfig>({ ...EXAMPLE_CONFIG, ...changes });
  const broken: unknown[] = [];
  const choices = createShopperChoices({ screen, config, onError: (each) => broken.push(each) });
  return { ...choices, screen, broken };
}

describe("what a shopper chose", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("[FE1] goes with the visit, all of it", async () => {
    const { chosen, screen, chooseLanguage, toggleContrast, enlargeText, toggleReach } =
      someChoices();
    const plain = chosen.value;
    screen.value = KEYPAD;
    chooseLanguage("ar");
    await vi.waitFor(() => expect(chosen.value.language).toBe("ar"));
    toggleContrast();
    enlargeText();
    toggleReach();
    expect(chosen.value).toMatchObject({ highContrast: true, textSize: 130, reach: true });
    screen.value = ATTRACT;
    expect(chosen.value).toBe(plain);
  });

  it("[FE1] goes when a second card ends the first visit, and stays within one", () => {
    const { chosen, screen, toggleContrast } = someChoices();
    toggleContrast();
    screen.value = thanked("one");
    expect(chosen.value.highContrast).toBe(true);
    screen.value = thanked("one", 2);
    expect(chosen.value.highContrast).toBe(true);
    screen.value = thanked("two");
    expect(chosen.value.highContrast).toBe(false);
  });

  const refused: Screen = { state: "refused", reason: "not-ours", expiresAtMs: 1 };
  it.each<[string, readonly Screen[], boolean]>([
    ["one asked for consent, then another", [asked("one"), asked("two")], false],
    ["one asked, and thanked", [asked("one"), thanked("one")], true],
    ["another after a refusal", [thanked("one"), refused, thanked("two")], false],
    ["the same after a refusal", [thanked("one"), refused, thanked("one")], true],
    ["one who withdraws", [thanked("one"), withdrawal("storing"), withdrawal("stored")], true],
    ["another after who withdrew", [withdrawal("stored"), thanked("two")], false],
  ])("[FE1] goes with whose it was: %s", (_who, screens, stays) => {
    const { chosen, screen, toggleContrast } = someChoices();
    const [first, ...others] = screens;
    screen.value = first ?? ATTRACT;
    toggleContrast();
    for (const other of others) screen.value = other;
    expect(chosen.value.highContrast).toBe(stays);
  });

  it("[FE1] goes when nobody makes use of it on attract", () => {
    const { chosen, enlargeText } = someChoices();
    enlargeText();
    vi.advanceTimersByTime(CHOICES_IDLE_MS - 1);
    enlargeText();
    vi.advanceTimersByTime(CHOICES_IDLE_MS - 1);
    expect(chosen.value.textSize).toBe(160);
    vi.advanceTimersByTime(1);
    expect(chosen.value.textSize).toBe(100);
  });

  it("[FE1] gives no language to the next shopper that was still loading for the last", async () => {
    const { chosen, screen, chooseLanguage } = someChoices();
    screen.value = KEYPAD;
    chooseLanguage("fr");
    screen.value = ATTRACT;
    await import("../../src/kiosk/words-french.ts");
    await vi.advanceTimersByTimeAsync(10);
    expect(chosen.value.language).toBe("en");
  });

  it("[FE2] begins in the first language the configuration offers, and goes round them", async () => {
    const { chosen, nextLanguage, screen } = someChoices({ languages: ["es", "en"] });
    await vi.waitFor(() => expect(chosen.value.language).toBe("es"));
    nextLanguage();
    await vi.waitFor(() => expect(chosen.value.language).toBe("en"));
    screen.value = KEYPAD;
    screen.value = ATTRACT;
    expect(chosen.value.language).toBe("es");
  });

  it("closes the languages with the screen they were opened on", () => {
    const { chosen, screen, showLanguages } = someChoices();
    screen.value = KEYPAD;
    showLanguages();
    expect(chosen.value.choosing).toBe(true);
    screen.value = thanked("one");
    expect(chosen.value.choosing).toBe(false);
  });
});

import { signal } from "@preact/signals-core";
import { expect, it } from "vitest";
import { EXAMPLE_CONFIG } from "../../../src/contract/example-config.ts";
import { TOUCHED_MS, watchCameraHours } from "../../../src/kiosk/camera/camera-hours.ts";
import type { Screen } from "../../../src/kiosk/visit.ts";
import { aMovableClock } from "../../support/movable-clock.ts";

const MINUTE = 60_000;

/** A Monday in Madrid, where the store is open from ten to eight. */
function aKiosk(time: string) {
  const screen = signal<Screen>({ state: "attract" });
  const config = signal({ ...EXAMPLE_CONFIG, openingHours: { mon: ["10:00", "20:00"] } });
  const clock = aMovableClock(Date.parse(`2026-11-23T${time}:00+01:00`));
  let look = (): void => undefined;
  const hours = watchCameraHours({
    session: { screen, config },
    device: { timeZone: "Europe/Madrid" },
    clock,
    wallMs: clock.wallMs,
    every(work) {
      look = work;
      return () => (look = () => expect.unreachable("it was stopped"));
    },
  });
  /** A minute at a time, as the timer does. */
  const pass = (ms: number): void => {
    for (let passed = 0; passed < ms; passed += MINUTE) {
      clock.advance(MINUTE);
      look();
    }
  };
  return { screen, config, hours, pass };
}

it("[CA7] is off while the store is closed, and on again when it opens", () => {
  const { hours, pass } = aKiosk("09:58");
  expect(hours.isWanted.value).toBe(false);
  pass(2 * MINUTE);
  expect(hours.isWanted.value).toBe(true);
  pass(600 * MINUTE);
  expect(hours.isWanted.value).toBe(false);
});

it("[CA7] stays on until a visit that closing time finds has ended", () => {
  const { screen, hours, pass } = aKiosk("19:59");
  screen.value = { state: "keypad", digits: "", expiresAtMs: 1 } as unknown as Screen;
  pass(2 * MINUTE);
  expect(hours.isWanted.value).toBe(true);
  screen.value = { state: "attract" };
  expect(hours.isWanted.value).toBe(false);
});

it("[CA7] outside of opening hours is on for two minutes after a touch, and while staff are there", () => {
  const { screen, hours, pass } = aKiosk("22:00");
  hours.touched();
  expect(hours.isWanted.value).toBe(true);
  pass(TOUCHED_MS - MINUTE);
  expect(hours.isWanted.value).toBe(true);
  pass(MINUTE);
  expect(hours.isWanted.value).toBe(false);
  screen.value = { state: "staff", step: "scanner", expiresAtMs: 1 } as unknown as Screen;
  expect(hours.isWanted.value).toBe(true);
});

it("[CA7] is off while the kiosk takes no cards, whatever is touched, and at any hour", () => {
  const { screen, hours } = aKiosk("12:00");
  for (const reason of ["closed", "full", "unavailable"] as const) {
    screen.value = { state: "out-of-service", reason };
    hours.touched();
    expect(hours.isWanted.value).toBe(false);
  }
  screen.value = { state: "attract" };
  expect(hours.isWanted.value).toBe(true);
});

it("[CA7] never closes where no hours are named", () => {
  const { config, hours, pass } = aKiosk("23:00");
  expect(hours.isWanted.value).toBe(false);
  const { openingHours: _, ...always } = config.value;
  config.value = always as typeof config.value;
  pass(MINUTE);
  expect(hours.isWanted.value).toBe(true);
});

import { describe, expect, it } from "vitest";
import { EXAMPLE_CONFIG } from "../../../src/contract/example-config.ts";
import { createKnock, isInCorner } from "../../../src/kiosk/staff/staff-gesture.ts";
import {
  LEAVE_AFTER_MS,
  onwards,
  staying,
  toStaff,
} from "../../../src/kiosk/staff/staff-screen.ts";
import { stepVisit, type Visit, type VisitEvent } from "../../../src/kiosk/visit.ts";
import type { Turn } from "../../../src/kiosk/visit-extension.ts";
import { closed, nextDeadlineMs, NO_VISIT } from "../../../src/kiosk/visit-first.ts";

const step = (visit: Visit, event: VisitEvent, nowMs: number) =>
  stepVisit(visit, event, nowMs, EXAMPLE_CONFIG);
const turned = (visit: Visit, turn: Turn, nowMs: number) =>
  step(visit, { type: "turned", turn }, nowMs);

const SCANNED: VisitEvent = {
  type: "scanned",
  visitId: "1",
  masked: "•••• 8906",
  fingerprint: "x",
};

describe("the staff's side of the screen", () => {
  it("[SF2] ends the visit under way, whose scan is stored and takes the screen no more", () => {
    const scanned = step(NO_VISIT, SCANNED, 0);
    const opened = turned(scanned, toStaff("pin"), 10);
    expect(opened.screen).toMatchObject({ state: "staff", step: "pin" });
    const stored = step(opened, { type: "stored", visitId: "1", wallMs: 5 }, 20);
    expect(stored.screen).toBe(opened.screen);
    expect(stored.pending).toEqual([]);
    expect(stored.seen).toHaveLength(1);
  });

  it("[SF3] ends by itself a minute after the last touch", () => {
    const opened = turned(NO_VISIT, toStaff("status"), 0);
    const touched = turned(opened, staying(), 50_000);
    expect(nextDeadlineMs(touched)).toBe(50_000 + LEAVE_AFTER_MS);
    expect(step(touched, { type: "ticked" }, LEAVE_AFTER_MS).screen).toBe(touched.screen);
    const left = step(touched, { type: "ticked" }, 50_000 + LEAVE_AFTER_MS);
    expect(left.screen).toEqual({ state: "attract" });
    // Nobody is brought back to it.
    expect(turned(left, staying(), 200_000).screen).toEqual({ state: "attract" });
    expect(turned(left, onwards("status"), 200_000).screen).toEqual({ state: "attract" });
  });

  it("[SF3] stays for as long as somebody said they need", () => {
    const opened = turned(NO_VISIT, toStaff("screen"), 0);
    const cleaning = turned(turned(opened, staying(300_000), 0), staying(), 1_000);
    expect(nextDeadlineMs(cleaning)).toBe(300_000);
  });

  it.each<VisitEvent>([
    { type: "keypad-opened" },
    { type: "digit-typed", digit: "1" },
    { type: "skipped" },
    { type: "answered", code: "gift" },
    { type: "storage-back" },
  ])("[SF2] is left alone by what belongs to visits: $type", (event) => {
    const opened = turned(NO_VISIT, toStaff("status"), 0);
    expect(step(opened, event, 1).screen).toBe(opened.screen);
  });

  it("[SF5] out of service by staff does not end because storing works", () => {
    const out = turned(NO_VISIT, closed, 0);
    expect(step(out, { type: "storage-back" }, 1)).toBe(out);
    expect(step(out, { type: "finished" }, 1)).toBe(out);
  });
});

describe("a knock at the staff's door", () => {
  it("[SF1] is five times within three seconds", () => {
    const knock = createKnock();
    expect([0, 500, 1_000, 1_500, 2_000].map(knock)).toEqual([false, false, false, false, true]);
    // The next begins anew.
    expect([2_100, 2_200, 2_300, 2_400].map(knock)).toEqual([false, false, false, false]);
  });

  it("[SF1] is not what leans and wipes: slower, or fewer", () => {
    const knock = createKnock();
    expect([0, 800, 1_600, 2_400, 3_200, 4_000, 4_800].some(knock)).toBe(false);
  });

  it("[SF1] is in the upper right corner of the kiosk, wherever on the page that is", () => {
    const kiosk = { top: 100, right: 1_180, width: 1_080, height: 1_920 };
    expect(isInCorner(kiosk, 1_170, 110)).toBe(true);
    expect(isInCorner(kiosk, 1_060, 220)).toBe(true);
    expect(isInCorner(kiosk, 1_000, 110)).toBe(false);
    expect(isInCorner(kiosk, 1_170, 300)).toBe(false);
    expect(isInCorner(kiosk, 1_300, 110)).toBe(false);
    expect(isInCorner(kiosk, 110, 110)).toBe(false);
  });
});

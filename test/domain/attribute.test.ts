import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isTimeZone, localDay, renderAttribute } from "../../src/domain/attribute.ts";

const DAY_MS = 86_400_000;

describe("renderAttribute", () => {
  it("leaves text as it is", () => {
    expect(renderAttribute({ type: "text", text: " Zürich " }, 0)).toBe(" Zürich ");
  });

  it("[CL1] renders an instant from the effective time, as ISO 8601 in UTC", () => {
    const atMs = Date.UTC(2026, 10, 23, 9, 30, 0, 7);
    expect(renderAttribute({ type: "instant" }, atMs)).toBe("2026-11-23T09:30:00.007Z");
    expect(renderAttribute({ type: "instant" }, 0)).toBe("1970-01-01T00:00:00.000Z");
  });

  it("[CL1] renders a day from the effective time, on the store's calendar", () => {
    const day = (timeZone: string, iso: string) =>
      renderAttribute({ type: "day", timeZone }, Date.parse(iso));
    const day23 = String(Date.UTC(2026, 10, 23) / DAY_MS);
    const day24 = String(Date.UTC(2026, 10, 24) / DAY_MS);
    expect(day("UTC", "2026-11-23T23:59:59.999Z")).toBe(day23);
    expect(day("UTC", "2026-11-24T00:00:00.000Z")).toBe(day24);
    expect(day("Europe/Madrid", "2026-11-23T22:59:59.999Z")).toBe(day23);
    expect(day("Europe/Madrid", "2026-11-23T23:00:00.000Z")).toBe(day24);
    expect(day("America/Los_Angeles", "2026-11-24T07:59:59.999Z")).toBe(day23);
    expect(day("Asia/Kathmandu", "2026-11-23T18:15:00.000Z")).toBe(day24);
    expect(day("Pacific/Kiritimati", "2026-11-23T10:00:00.000Z")).toBe(day24);
    expect(day("Pacific/Pago_Pago", "2026-11-24T10:59:00.000Z")).toBe(day23);
  });
});

describe("localDay", () => {
  /** Clocks go forward on 2026-03-29 and back on 2026-10-25 in Madrid; 8 March and 1 November in New York. */
  it.each([
    ["Europe/Madrid", "2026-03-28T23:00:00Z", "2026-03-29T21:59:59Z", "2026-03-29"],
    ["Europe/Madrid", "2026-10-24T22:00:00Z", "2026-10-25T22:59:59Z", "2026-10-25"],
    ["America/New_York", "2026-03-08T05:00:00Z", "2026-03-09T03:59:59Z", "2026-03-08"],
    ["America/New_York", "2026-11-01T04:00:00Z", "2026-11-02T04:59:59Z", "2026-11-01"],
    // Skips midnight itself: 24:00 became 01:00.
    ["America/Asuncion", "2023-10-01T04:00:00Z", "2023-10-02T02:59:59Z", "2023-10-01"],
  ])("is one day from first to last second where clocks change: %s", (zone, from, to, date) => {
    const day = Date.parse(date) / DAY_MS;
    expect(localDay(Date.parse(from), zone)).toBe(day);
    expect(localDay(Date.parse(to), zone)).toBe(day);
    expect(localDay(Date.parse(from) - 1_000, zone)).toBe(day - 1);
    expect(localDay(Date.parse(to) + 1_000, zone)).toBe(day + 1);
  });

  it("never falls as time goes by, and is never a day and a half off", () => {
    const zones = fc.constantFrom("UTC", "Europe/Madrid", "America/New_York", "Asia/Tokyo");
    const instants = fc.integer({ min: 0, max: Date.UTC(2100, 0) });
    fc.assert(
      fc.property(zones, instants, fc.nat(10 * DAY_MS), (zone, atMs, laterMs) => {
        const day = localDay(atMs, zone);
        expect(Number.isInteger(day)).toBe(true);
        expect(localDay(atMs + laterMs, zone)).toBeGreaterThanOrEqual(day);
        expect(Math.abs(atMs - day * DAY_MS - DAY_MS / 2)).toBeLessThanOrEqual(1.5 * DAY_MS);
      }),
    );
  });

  it("knows a time zone when it sees one", () => {
    expect(["UTC", "Europe/Madrid", "America/Argentina/Ushuaia"].every(isTimeZone)).toBe(true);
    expect(["", "Europe/Nowhere", "Madrid", "../etc"].some(isTimeZone)).toBe(false);
  });
});

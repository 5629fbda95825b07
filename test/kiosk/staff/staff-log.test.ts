import { signal } from "@preact/signals-core";
import { describe, expect, it } from "vitest";
import { EXAMPLE_CONFIG } from "../../../src/contract/example-config.ts";
import { recordHappenings } from "../../../src/kiosk/staff/record-happenings.ts";
import { createStaffLog, MOST_LINES } from "../../../src/kiosk/staff/staff-log.ts";
import type { Screen } from "../../../src/kiosk/visit.ts";
import { memoryStorage } from "../../support/kiosk-builders.ts";

const wallMs = () => 1_800_000_000_000.7;

const types = (log: ReturnType<typeof createStaffLog>) =>
  log.lines.value.map(({ what }) => what.type);

describe("the staff's log", () => {
  it("[SF4] keeps the last hundred over restarts, refusals in memory alone", () => {
    const storage = memoryStorage();
    const log = createStaffLog({ storage, wallMs });
    log.add({ type: "refused", reason: "payment-card" });
    for (let count = 0; count < MOST_LINES; count += 1) log.add({ type: "started" });
    log.add({ type: "refused", reason: "payment-card" });
    expect(log.lines.value).toHaveLength(MOST_LINES);
    expect(types(log).at(-1)).toBe("refused");
    expect(JSON.stringify(storage.values)).not.toContain("refused");
    const next = createStaffLog({ storage, wallMs });
    expect(new Set(types(next))).toEqual(new Set(["started"]));
    expect(next.lines.value[0]?.atMs).toBe(1_800_000_000_000);
  });

  it.each(["", "{", "7", '[null, 7, {"atMs": 1}, {"atMs": 1, "what": {"type": "of later"}}]'])(
    "begins empty where what is kept is not its own: %s",
    (text) => {
      const storage = memoryStorage({ "tarjeta-log": text });
      expect(createStaffLog({ storage, wallMs }).lines.value).toEqual([]);
    },
  );

  it("goes on in memory where there is no room", () => {
    const full = {
      getItem: () => null,
      setItem: () => {
        throw new DOMException("no room", "QuotaExceededError");
      },
    };
    const log = createStaffLog({ storage: full, wallMs });
    log.add({ type: "started" });
    expect(types(log)).toEqual(["started"]);
  });

  it("[SF4] [PV5] tells of network, storage, faults and refusals, and nothing of a visit", () => {
    const log = createStaffLog({ storage: memoryStorage(), wallMs });
    const screen = signal<Screen>({ state: "attract" });
    const config = signal(EXAMPLE_CONFIG);
    const backOffice = { isDown: signal(false), broke: signal(0) };
    const session = { screen, config };
    recordHappenings({ log, session, backOffice });
    const noted = {
      visitId: "1",
      masked: "•••• 8906",
      fingerprint: "x",
      notedAtMs: 0,
      answers: [],
    };
    screen.value = { ...noted, state: "thanked", step: "thanks", expiresAtMs: 1 };
    screen.value = { ...noted, state: "thanked", step: "closing", expiresAtMs: 1 };
    screen.value = { state: "declined", reason: "undone", expiresAtMs: 1 };
    screen.value = { state: "refused", reason: "not-ours", expiresAtMs: 1 };
    screen.value = { state: "out-of-service", reason: "closed" };
    screen.value = { state: "out-of-service", reason: "full" };
    backOffice.isDown.value = true;
    backOffice.isDown.value = false;
    backOffice.broke.value += 1;
    config.value = { ...EXAMPLE_CONFIG, version: "spring-1" };
    expect(types(log)).toEqual([
      "started",
      "refused",
      "storage",
      "link-down",
      "link-up",
      "broke",
      "config",
    ]);
    expect(JSON.stringify(log.lines.value)).not.toContain("8906");
  });
});

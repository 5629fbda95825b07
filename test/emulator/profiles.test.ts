import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createBacklog } from "../../src/emulator/bulk/backlog.ts";
import { createProfiles } from "../../src/emulator/profiles.ts";
import { createSwitches } from "../../src/emulator/switches.ts";
import { anEmulator, EMULATOR_START } from "../support/target-world.ts";

const NO_BATCHES = { ...createBacklog(), newest: () => 0 };

const CARD = "2912345678906";
const MEMBER = { kind: "member", value: CARD } as const;
const DAY = 86_400_000;

describe("a profile of 64 KB", () => {
  /** 255 attributes of 256 bytes and one that leaves `spare` bytes. */
  const nearlyFull = (spare: number) => ({
    ...Object.fromEntries(
      Array.from({ length: 255 }, (_, index) => [
        `n${String(index).padStart(3, "0")}`,
        "x".repeat(252),
      ]),
    ),
    last: "x".repeat(256 - 4 - spare),
  });

  it("[EM2] takes what just fits and silently drops an update that does not", async () => {
    const { visitSite, update, attributesOf, calls } = anEmulator();
    visitSite(MEMBER, nearlyFull(2));
    await update(`mbox3rdPartyId=${CARD}&profile.ab=1`);
    expect(attributesOf(CARD)).not.toHaveProperty("ab");
    await update(`mbox3rdPartyId=${CARD}&profile.b=1`);
    expect(attributesOf(CARD)).toHaveProperty("b", "1");
    expect(calls().map(({ effect }) => effect)).toEqual(["dropped", "known"]);
    expect(calls()[0]!.note).toContain("profileOver64K");
  });

  it("[EM2] counts bytes of UTF-8, and what is replaced only once", async () => {
    const { visitSite, update, attributesOf } = anEmulator();
    visitSite(MEMBER, nearlyFull(4));
    await update(`mbox3rdPartyId=${CARD}&profile.n000=${"y".repeat(256)}`);
    expect(attributesOf(CARD)!["n000"]).toBe("y".repeat(256));
    await update(`mbox3rdPartyId=${CARD}&profile.n000=${"%C3%B1".repeat(200)}`);
    expect(attributesOf(CARD)!["n000"]).toBe("y".repeat(256));
  });

  it.each([
    ["oldest-dropped", "200 true", true],
    ["refused-body", "200 false", false],
    ["stored", "200 true", true],
    ["update-dropped", "200 true", false],
  ] as const)("[EM1] profileOver64K: %s", async (profileOver64K, word, isKept) => {
    const emulator = anEmulator({ switches: { profileOver64K } });
    emulator.visitSite(MEMBER, nearlyFull(0));
    emulator.advance(1_000);
    const { body } = await emulator.update(`mbox3rdPartyId=${CARD}&profile.new=1`);
    expect(`200 ${body.match(/<success>(true|false)/)![1]}`).toBe(word);
    const kept = emulator.attributesOf(CARD)!;
    expect("new" in kept).toBe(isKept);
    const bytes = Object.entries(kept).reduce((sum, [n, v]) => sum + n.length + v.length, 0);
    expect(bytes > 65_536).toBe(profileOver64K === "stored");
    expect(Object.keys(kept).length).toBe(
      { "oldest-dropped": 256, "refused-body": 256, stored: 257, "update-dropped": 256 }[
        profileOver64K
      ],
    );
  });
});

describe("expiry", () => {
  it("[EM3] a profile is gone after 14 days without activity, and an update is none", async () => {
    const { update, advance, fetchProfile, attributesOf, calls } = anEmulator();
    advance(14 * DAY - 1);
    await update(`mbox3rdPartyId=${CARD}&profile.a=1`);
    expect(attributesOf(CARD)).toEqual({ a: "1" });
    advance(1);
    expect((await fetchProfile(`thirdPartyId/${CARD}`)).statusCode).toBe(404);
    await update(`mbox3rdPartyId=${CARD}&profile.a=2`);
    expect(calls().at(-1)!.effect).toBe("unknown");
  });

  it("[EM3] a visit to the site refreshes it; once expired, a visit begins a new one", () => {
    const { visitSite, advance, attributesOf } = anEmulator();
    visitSite(MEMBER, { a: "1" });
    advance(13 * DAY);
    visitSite(MEMBER);
    advance(13 * DAY);
    expect(attributesOf(CARD)).toEqual({ a: "1" });
    advance(14 * DAY);
    visitSite(MEMBER, { b: "2" });
    expect(attributesOf(CARD)).toEqual({ b: "2" });
  });

  it("[EM3] drops an update that would take effect only after the profile expired", async () => {
    const { update, advance, calls, profile } = anEmulator({ propagation: "24-hours" });
    advance(14 * DAY - 3_600_000);
    await update(`mbox3rdPartyId=${CARD}&profile.a=1`);
    advance(DAY);
    expect(profile(MEMBER)).toBeUndefined();
    expect(calls()[0]!.effect).toBe("dropped");
  });

  it("[EM1] lifetimeDays and updateExtendsLifetime decide when it is gone", async () => {
    const long = anEmulator({ switches: { lifetimeDays: 90 } });
    long.advance(90 * DAY - 1);
    expect(long.attributesOf(CARD)).toEqual({});
    long.advance(1);
    expect(long.attributesOf(CARD)).toBeUndefined();
    const kept = anEmulator({ switches: { updateExtendsLifetime: "yes" } });
    kept.advance(13 * DAY);
    await kept.update(`mbox3rdPartyId=${CARD}&profile.a=1`);
    kept.advance(13 * DAY);
    expect(kept.attributesOf(CARD)).toEqual({ a: "1" });
  });

  it("[EM3] holds for any order of visits, updates and looks", () => {
    const step = fc.record({
      do: fc.constantFrom("visit", "update", "look"),
      afterDays: fc.integer({ min: 0, max: 8 }),
    });
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 30 }),
        fc.constantFrom("yes", "no"),
        (steps, updateExtendsLifetime) => {
          let nowMs = EMULATOR_START;
          const switches = createSwitches({ updateExtendsLifetime });
          const profiles = createProfiles({
            nowMs: () => nowMs,
            switches,
            random: () => 0,
            backlog: NO_BATCHES,
          });
          // The oracle: days since the last activity, and nothing else.
          let activeAtMs = Number.NEGATIVE_INFINITY;
          let value: string | undefined;
          for (const [index, each] of steps.entries()) {
            nowMs += each.afterDays * DAY;
            const lives = nowMs - activeAtMs < 14 * DAY;
            if (!lives) value = undefined;
            if (each.do === "visit") {
              profiles.write(MEMBER, {}, nowMs);
              activeAtMs = nowMs;
            } else if (each.do === "update") {
              profiles.updateLater(MEMBER, { a: String(index) }, nowMs);
              if (lives) value = String(index);
              if (lives && updateExtendsLifetime === "yes") activeAtMs = nowMs;
            } else {
              expect(profiles.isKnown(MEMBER)).toBe(lives);
              expect(profiles.read(MEMBER, nowMs)?.attributes.get("a")?.value).toBe(value);
            }
          }
        },
      ),
    );
  });
});

it("[EM2] keeps nothing of the updates it has applied, however many come", () => {
  let nowMs = EMULATOR_START;
  const profiles = createProfiles({
    nowMs: () => nowMs,
    switches: createSwitches(),
    random: () => 0,
    backlog: NO_BATCHES,
  });
  profiles.write(MEMBER, {}, nowMs);
  for (let index = 0; index < 10_000; index += 1) {
    nowMs += 10;
    profiles.updateLater(MEMBER, { a: String(index) }, nowMs + 100);
    // One second of updates at most, at a hundred a second.
    expect(profiles.list(1)[0]!.pending).toBeLessThanOrEqual(11);
  }
});

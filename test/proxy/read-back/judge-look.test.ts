import { describe, expect, it } from "vitest";
import { judgeLook } from "../../../src/proxy/read-back/judge-look.ts";
import { checkPauseMs, isReadBack, READ_BACK } from "../../../src/proxy/read-back/look-plan.ts";
import type { ExpectedAttribute, LookClaim } from "../../../src/proxy/store/read-back-store.ts";
import type { ProfileLook } from "../../../src/proxy/target/profile-answer.ts";
import { DAY, NOW } from "../../support/store-builders.ts";

const HOUR = 3_600_000;
const PAUSE = 7_000;

/** Sent an hour and a minute ago, acknowledged at once, not looked at yet. */
function anExpected(sketch: Partial<ExpectedAttribute> = {}): ExpectedAttribute {
  return {
    name: "lastStore",
    value: "S-1",
    effectiveMs: NOW - HOUR - 60_000,
    phase: "sent",
    ackedMs: NOW - HOUR,
    dueMs: NOW,
    tries: 0,
    isAgain: false,
    otherValues: [],
    ...sketch,
  };
}

function aLook(sketch: Partial<LookClaim> = {}): LookClaim {
  return {
    kind: "check",
    visitorKey: "v",
    lookFence: 1,
    fence: 1,
    version: 1,
    visitor: { kind: "member", value: "21" },
    expected: [anExpected()],
    seen: {},
    tries: 0,
    missedMs: NOW,
    ...sketch,
  };
}

/** A profile that says `value`, written `agoMs` before now. */
function aProfile(value: string, agoMs: number): ProfileLook {
  return {
    type: "found",
    attributes: new Map([["lastStore", { value, modifiedAtMs: NOW - agoMs }]]),
  };
}

const EMPTY: ProfileLook = { type: "found", attributes: new Map() };

function judge(claim: LookClaim, look: ProfileLook) {
  return judgeLook(claim, look, { nowMs: NOW, agreedMs: NOW }, READ_BACK, PAUSE);
}

describe("a first look", () => {
  it("[UN1] finds it applied, and plans to see whether it stayed", () => {
    const seen = judge(aLook(), aProfile("S-1", HOUR));
    expect(seen).toMatchObject({
      type: "seen",
      expected: [{ phase: "applied", dueMs: NOW + HOUR }],
      seen: { lastStore: "S-1" },
      resend: [],
      givenUp: [],
    });
  });

  it("[UN1] waits on while the profile shows what was there before our call", () => {
    expect(judge(aLook(), aProfile("old", 2 * HOUR))).toMatchObject({
      expected: [{ phase: "sent", tries: 1, dueMs: NOW + HOUR, before: "old" }],
      resend: [],
    });
    expect(judge(aLook(), EMPTY)).toMatchObject({ expected: [{ phase: "sent" }] });
  });

  it("[UN1] waits on while it shows another value of ours, whenever Target wrote it", () => {
    const expected = [anExpected({ otherValues: ["S-0"] })];
    expect(judge(aLook({ expected }), aProfile("S-0", 1))).toMatchObject({
      expected: [{ phase: "sent" }],
    });
  });

  it("[UN1] [FW6] leaves a later value of the site alone: nothing more is to be seen", () => {
    expect(judge(aLook(), aProfile("web", 60_000))).toMatchObject({ expected: [], resend: [] });
  });

  it("[UN1] sends once more what is not there after a day, and then gives it up by name", () => {
    const late = { ackedMs: NOW - 26 * HOUR };
    const first = aLook({ expected: [anExpected(late)] });
    expect(judge(first, EMPTY)).toMatchObject({
      expected: [],
      resend: [{ name: "lastStore", reason: "not-applied" }],
    });
    const again = aLook({ expected: [anExpected({ ...late, isAgain: true })] });
    expect(judge(again, EMPTY)).toMatchObject({ resend: [], givenUp: ["lastStore"] });
  });

  it("[UN1] that finds nobody begins the search, whatever was acknowledged", () => {
    const absent = { type: "absent", atMs: NOW, dueMs: NOW + HOUR };
    expect(judge(aLook(), { type: "unknown" })).toEqual(absent);
  });

  it("[UN1] that Target does not answer says nothing about the visitor", () => {
    expect(judge(aLook(), { type: "unavailable", reason: "status 503" })).toEqual({
      type: "later",
      dueMs: NOW + PAUSE,
    });
  });
});

describe("a second look", () => {
  const applied = (sketch: Partial<ExpectedAttribute> = {}) =>
    aLook({ expected: [anExpected({ phase: "applied", ...sketch })] });

  it("[UN1] ends it where the value stayed", () => {
    expect(judge(applied(), aProfile("S-1", HOUR))).toMatchObject({ expected: [], resend: [] });
  });

  it("[UN1] is not made before its time", () => {
    const early = applied({ dueMs: NOW + 1 });
    expect(judge(early, aProfile("old", 3 * HOUR))).toMatchObject({
      expected: [{ phase: "applied", dueMs: NOW + 1 }],
      resend: [],
    });
  });

  it.each([
    ["is older than our effective time", {}, aProfile("old", 3 * HOUR)],
    ["is what an earlier look saw before our call", { before: "old" }, aProfile("old", 1)],
    ["is another one of ours", { otherValues: ["S-0"] }, aProfile("S-0", 1)],
  ] as const)(
    "[UN1] sees a value reverted that %s, and has it sent once more",
    (_, sketch, look) => {
      const [value] = look.type === "found" ? look.attributes.values() : [];
      expect(judge(applied(sketch), look)).toMatchObject({
        expected: [],
        resend: [{ name: "lastStore", reason: "reverted", revertedTo: value!.value }],
      });
    },
  );

  it("[UN1] has a value that is gone altogether sent once more", () => {
    expect(judge(applied(), EMPTY)).toMatchObject({ resend: [{ reason: "reverted" }] });
  });

  it("[UN1] does not send a third time what was undone twice", () => {
    const twice = applied({ before: "old", isAgain: true });
    expect(judge(twice, aProfile("old", 1))).toMatchObject({
      expected: [],
      resend: [],
      givenUp: [],
    });
  });

  it("[UN1] [FW6] takes any other later value for the site's, which stays", () => {
    expect(judge(applied({ before: "old" }), aProfile("web", 1))).toMatchObject({
      expected: [],
      resend: [],
    });
  });
});

describe("a wall clock that ran ahead for a moment", () => {
  const judgeAt = (claim: LookClaim, look: ProfileLook, nowMs: number) =>
    judgeLook(claim, look, { nowMs, agreedMs: NOW }, READ_BACK, PAUSE);

  it("[UN1] gives up nobody that Target's clock still gives time", () => {
    const search = aLook({ kind: "search", expected: [], missedMs: NOW - DAY });
    expect(judgeAt(search, { type: "unknown" }, NOW + 30 * DAY)).toEqual({
      type: "absent",
      atMs: NOW + 30 * DAY,
      dueMs: NOW + 30 * DAY + HOUR,
    });
  });

  it("[UN1] sends nothing once more that Target's clock still gives time", () => {
    expect(judgeAt(aLook(), EMPTY, NOW + 2 * DAY)).toMatchObject({
      expected: [{ phase: "sent", dueMs: NOW + 2 * DAY + HOUR }],
      resend: [],
    });
  });
});

describe("pauses between looks that do not show it yet", () => {
  it.each([
    ["of a second, for an emulator", 1_000, [1_000, 2_000, 64_000]],
    ["of an hour", HOUR, [HOUR, 2 * HOUR, 8 * HOUR]],
    ["of a day", DAY, [DAY, DAY, DAY]],
  ])("[UN1] grow to eight hours from one %s", (_, afterMs, pauses) => {
    const timing = { ...READ_BACK, afterMs };
    expect([0, 1, 6].map((tries) => checkPauseMs(tries, timing))).toEqual(pauses);
    expect(checkPauseMs(1_000, timing)).toBe(Math.max(afterMs, 8 * HOUR));
  });
});

describe("a search", () => {
  const search = (sketch: Partial<LookClaim> = {}) =>
    aLook({ kind: "search", expected: [], ...sketch });

  it("[UN1] pauses longer each time, a day at most", () => {
    for (const [tries, hours] of [
      [0, 1],
      [1, 2],
      [4, 16],
      [5, 24],
      [99, 24],
    ] as const) {
      const dueMs = NOW + hours * HOUR;
      expect(judge(search({ tries }), { type: "unknown" })).toMatchObject({
        type: "absent",
        dueMs,
      });
    }
  });

  it("[UN1] ends as unknown after its term, and as found whenever the visitor is there", () => {
    const over = search({ missedMs: NOW - 14 * DAY - 1 });
    expect(judge(over, { type: "unknown" })).toEqual({ type: "unknown", atMs: NOW });
    expect(judge(over, EMPTY)).toEqual({ type: "found", atMs: NOW });
  });
});

describe("whether a call is read back", () => {
  const never = { confirmedMs: 0, isAsked: false };

  it("[UN1] always, for whom nobody ever saw there, or not within a profile's life", () => {
    expect(isReadBack(never, READ_BACK, NOW, 0.999)).toBe(true);
    const longAgo = { confirmedMs: NOW - 14 * DAY - 1, isAsked: false };
    expect(isReadBack(longAgo, READ_BACK, NOW, 0.999)).toBe(true);
  });

  it("[UN1] by sample for others, and whenever it was asked for", () => {
    const seen = { confirmedMs: NOW - DAY, isAsked: false };
    expect(isReadBack(seen, READ_BACK, NOW, 0.004)).toBe(true);
    expect(isReadBack(seen, READ_BACK, NOW, 0.006)).toBe(false);
    expect(isReadBack({ ...seen, isAsked: true }, READ_BACK, NOW, 0.006)).toBe(true);
  });
});

import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  compareStamps,
  mergeProfiles,
  type AttributeWrite,
  type Profile,
  type Stamp,
} from "../../src/domain/merge.ts";

/** Three instants, two outboxes, three numbers, two names: ties are the rule, not the exception. */
const stamps: fc.Arbitrary<Stamp> = fc.record({
  effectiveMs: fc.nat(2),
  epoch: fc.constantFrom("epoch-a", "epoch-b"),
  seq: fc.integer({ min: 1, max: 3 }),
});

const names = fc.constantFrom("lastStore", "visitReason");

/** One update says one thing about one attribute: equal stamps mean the same write. */
const writes = fc
  .tuple(names, stamps)
  .map(([name, stamp]): readonly [string, AttributeWrite] => [
    name,
    { value: `${name} by ${stamp.epoch}#${stamp.seq} at ${stamp.effectiveMs}`, stamp },
  ]);

const profiles: fc.Arbitrary<Profile> = fc
  .array(writes, { maxLength: 3 })
  .map((each) => new Map(each));

describe("mergeProfiles", () => {
  it("[MG1] is commutative", () => {
    fc.assert(
      fc.property(profiles, profiles, (a, b) => {
        expect(plain(mergeProfiles(a, b))).toEqual(plain(mergeProfiles(b, a)));
      }),
      { numRuns: 300 },
    );
  });

  it("[MG1] is associative", () => {
    fc.assert(
      fc.property(profiles, profiles, profiles, (a, b, c) => {
        expect(plain(mergeProfiles(mergeProfiles(a, b), c))).toEqual(
          plain(mergeProfiles(a, mergeProfiles(b, c))),
        );
      }),
      { numRuns: 300 },
    );
  });

  it("[MG1] is idempotent, also for what is part of the whole", () => {
    fc.assert(
      fc.property(profiles, profiles, (a, b) => {
        expect(plain(mergeProfiles(a, a))).toEqual(plain(a));
        const both = mergeProfiles(a, b);
        expect(plain(mergeProfiles(both, a))).toEqual(plain(both));
        expect(plain(mergeProfiles(b, both))).toEqual(plain(both));
      }),
      { numRuns: 300 },
    );
  });

  it("[MG1] keeps per attribute the newest of all writes, whatever the order and the repeats", () => {
    const history = fc.array(writes, { minLength: 1, maxLength: 12 });
    const orders = history.chain((each) =>
      fc.tuple(
        fc.constant(each),
        fc.shuffledSubarray([...each, ...each], { minLength: each.length * 2 }),
      ),
    );
    fc.assert(
      fc.property(orders, ([history, order]) => {
        const merged = order.reduce<Profile>(
          (profile, [name, write]) => mergeProfiles(profile, new Map([[name, write]])),
          new Map(),
        );
        for (const name of ["lastStore", "visitReason"]) {
          const newest = history
            .filter(([each]) => each === name)
            .map(([, write]) => write)
            .toSorted((a, b) => compareStamps(a.stamp, b.stamp))
            .at(-1);
          expect(merged.get(name)).toEqual(newest);
        }
      }),
      { numRuns: 200 },
    );
  });

  it("[MG1] breaks ties by epoch, then by sequence number", () => {
    const early = aWrite("early", { effectiveMs: 1, epoch: "b", seq: 9 });
    const late = aWrite("late", { effectiveMs: 2, epoch: "a", seq: 1 });
    const otherEpoch = aWrite("other epoch", { effectiveMs: 2, epoch: "b", seq: 1 });
    const nextSeq = aWrite("next seq", { effectiveMs: 2, epoch: "b", seq: 10 });
    expect(winner(early, late)).toBe("late");
    expect(winner(late, otherEpoch)).toBe("other epoch");
    expect(winner(nextSeq, otherEpoch)).toBe("next seq");
    expect(winner(aWrite("nine", { effectiveMs: 2, epoch: "b", seq: 9 }), nextSeq)).toBe(
      "next seq",
    );
  });

  it("leaves both of its arguments as they were", () => {
    const left: Profile = new Map([["lastStore", aWrite("old", { effectiveMs: 1 })]]);
    const right: Profile = new Map([["lastStore", aWrite("new", { effectiveMs: 2 })]]);
    mergeProfiles(left, right);
    expect(left.get("lastStore")?.value).toBe("old");
    expect(right.get("lastStore")?.value).toBe("new");
  });
});

describe("compareStamps", () => {
  it("[MG1] is a total order: only a write ties with itself", () => {
    fc.assert(
      fc.property(stamps, stamps, stamps, (a, b, c) => {
        expect(Math.sign(compareStamps(a, b)) + Math.sign(compareStamps(b, a))).toBe(0);
        expect(compareStamps(a, b) === 0).toBe(JSON.stringify(a) === JSON.stringify(b));
        if (compareStamps(a, b) <= 0 && compareStamps(b, c) <= 0) {
          expect(compareStamps(a, c)).toBeLessThanOrEqual(0);
        }
      }),
      { numRuns: 500 },
    );
  });
});

function aWrite(value: string, stamp: Partial<Stamp>): AttributeWrite {
  return { value, stamp: { effectiveMs: 0, epoch: "epoch-a", seq: 1, ...stamp } };
}

function winner(a: AttributeWrite, b: AttributeWrite): string | undefined {
  return mergeProfiles(new Map([["lastStore", a]]), new Map([["lastStore", b]])).get("lastStore")
    ?.value;
}

/** A profile without the order its attributes came in. */
function plain(profile: Profile) {
  return Object.fromEntries(profile);
}

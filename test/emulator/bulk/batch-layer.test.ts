import * as fc from "fast-check";
import { expect, it } from "vitest";
import { applyRow } from "../../../src/emulator/bulk/apply-row.ts";
import { applyUpdate, createProfile, type Profile } from "../../../src/emulator/profile.ts";

const NAMES = ["a", "b", "c"] as const;

/**
 * What Adobe's sentence means, written plainly: a ground that the site and single updates write, and
 * over it what the newest v2 batch set; a visit to the site makes the two one.
 */
function plainly() {
  const ground = new Map<string, string>();
  const pending = new Map<string, string>();
  let batch = 1;
  let isVisited = false;
  const visit = () => {
    for (const [name, value] of pending) ground.set(name, value);
    pending.clear();
    isVisited = true;
  };
  return {
    write: (name: string, value: string) => {
      pending.delete(name);
      ground.set(name, value);
    },
    visit,
    row: (ofBatch: number, name: string, value: string) => {
      // A row may take effect after a visit that came after its batch.
      if (ofBatch !== batch && isVisited) visit();
      if (ofBatch !== batch) {
        pending.clear();
        isVisited = false;
      }
      batch = ofBatch;
      pending.set(name, value);
    },
    profile: () => Object.fromEntries([...ground, ...pending]),
  };
}

const ROW = { effectMs: 0, emptyValue: "ignored", onDropped: undefined } as const;

function writeRow(profile: Profile, batch: number, name: string, value: string): void {
  const attributes = { [name]: value };
  const row = { batch, key: "member:1", doesCreate: true, doesOverride: true, effectMs: 0 };
  applyRow(profile, { ...row, attributes }, "stored");
}

function valuesOf({ attributes }: Profile): Readonly<Record<string, string>> {
  return Object.fromEntries([...attributes].map(([name, { value }]) => [name, value]));
}

it("[EB7] leaves of an earlier v2 batch nothing but what a visit has made the visitor's own", () => {
  const step = fc.record({
    type: fc.constantFrom("update", "visit", "row", "same-batch-row"),
    name: fc.constantFrom(...NAMES),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 25 }), (steps) => {
      const profile = createProfile(0, 0);
      const expected = plainly();
      let batch = 1;
      for (const [index, { type, name }] of steps.entries()) {
        const atMs = index * 10;
        const value = String(index);
        if (type === "update") {
          applyUpdate(profile, { ...ROW, attributes: { [name]: value }, effectMs: atMs }, "stored");
          expected.write(name, value);
        } else if (type === "visit") {
          profile.visitedAfter = batch;
          expected.visit();
        } else {
          if (type === "row") batch += 1;
          writeRow(profile, batch, name, value);
          expected.row(batch, name, value);
        }
        expect(valuesOf(profile)).toEqual(expected.profile());
        expect(profile.bytes).toBe(Object.entries(valuesOf(profile)).flat().join("").length);
      }
    }),
  );
});

it("[EB7] counts a visit between two submissions, also when both take effect after it", () => {
  const profile = createProfile(0, 0);
  profile.visitedAfter = 1;
  writeRow(profile, 1, "a", "x");
  writeRow(profile, 2, "b", "x");
  expect(valuesOf(profile)).toEqual({ a: "x", b: "x" });
  writeRow(profile, 3, "c", "x");
  expect(valuesOf(profile)).toEqual({ a: "x", c: "x" });
});

import * as fc from "fast-check";
import { expect, it } from "vitest";
import { writeLayer, type BatchLayer } from "../../../src/emulator/bulk/batch-layer.ts";
import type { StoredAttribute } from "../../../src/emulator/profiles.ts";

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

it("[EB7] leaves of an earlier v2 batch nothing but what a visit has made the visitor's own", () => {
  const step = fc.record({
    type: fc.constantFrom("update", "visit", "row", "same-batch-row"),
    name: fc.constantFrom(...NAMES),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 25 }), (steps) => {
      const attributes = new Map<string, StoredAttribute>();
      const expected = plainly();
      let layer: BatchLayer | undefined;
      let visitedAfter = 0;
      let batch = 1;
      for (const [index, { type, name }] of steps.entries()) {
        const atMs = index * 10;
        const value = String(index);
        if (type === "update") {
          attributes.set(name, { value, modifiedAtMs: atMs });
          expected.write(name, value);
        } else if (type === "visit") {
          visitedAfter = batch;
          expected.visit();
        } else {
          if (type === "row") batch += 1;
          const write = { batch, effectMs: atMs, attributes: { [name]: value } };
          layer = writeLayer(attributes, layer, visitedAfter, write);
          expected.row(batch, name, value);
        }
        const profile = Object.fromEntries([...attributes].map(([key, { value }]) => [key, value]));
        expect(profile).toEqual(expected.profile());
      }
    }),
  );
});

it("[EB7] counts a visit between two submissions, also when both take effect after it", () => {
  const attributes = new Map<string, StoredAttribute>();
  const row = (batch: number, name: string) => ({
    batch,
    effectMs: 100 + batch,
    attributes: { [name]: "x" },
  });
  const first = writeLayer(attributes, undefined, 1, row(1, "a"));
  const second = writeLayer(attributes, first, 1, row(2, "b"));
  expect([...attributes.keys()]).toEqual(["a", "b"]);
  writeLayer(attributes, second, 1, row(3, "c"));
  expect([...attributes.keys()]).toEqual(["a", "c"]);
});

import { expect, it } from "vitest";
import { liveVisits } from "./visits/visits.ts";

// A scaled copy of `npm run simulate -- visits`.

it("[VS1] [PV1] [PV5] [PV6] [FE1] [BI7] visits by seed: what was thanked for arrives, what was taken back never leaves, and nothing is left for the next, in no memory either", async () => {
  const { broken, overlooked, kept, lived } = await liveVisits({
    seed: 12,
    calm: { from: 1, to: 13 },
    stormy: { from: 14, to: 25 },
    sizeEvery: 1,
    // What is sent in passing keeps its timers for 15 s.
    slack: { objectBytes: 150_000, listeners: 150, nodes: 150 },
  });
  expect(broken).toEqual([]);
  expect(overlooked).toEqual([]);
  expect(kept).toBeGreaterThan(5);
  // None of it by chance: a day without them would prove nothing.
  for (const each of ["update", "crash", "plug", "undo", "yes", "a card that stops", "walk away"]) {
    expect(lived.get(each), each).toBeGreaterThan(0);
  }
});

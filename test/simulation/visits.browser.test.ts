import { expect, it } from "vitest";
import { liveVisits } from "./visits/visits.ts";

// A scaled copy of `npm run simulate -- visits`.

it("[VS1] [PV1] [PV5] [PV6] [FE1] [BI7] visits by seed: what was thanked for arrives, what was taken back never leaves, and nothing is left for the next, in no memory either", async () => {
  const { broken, overlooked, kept, lived } = await liveVisits({
    seed: 7,
    calm: { from: 1, to: 13 },
    stormy: { from: 14, to: 25 },
    sizeEvery: 1,
    // In so few visits code is still being compiled.
    slack: { heapBytes: 1_500_000, listeners: 4, nodes: 150 },
  });
  expect(broken).toEqual([]);
  expect(overlooked).toEqual([]);
  expect(kept).toBeGreaterThan(5);
  console.log([...lived]);
});

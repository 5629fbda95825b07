import { describe, expect, it } from "vitest";
import { browserKills, proxyKills, workerAndLineCuts } from "./kills.ts";

// Scaled copies of `npm run chaos`.

describe("killed at one moment after another", () => {
  it("[OB1] [FL4] the browser loses nothing it thanked for and doubles nothing", async () => {
    expect(await browserKills({ points: 8 })).toEqual({
      points: 8,
      thanked: 8,
      lost: 0,
      doubled: 0,
    });
  });

  it("[FL4] [FL1] the worker and the line lose nothing and double nothing", async () => {
    expect(await workerAndLineCuts({ points: 40 })).toEqual({
      points: 40,
      thanked: 40,
      lost: 0,
      doubled: 0,
    });
  });

  it("[IN1] [IN3] the proxy loses nothing it was sent and merges nothing twice", async () => {
    expect(await proxyKills({ points: 8 })).toEqual({
      points: 8,
      thanked: 24,
      lost: 0,
      doubled: 0,
    });
  });
});

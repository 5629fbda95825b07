import { describe, expect, it } from "vitest";
import { createDiskSpace } from "../../src/proxy/disk-space.ts";
import { aMovableClock } from "../support/movable-clock.ts";
import { aFolder } from "../support/store-files.ts";

const RESERVE = 1_000;

function aDisk(freeBytes: number | undefined, reserveBytes = RESERVE) {
  const clock = aMovableClock();
  const disk = { freeBytes, looks: 0, changes: [] as boolean[] };
  const space = createDiskSpace({
    folder: "/srv",
    reserveBytes,
    clock,
    onChange: (hasRoom) => void disk.changes.push(hasRoom),
    freeBytesOf: () => {
      disk.looks += 1;
      return disk.freeBytes;
    },
  });
  /** A second later, with so much free. */
  const later = (bytes: number | undefined) => {
    disk.freeBytes = bytes;
    clock.advance(1_000);
    return space.hasRoom();
  };
  return { disk, space, later, clock };
}

describe("the disk's reserve", () => {
  it("[ST4] is kept, and given up again only with a tenth more free", () => {
    const { disk, space, later } = aDisk(RESERVE);
    expect(space.hasRoom()).toBe(true);
    expect([999, 1_000, 1_099, 1_100, 1_000, 999].map(later)).toEqual([
      false,
      false,
      false,
      true,
      true,
      false,
    ]);
    expect(disk.changes).toEqual([false, true, false]);
    expect(space.figures()).toEqual({ freeBytes: 999, reserveBytes: RESERVE });
  });

  it("is looked at once a second, and only when somebody asks", () => {
    const { disk, space, clock } = aDisk(RESERVE);
    expect(disk.looks).toBe(0);
    for (let times = 0; times < 1_000; times += 1) space.hasRoom();
    clock.advance(999);
    space.figures();
    expect(disk.looks).toBe(1);
    clock.advance(1);
    space.hasRoom();
    expect(disk.looks).toBe(2);
  });

  it("refuses nothing where there is none, or the system does not say how much is free", () => {
    const none = aDisk(0, 0);
    expect(none.space.hasRoom()).toBe(true);
    const silent = aDisk(undefined);
    expect(silent.space.hasRoom()).toBe(true);
    expect(silent.later(10)).toBe(false);
    expect(silent.later(undefined)).toBe(true);
  });

  it("asks the system itself", () => {
    const clock = aMovableClock();
    const options = { reserveBytes: RESERVE, clock, onChange: () => {} };
    const here = createDiskSpace({ ...options, folder: aFolder() });
    expect(here.figures().freeBytes).toBeGreaterThan(RESERVE);
    const nowhere = createDiskSpace({ ...options, folder: "/nowhere/at/all" });
    expect(nowhere.figures().freeBytes).toBeUndefined();
  });
});

import { describe, expect, it } from "vitest";
import { replaySyncs } from "../support/sync-trace.ts";
import { kioskPowerCuts } from "./kiosk-power-cuts.ts";
import { proxyPowerCuts } from "./proxy-power-cuts.ts";

// Scaled copies of `npm run chaos`.

describe("a power cut right after the last thanks", () => {
  it("[OB1] takes nothing the screen thanked for, and all that was written carelessly beside it", async () => {
    const result = await kioskPowerCuts({ cuts: 3, scansPerCut: 8 });
    expect(result).toMatchObject({ thanked: 24, lost: 0, doubled: 0 });
    // Whatever else syncs the disk just then takes a few of them along.
    expect(result.controlLost).toBeGreaterThan(result.controlWritten / 2);
  });

  it("[IN1] takes nothing the proxy acknowledged, and what was committed carelessly", async () => {
    const result = await proxyPowerCuts({ cuts: 3, scansPerCut: 10 });
    expect(result).toMatchObject({ thanked: 30, lost: 0, doubled: 0 });
    expect(result.controlLost).toBe(result.controlWritten);
  });
});

describe("the model of a power cut", () => {
  const LOG = "/disk/000003.log";
  const reachOf = (trace: string) => replaySyncs(trace).get(LOG);

  it("keeps what a finished sync covers and loses what was written after it", () => {
    const trace = [
      `10 write(3<${LOG}>, ""..., 100) = 100`,
      `10 fdatasync(3<${LOG}>) = 0`,
      `10 write(3<${LOG}>, ""..., 50) = 50`,
    ].join("\n");
    expect(reachOf(trace)).toEqual({ written: 150, synced: 100 });
  });

  it("counts a write that was interrupted from its second half, and a sync from its first", () => {
    const trace = [
      `10 write(3<${LOG}>, ""..., 100 <unfinished ...>`,
      `11 fdatasync(3<${LOG}> <unfinished ...>`,
      `10 <... write resumed>) = 100`,
      `11 <... fdatasync resumed>) = 0`,
    ].join("\n");
    expect(reachOf(trace)).toEqual({ written: 100, synced: 0 });
  });

  it("takes no failed or unfinished sync for one", () => {
    const trace = [
      `10 pwrite64(3<${LOG}>, ""..., 100, 400) = 100`,
      `10 fsync(3<${LOG}>) = -1 EIO (Input/output error)`,
      `10 fsync(3<${LOG}> <unfinished ...>`,
      `10 +++ killed by SIGKILL +++`,
    ].join("\n");
    expect(reachOf(trace)).toEqual({ written: 500, synced: 400 });
  });
});

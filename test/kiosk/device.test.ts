import { describe, expect, it } from "vitest";
import { loadDevice, type DeviceDeps } from "../../src/kiosk/device.ts";
import { aDevice, BROKEN_KEPT, memoryKept, memoryStorage } from "../support/kiosk-builders.ts";

const NEW_ID = "00000000-0000-4000-8000-000000000002";

function load(parts: Partial<DeviceDeps> & { readonly query?: string }) {
  return loadDevice({
    kept: memoryKept(),
    storage: memoryStorage(),
    address: new URLSearchParams(parts.query),
    timeZone: "Europe/Madrid",
    newId: () => NEW_ID,
    ...parts,
  });
}

describe("the device record", () => {
  it("takes defaults where nobody ever said anything", async () => {
    expect(await load({})).toEqual({
      ok: true,
      value: aDevice({ deviceId: NEW_ID, storeId: "store-1", kioskId: "kiosk-1" }),
    });
  });

  it("takes the address, remembers it twice, and needs it no more", async () => {
    const kept = memoryKept();
    const storage = memoryStorage();
    const first = await load({ kept, storage, query: "store=sevilla-1&kiosk=lift" });
    expect(first).toMatchObject({ value: { storeId: "sevilla-1", kioskId: "lift" } });
    for (const later of [
      await load({ kept, newId: () => "another" }),
      await load({ storage, newId: () => "another" }),
    ]) {
      expect(later).toEqual(first);
    }
  });

  it("changes only what the address names", async () => {
    const kept = memoryKept({ device: aDevice() });
    expect(await load({ kept, query: "kiosk=lift" })).toEqual({
      ok: true,
      value: aDevice({ kioskId: "lift" }),
    });
  });

  it("refuses a place that no record may hold, naming the parameter", async () => {
    expect(await load({ query: "store=ok&kiosk=a%20b" })).toEqual({
      ok: false,
      error: { type: "bad-place", parameter: "kiosk", value: "a b" },
    });
  });

  it("[OB6] knows itself without a database", async () => {
    const storage = memoryStorage({ "tarjeta-device": JSON.stringify(aDevice()) });
    expect(await load({ kept: BROKEN_KEPT, storage })).toEqual({ ok: true, value: aDevice() });
  });

  it("takes a damaged record for none", async () => {
    const kept = memoryKept({ device: { deviceId: 7 } });
    const storage = memoryStorage({ "tarjeta-device": "{torn" });
    expect(await load({ kept, storage })).toMatchObject({ value: { deviceId: NEW_ID } });
  });
});

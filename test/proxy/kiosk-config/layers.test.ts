import { describe, expect, it } from "vitest";
import { EXAMPLE_CONFIG } from "../../../src/contract/example-config.ts";
import { KioskConfig } from "../../../src/contract/kiosk-config.ts";
import { kioskConfigsFrom, type KioskConfigs } from "../../../src/proxy/kiosk-config/layers.ts";
import { mergePatch } from "../../../src/proxy/kiosk-config/merge-patch.ts";

/** A chain with one layer of each kind. */
const LAYERS = {
  chain: { version: "spring-1", brand: "Olmo" },
  groups: {
    flagship: {
      version: "f1",
      stores: ["S-12", "S-13"],
      timings: { thanksSeconds: 2 },
      byItself: { updateIdleSeconds: 90, updateDeadlineHours: 12 },
    },
  },
  stores: { "S-12": { version: "s2", timings: { questionSeconds: 40 } } },
  devices: { "S-12/door": { version: "d1", questions: [] } },
};

function resolved(file: unknown): KioskConfigs {
  const configs = kioskConfigsFrom(file);
  if (!configs.ok) throw new Error(configs.error);
  return configs.value;
}

function refusal(file: unknown): string {
  const configs = kioskConfigsFrom(file);
  return configs.ok ? "taken" : configs.error;
}

const at = (storeId: string, kioskId: string) => ({ storeId, kioskId });

describe("layers of a configuration", () => {
  it("[CF3] lie on each other by the kiosk's own record: shipped, chain, group, store, device", () => {
    const { configFor } = resolved(LAYERS);
    const shown = (storeId: string, kioskId: string) => {
      const { brand, timings, questions } = configFor(at(storeId, kioskId));
      return [brand, timings.thanksSeconds, timings.questionSeconds, questions.length];
    };
    const { thanksSeconds, questionSeconds } = EXAMPLE_CONFIG.timings;
    expect(shown("S-1", "door")).toEqual(["Olmo", thanksSeconds, questionSeconds, 1]);
    expect(shown("S-13", "door")).toEqual(["Olmo", 2, questionSeconds, 1]);
    expect(shown("S-12", "till")).toEqual(["Olmo", 2, 40, 1]);
    expect(shown("S-12", "door")).toEqual(["Olmo", 2, 40, 0]);
    expect(configFor(at("S-12", "door")).cardRules).toEqual(EXAMPLE_CONFIG.cardRules);
  });

  it("[CF3] merge objects by key, replace arrays whole, and take away what is null", () => {
    const below = { a: { b: 1, c: [1, 2] }, d: 1 };
    expect(mergePatch(below, { a: { c: [3] }, d: null, e: {} })).toEqual({
      a: { b: 1, c: [3] },
      e: {},
    });
    expect(below).toEqual({ a: { b: 1, c: [1, 2] }, d: 1 });
    const hostile: unknown = JSON.parse('{"__proto__":{"polluted":true}}');
    mergePatch({}, hostile);
    expect({}).not.toHaveProperty("polluted");
    const chain = { version: "1", cardLimits: { cardsPerMinute: 6, typedCardsPerMinute: 3 } };
    const stores = { "S-1": { version: "1", cardLimits: null } };
    const { configFor } = resolved({ chain, stores });
    expect(configFor(at("S-2", "a")).cardLimits).toEqual(chain.cardLimits);
    expect(configFor(at("S-1", "a")).cardLimits).toBeUndefined();
  });

  it("[CF3] give each distinct result a version that any proxy comes to, and no two the same", () => {
    const first = resolved(LAYERS);
    const versions = first.all.map(({ version }) => version);
    expect(new Set(versions).size).toBe(4);
    expect(versions[0]).toMatch(/^spring-1\+[\w-]{12}$/);
    expect(first.configFor(at("S-12", "door")).version).toMatch(/^spring-1\/f1\/s2\/d1\+/);
    // Another proxy, another order of the same fields.
    const { chain, devices, stores } = LAYERS;
    const { flagship } = LAYERS.groups;
    const byItself = { updateDeadlineHours: 12, updateIdleSeconds: 90 };
    const groups = { flagship: { ...flagship, byItself } };
    const turned = { devices, stores, groups, chain: { brand: chain.brand, version: "spring-1" } };
    expect(resolved(turned).all.map(({ version }) => version)).toEqual(versions);
    const mended = { ...LAYERS, chain: { ...chain, brand: "Olma" } };
    expect(resolved(mended).all.some(({ version }) => versions.includes(version))).toBe(false);
    for (const config of first.all) expect(KioskConfig.safeParse(config).success).toBe(true);
  });

  it("[CF3] fit a version's 64 characters, however many and long their own are", () => {
    const version = "v".repeat(32);
    const file = {
      chain: { version },
      groups: { g: { version, stores: ["s"] } },
      stores: { s: { version } },
    };
    expect(resolved(file).configFor(at("s", "k")).version).toHaveLength(64);
  });

  it("takes one whole configuration for everybody as it stands", () => {
    const { configFor, all } = resolved({ ...EXAMPLE_CONFIG, version: "mine-1" });
    expect(all).toHaveLength(1);
    expect(configFor(at("any", "kiosk")).version).toBe("mine-1");
  });

  it.each<[string, unknown, string]>([
    [
      "stores.S-12.timings.thanksSeconds",
      { ...LAYERS, stores: { "S-12": { version: "s2", timings: { thanksSeconds: 0 } } } },
      "Too small",
    ],
    ["groups.flagship.brand", withGroup({ brand: 5 }), "expected string"],
    ["devices.S-12/door.keypad.length", withDevice({ keypad: { length: 2 } }), "Too small"],
    ["chain.timings", { chain: { version: "1", timings: null } }, "expected object"],
    ["chain.timngs", { chain: { version: "1", timngs: {} } }, "no such field"],
    ["stores.S-12.storeId", withStore({ storeId: "S-13" }), "own record"],
    ["stores.S-12.timeZone", withStore({ timeZone: "Europe/Paris" }), "own record"],
    ["groups.flagship.name", withGroup({ name: "The flagships" }), "own record"],
    ["chain", { stores: {} }, "expected"],
    ["chain.version", { chain: { brand: "Olmo" } }, "expected string"],
    ["stores.S-12.version", { ...LAYERS, stores: { "S-12": {} } }, "expected string"],
    ["stores.S 12", { ...LAYERS, stores: { "S 12": { version: "1" } } }, "must match"],
    ["devices.door", { ...LAYERS, devices: { door: { version: "1" } } }, "a slash"],
    ["stors", { ...LAYERS, stors: {} }, "no such field"],
    [
      "groups.b.stores.0",
      {
        ...LAYERS,
        groups: { a: { version: "1", stores: ["x"] }, b: { version: "1", stores: ["x"] } },
      },
      "is in a already",
    ],
    ["keypad.length", { ...EXAMPLE_CONFIG, keypad: { length: 2 } }, "Too small"],
    ["the whole file", "nothing", "expected object"],
  ])("[CF3] are refused by the path of what is wrong: %s", (path, file, why) => {
    expect(refusal(file)).toMatch(`${path}: `);
    expect(refusal(file)).toContain(why);
  });

  it("[CF3] are checked where they will be used, also before a kiosk stands there", () => {
    // Good on the chain alone, wrong on the group's question-less kiosks.
    const file = {
      chain: { version: "1" },
      groups: { g: { version: "1", stores: ["s"], staticAttributes: [{ name: "a", text: "x" }] } },
      stores: { s: { version: "1", scanAttributes: [{ name: "a", from: "store" }] } },
    };
    expect(refusal(file)).toMatch(/^stores\.s\.staticAttributes: /);
    expect(refusal({ ...file, groups: {} })).toBe("taken");
  });
});

function withGroup(changes: object) {
  return { ...LAYERS, groups: { flagship: { ...LAYERS.groups.flagship, ...changes } } };
}
function withStore(changes: object) {
  return { ...LAYERS, stores: { "S-12": { ...LAYERS.stores["S-12"], ...changes } } };
}
function withDevice(changes: object) {
  return { ...LAYERS, devices: { "S-12/door": { version: "1", ...changes } } };
}

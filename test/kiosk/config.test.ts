import { describe, expect, it } from "vitest";
import { EXAMPLE_CONFIG } from "../../src/contract/example-config.ts";
import { paintFrom } from "../../src/kiosk/brand/paint.ts";
import { createConfigSource } from "../../src/kiosk/config.ts";
import { BROKEN_KEPT, memoryKept } from "../support/kiosk-builders.ts";

const NEWER = { ...EXAMPLE_CONFIG, version: "chain-2", brand: "Olmo" };

function aSource(answer: () => Response | Promise<Response>, parts = {}) {
  const warnings: string[] = [];
  const source = createConfigSource({
    kept: memoryKept(),
    fetch: async () => answer(),
    appVersion: "app-1",
    warn: (sentence) => warnings.push(sentence),
    onChecked: () => undefined,
    ...parts,
  });
  return { source, warnings };
}

describe("the kiosk's configuration", () => {
  it("is the shipped example for a kiosk that never reached its proxy", async () => {
    const { source } = aSource(() => Promise.reject(new TypeError("no network")));
    expect(await source.last()).toBe(EXAMPLE_CONFIG);
    expect(await source.fetchNewest()).toBeUndefined();
  });

  it("is the last good one at the next start, under this app or a newer one", async () => {
    const kept = memoryKept();
    const { source } = aSource(() => Response.json(NEWER), { kept });
    expect(await source.fetchNewest()).toEqual(NEWER);
    for (const appVersion of ["app-1", "app-2"]) {
      expect(await aSource(() => Response.json({}), { kept, appVersion }).source.last()).toEqual(
        NEWER,
      );
    }
  });

  it("[BC3] is kept with its brand's paint, which another version of the app works out anew", async () => {
    const kept = memoryKept();
    const branded = { ...NEWER, brandColour: "#16379c" };
    const paint = paintFrom(branded.brandColour);
    const { source } = aSource(() => Response.json(branded), { kept });
    expect(await source.fetchNewest()).toEqual({ ...branded, paint });
    expect(await source.last()).toEqual({ ...branded, paint });
    const stale = { ...branded, paint: { style: "--brand:#000000", onBrand: "ink" } };
    const older = memoryKept({ config: { checkedBy: "app-0", config: stale } });
    expect(await aSource(() => Response.json({}), { kept: older }).source.last()).toEqual({
      ...branded,
      paint,
    });
  });

  it("stays what it was when the new one is wrong, and says which field is", async () => {
    const kept = memoryKept();
    const wrong = { ...NEWER, timings: { ...NEWER.timings, thanksSeconds: 0 } };
    const { source, warnings } = aSource(() => Response.json(wrong), { kept });
    expect(await source.fetchNewest()).toBeUndefined();
    expect(warnings.join()).toContain("timings.thanksSeconds");
    expect(await source.last()).toBe(EXAMPLE_CONFIG);
  });

  it("[BI8] says the wrong field of the newest, until one comes that can be used", async () => {
    const { timings, ...whole } = NEWER;
    const answers: unknown[] = [
      { ...whole, timings: { ...timings, thanksSeconds: 0 } },
      "no configuration",
      NEWER,
    ];
    const said: (string | undefined)[] = [];
    const onChecked = (field: string | undefined) => void said.push(field);
    const { source } = aSource(() => Response.json(answers.shift()), { onChecked });
    while (answers.length > 0) await source.fetchNewest();
    expect(said).toEqual(["timings.thanksSeconds", "", undefined]);
  });

  it("falls back to the example when a newer app cannot use the kept one", async () => {
    const kept = memoryKept({ config: { checkedBy: "app-0", config: { version: "ancient" } } });
    const { source } = aSource(() => Response.json({}), { kept });
    expect(await source.last()).toEqual(EXAMPLE_CONFIG);
  });

  it.each([
    ["a portal's page", () => new Response("<html>", { headers: { "content-type": "text/html" } })],
    ["an error", () => Response.json({}, { status: 503 })],
  ])("takes %s for no answer", async (_name, answer) => {
    const { source, warnings } = aSource(answer);
    expect(await source.fetchNewest()).toBeUndefined();
    expect(warnings).toEqual([]);
  });

  it("serves this page life when it cannot be kept", async () => {
    const { source } = aSource(() => Response.json(NEWER), { kept: BROKEN_KEPT });
    expect(await source.last()).toBe(EXAMPLE_CONFIG);
    expect(await source.fetchNewest()).toEqual(NEWER);
  });
});

import { createHash } from "node:crypto";
import { expect, it } from "vitest";
import { DECODER_CACHE } from "../../src/camera/camera-message.ts";
import { loadDecoder } from "../../src/camera/load-decoder.ts";

const ORIGIN = "https://kiosk.example";
const OLD = "/assets/zxing_reader-0.wasm";
const NEW = "/assets/zxing_reader-1.wasm";

it("[CA3] is asked for once, and then comes from its own Cache with the network gone", async () => {
  const world = aWorld({ [NEW]: "decoder" });
  expect(await world.load(NEW, "decoder")).toBe("decoder");
  world.cutNetwork();
  expect(await world.load(NEW, "decoder")).toBe("decoder");
  expect(world.asked).toEqual([NEW]);
});

it("[CA3] another version takes the place of the one before", async () => {
  const world = aWorld({ [OLD]: "old", [NEW]: "new" });
  await world.load(OLD, "old");
  expect(world.kept()).toEqual([OLD]);
  await world.load(NEW, "new");
  expect(world.kept()).toEqual([NEW]);
});

it("[CA3] what is torn or somebody else's is neither used nor kept, and what is kept so is asked for again", async () => {
  const world = aWorld({ [OLD]: "old", [NEW]: "a portal's page" });
  await world.load(OLD, "old");
  await expect(world.load(NEW, "decoder")).rejects.toThrow("not the camera's decoder");
  expect(world.kept()).toEqual([OLD]);
  world.serve(NEW, "decoder");
  await world.load(NEW, "decoder");
  world.damage(NEW, "dec");
  expect(await world.load(NEW, "decoder")).toBe("decoder");
  expect(world.asked).toEqual([OLD, NEW, NEW, NEW]);
});

it("[CA3] an answer that is none is told by its status", async () => {
  await expect(aWorld({}).load(NEW, "decoder")).rejects.toThrow("answered with 404");
});

it("[CA3] serves this page's life where there is no room to keep it", async () => {
  const world = aWorld({ [NEW]: "decoder" });
  world.fillDisk();
  expect(await world.load(NEW, "decoder")).toBe("decoder");
  expect(world.kept()).toEqual([]);
});

/** A proxy's files, and as much of Cache Storage as is used. */
function aWorld(files: Record<string, string>) {
  const kept = new Map<string, Response>();
  const asked: string[] = [];
  let isCut = false;
  let isFull = false;
  const absolute = (url: string): string => new URL(url, ORIGIN).href;
  const cache = {
    match: async (url: string) => kept.get(absolute(url))?.clone(),
    put: async (url: string, answer: Response) => {
      if (isFull) throw new DOMException("No room.", "QuotaExceededError");
      kept.set(absolute(url), answer);
    },
    keys: async () => [...kept.keys()].map((url) => ({ url })),
    delete: async ({ url }: { readonly url: string }) => kept.delete(url),
  };
  return {
    asked,
    serve: (url: string, text: string) => void (files[url] = text),
    damage: (url: string, text: string) => void kept.set(absolute(url), new Response(text)),
    cutNetwork: () => void (isCut = true),
    fillDisk: () => void (isFull = true),
    kept: () => [...kept.keys()].map((url) => new URL(url).pathname),
    async load(url: string, expected: string): Promise<string> {
      const code = await loadDecoder({
        url,
        sha256: createHash("sha256").update(expected).digest("hex"),
        caches: {
          async open(name) {
            expect(name).toBe(DECODER_CACHE);
            return cache as unknown as Cache;
          },
        },
        async fetch(address) {
          if (isCut) throw new TypeError("fetch failed");
          asked.push(address);
          const text = files[address];
          return new Response(text ?? "", { status: text === undefined ? 404 : 200 });
        },
        digest: (bytes) => crypto.subtle.digest("SHA-256", bytes),
      });
      return new TextDecoder().decode(code);
    },
  };
}

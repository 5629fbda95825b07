import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, expect, it } from "vitest";
import { readKioskConfigs } from "../../../src/proxy/kiosk-config-file.ts";
import { followKioskConfig } from "../../../src/proxy/kiosk-config/follow-file.ts";

const folder = mkdtempSync(path.join(tmpdir(), "tarjeta-layers-"));
const file = path.join(folder, "kiosks.json");
afterAll(() => rmSync(folder, { recursive: true }));

const PLACE = { storeId: "S-12", kioskId: "door" };
let edits = 0;

/** A file whose state differs, however coarse the file system's clock is. */
function write(brand: unknown): void {
  edits += 1;
  const layers = { chain: { version: "1", brand } };
  writeFileSync(file, `${JSON.stringify(layers)}${" ".repeat(edits)}`);
}

function aFollower() {
  write("First");
  const published: string[] = [];
  const problems: string[] = [];
  let fails = false;
  const live = followKioskConfig({
    file,
    first: readKioskConfigs(file),
    async publish(configs) {
      if (fails) throw new Error("the database does not answer");
      // Nobody is given it yet.
      expect(configs.some(({ brand }) => brand === live.configFor(PLACE).brand)).toBe(false);
      published.push(...configs.map(({ brand }) => brand));
    },
    log: { warn: () => undefined, error: (details) => problems.push(JSON.stringify(details)) },
  });
  return { live, published, problems, fail: (now: boolean) => void (fails = now) };
}

it("[CF3] a changed file is published, then in use, without a restart", async () => {
  const { live, published } = aFollower();
  await live.look();
  expect(published).toEqual([]);
  write("Second");
  await live.look();
  expect(published).toEqual(["Second"]);
  expect(live.configFor(PLACE).brand).toBe("Second");
});

it("[CF3] a wrong one leaves the last good one, and is told once by the field's path", async () => {
  const { live, problems } = aFollower();
  write(7);
  await live.look();
  await live.look();
  expect(live.configFor(PLACE).brand).toBe("First");
  expect(live.isTaken()).toBe(false);
  expect(problems).toHaveLength(1);
  expect(problems[0]).toContain("chain.brand: ");
  rmSync(file);
  await live.look();
  expect(problems[1]).toContain("ENOENT");
  write("Mended");
  await live.look();
  expect(live.isTaken()).toBe(true);
  expect(live.configFor(PLACE).brand).toBe("Mended");
});

it("[CF1] what cannot be published yet is given to nobody, and tried again", async () => {
  const { live, problems, fail } = aFollower();
  write("Second");
  fail(true);
  await live.look();
  expect(live.configFor(PLACE).brand).toBe("First");
  expect(problems).toHaveLength(1);
  fail(false);
  await live.look();
  expect(live.configFor(PLACE).brand).toBe("Second");
});

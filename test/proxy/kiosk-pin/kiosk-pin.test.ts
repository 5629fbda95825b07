import { spawnSync } from "node:child_process";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { EXAMPLE_CONFIG } from "../../../src/contract/example-config.ts";
import { kioskConfigsFrom } from "../../../src/proxy/kiosk-config/layers.ts";
import { pinTrouble } from "../../../src/proxy/kiosk-pin/pin-hash.ts";

const MAIN = path.resolve(import.meta.dirname, "../../../src/proxy/kiosk-pin/main.ts");

function command(input: string, ...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], {
    encoding: "utf8",
    input,
  });
  return { status, stdout, stderr };
}

const withStaff = (staff: unknown) => kioskConfigsFrom({ chain: { version: "c1", staff } });

describe("npm run kiosk:pin", () => {
  it("[SF1] prints what a configuration takes, another hash each time, and never the PIN", () => {
    const [first, second] = [command("402817\n"), command("402817\n")];
    expect(first.status).toBe(0);
    const { staff } = JSON.parse(`{${first.stdout}}`) as { readonly staff: unknown };
    expect(withStaff(staff)).toMatchObject({ ok: true });
    expect(second.stdout).not.toBe(first.stdout);
    expect(first.stdout + first.stderr).not.toContain("402817");
  });

  it.each(["40281", "4028170", "40281x", "", "111111", "123456", "987654"])(
    "[SF1] refuses what is no PIN, or everybody's first: %s",
    (pin) => {
      expect(pinTrouble(pin)).toMatch(/PIN/);
    },
  );

  it("ends with a sentence, and with 1", () => {
    const { status, stderr, stdout } = command("123456\n");
    expect(status).toBe(1);
    expect(stdout).toBe("");
    expect(stderr).toMatch(/choose another\. Use: npm run kiosk:pin/);
    expect(command("", "402817").status).toBe(1);
  });
});

describe("a configuration", () => {
  it("[SF1] [CF3] refuses the PIN itself by its field, without saying it", () => {
    const refused = withStaff({ pinHash: "402817" });
    expect(refused).toMatchObject({ ok: false });
    expect(JSON.stringify(refused)).toMatch(/chain\.staff\.pinHash: must be a hash/);
    expect(JSON.stringify(refused)).not.toContain("402817");
  });

  it("[SF1] as it is shipped has no PIN, so that nobody's kiosk has one that everybody knows", () => {
    expect(EXAMPLE_CONFIG.staff).toBeUndefined();
  });
});

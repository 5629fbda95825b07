import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { buildKioskIfStale } from "../../src/proxy/kiosk-build.ts";

const ROOT = path.resolve(import.meta.dirname, "../..");

/** A checkout whose kiosk was built so many seconds after its sources; below zero, before them. */
function checkout(builtAfterSeconds: number): string {
  const root = mkdtempSync(path.join(tmpdir(), "tarjeta-build-"));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  mkdirSync(path.join(root, "dist"));
  writeFileSync(path.join(root, "index.html"), "");
  writeFileSync(path.join(root, "dist/sw.js"), "");
  utimesSync(path.join(root, "index.html"), 1_000, 1_000);
  utimesSync(path.join(root, "dist/sw.js"), 1_000 + builtAfterSeconds, 1_000 + builtAfterSeconds);
  return root;
}

it("a kiosk newer than what it is made from is served as it is", async () => {
  const root = checkout(1);
  await expect(buildKioskIfStale(root)).resolves.toBe(path.join(root, "dist"));
});

it("a kiosk that cannot be built ends the start with what to do", async () => {
  // There is nothing here that says how.
  await expect(buildKioskIfStale(checkout(-1))).rejects.toThrow(
    /^The kiosk in .* could not be built; run npm run build to see why\.$/,
  );
});

it("a start keeps what Node compiled in a folder of ours, and where NODE_COMPILE_CACHE says", () => {
  const folderOf = (env: Readonly<Record<string, string>>): string =>
    execFileSync(
      process.execPath,
      ["--require=./.ci/compile-cache.cjs", "-p", "require('node:module').getCompileCacheDir()"],
      { cwd: ROOT, env, encoding: "utf8" },
    );
  const ours = path.join(ROOT, "node_modules/.cache/tarjeta");
  expect(folderOf({}).startsWith(ours + path.sep)).toBe(true);
  const theirs = mkdtempSync(path.join(tmpdir(), "tarjeta-compiled-"));
  onTestFinished(() => rmSync(theirs, { recursive: true, force: true }));
  expect(folderOf({ NODE_COMPILE_CACHE: theirs }).startsWith(theirs + path.sep)).toBe(true);
});

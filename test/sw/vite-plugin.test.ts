import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { manifestOf } from "../../src/sw/vite-plugin.ts";

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), "tarjeta-manifest-"));
  mkdirSync(path.join(dir, "assets"));
  mkdirSync(path.join(dir, "fonts"));
  writeFileSync(path.join(dir, "index.html"), "<!doctype html>");
  writeFileSync(path.join(dir, "assets", "index-abc.js"), "1");
  writeFileSync(path.join(dir, "assets", "index-abc.js.map"), "{}");
  writeFileSync(path.join(dir, "assets", "zxing_reader-abc.wasm"), "w");
  writeFileSync(path.join(dir, "fonts", "f.woff2"), "f");
  writeFileSync(path.join(dir, "sw.js"), "2");
});
afterEach(() => rmSync(dir, { recursive: true }));

const revisionOf = (url: string, pageRevision: string): string | null | undefined =>
  manifestOf(dir, "assets", pageRevision).find((entry) => entry.url === url)?.revision;

describe("precache manifest", () => {
  it("[CA3] lists every file of the build but maps, the worker itself, and what only cameras need", () => {
    expect(manifestOf(dir, "assets", "p").map(({ url }) => url)).toEqual([
      "/assets/index-abc.js",
      "/fonts/f.woff2",
      "/index.html",
    ]);
  });

  it("gives a revision where the name has no hash", () => {
    expect(revisionOf("/assets/index-abc.js", "p")).toBeNull();
    expect(revisionOf("/fonts/f.woff2", "p")).toMatch(/^[0-9a-f]{16}$/);
  });

  it("changes a page's revision with its bytes and with the policy sent along", () => {
    const before = revisionOf("/index.html", "policy 1");
    expect(revisionOf("/index.html", "policy 2")).not.toBe(before);
    expect(revisionOf("/fonts/f.woff2", "policy 2")).toBe(revisionOf("/fonts/f.woff2", "policy 1"));
    writeFileSync(path.join(dir, "index.html"), "<!doctype html><p>");
    expect(revisionOf("/index.html", "policy 1")).not.toBe(before);
  });
});

import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { brotliDecompressSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { compressFolder } from "../../src/proxy/precompressed.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "tarjeta-precompressed-"));
  mkdirSync(path.join(folder, "assets"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const write = (name: string, content: string | Buffer) =>
  writeFileSync(path.join(folder, name), content);
const listed = () => readdirSync(folder, { recursive: true, encoding: "utf8" }).toSorted();

describe("a build's compressed copies", () => {
  it("[KL4] stand beside every file that shrinks, and open to the same bytes", () => {
    const script = "visit(card, kiosk); ".repeat(100);
    write("index.html", "<p>Hold your card here</p>".repeat(20));
    write("assets/index-abc.js", script);
    compressFolder(folder);
    expect(listed()).toEqual([
      "assets",
      "assets/index-abc.js",
      "assets/index-abc.js.br",
      "index.html",
      "index.html.br",
    ]);
    const copy = readFileSync(path.join(folder, "assets/index-abc.js.br"));
    expect(copy.length).toBeLessThan(script.length / 10);
    expect(String(brotliDecompressSync(copy))).toBe(script);
    expect(readFileSync(path.join(folder, "assets/index-abc.js"), "utf8")).toBe(script);
  });

  it("are not made of what is compressed already, or would grow", () => {
    write("assets/font-abc.woff2", "a".repeat(1_000));
    write("icon.png", "a".repeat(1_000));
    write("assets/decoder-abc.wasm", randomBytes(1_000));
    write("assets/empty-abc.js", "");
    const before = listed();
    compressFolder(folder);
    expect(listed()).toEqual(before);
  });
});

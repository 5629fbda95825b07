import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import fastify from "fastify";
import { brotliDecompressSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { routeConsole } from "../../../src/proxy/admin/console-files.ts";
import { compressFolder } from "../../../src/proxy/precompressed.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "tarjeta-console-"));
  mkdirSync(path.join(folder, "assets"));
  writeFileSync(path.join(folder, "index.html"), "<p>Sign in</p>".repeat(50));
  writeFileSync(path.join(folder, "assets", "index-abc.js"), "signIn(token); ".repeat(50));
  writeFileSync(path.join(folder, "assets", "font-abc.woff2"), "as it is");
});
afterEach(() => rmSync(folder, { recursive: true }));

describe("the console's files", () => {
  it("[KL4] come compressed to whoever takes Brotli, and as they are to others", async () => {
    compressFolder(folder);
    const admin = fastify();
    routeConsole(admin, folder);
    for (const [url, type] of [
      ["/", "text/html; charset=utf-8"],
      ["/assets/index-abc.js", "text/javascript; charset=utf-8"],
    ] as const) {
      const whole = await admin.inject({ url, headers: { "accept-encoding": "gzip, deflate" } });
      const small = await admin.inject({ url, headers: { "accept-encoding": "gzip, br, zstd" } });
      const other = await admin.inject({ url, headers: { "accept-encoding": "gzip, br;q=0" } });
      expect(other.body).toBe(whole.body);
      expect(small.headers["content-encoding"]).toBe("br");
      expect(whole.headers["content-encoding"]).toBeUndefined();
      expect(String(brotliDecompressSync(small.rawPayload))).toBe(whole.body);
      for (const { headers } of [whole, small]) {
        expect(headers["content-type"]).toBe(type);
        expect(headers["vary"]).toBe("accept-encoding");
      }
      expect(small.headers["cache-control"]).toBe(whole.headers["cache-control"]);
    }
    const font = await admin.inject({
      url: "/assets/font-abc.woff2",
      headers: { "accept-encoding": "br" },
    });
    expect([font.headers["content-encoding"], font.body]).toEqual([undefined, "as it is"]);
    expect((await admin.inject("/assets/index-abc.js.br")).statusCode).toBe(404);
  });
});

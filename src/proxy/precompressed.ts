import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { brotliCompressSync, constants } from "node:zlib";
import type { Plugin, ResolvedConfig } from "vite";

/** What a compressed file is called beside the one it was made from. */
export const COMPRESSED = ".br";

/** Fonts and PNGs are compressed as they are. */
const WORTH_IT = /\.(?:css|html|js|svg|wasm|webmanifest)$/;

/**
 * Ours: 9 of 11. The last two steps take ten times as long, mostly for the camera's WebAssembly, and save
 * a fifteenth.
 */
const QUALITY = 9;

/**
 * Puts a Brotli copy beside every file of a build that shrinks, for the proxy to serve: nothing is
 * compressed while it runs. Chromium takes Brotli over https and from loopback, and a kiosk's page comes
 * no other way.
 */
export function precompressed(): Plugin {
  let config: ResolvedConfig;
  return {
    name: "tarjeta-precompressed",
    apply: "build",
    configResolved(resolved) {
      config = resolved;
    },
    // To be the last of the plugins: what it does not find on the disk stays as it is.
    closeBundle: {
      order: "post",
      sequential: true,
      handler() {
        if (config.build.write === false) return;
        compressFolder(path.resolve(config.root, config.build.outDir));
      },
    },
  };
}

export function compressFolder(folder: string): void {
  for (const file of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!file.isFile() || !WORTH_IT.test(file.name)) continue;
    const name = path.join(file.parentPath, file.name);
    const bytes = readFileSync(name);
    const compressed = brotliCompressSync(bytes, {
      params: {
        [constants.BROTLI_PARAM_QUALITY]: QUALITY,
        [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
      },
    });
    if (compressed.length < bytes.length) writeFileSync(name + COMPRESSED, compressed);
  }
}

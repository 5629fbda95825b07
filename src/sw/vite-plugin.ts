import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { build, type Plugin, type ResolvedConfig, type Rolldown } from "vite";

export interface ServiceWorkerOptions {
  /** The worker's entry, from the project's root. */
  readonly entry: string;
  /**
   * What else a page's cached answer depends on than its bytes: cached answers keep their headers,
   * so the policy sent with the pages belongs into their revision.
   */
  readonly pageRevision: string;
}

interface PrecacheEntry {
  readonly url: string;
  readonly revision: string | null;
}

/** The worker's address; every kiosk in the field asks for this one. */
const WORKER = "sw.js";

/**
 * Builds the service worker as one self-contained classic script after the page, with the list of
 * what the page's build wrote. In development, answers its address with the same build and an empty
 * list.
 */
export function serviceWorker(options: ServiceWorkerOptions): Plugin {
  let config: ResolvedConfig;

  const buildWorker = (manifest: readonly PrecacheEntry[], write: boolean) =>
    build({
      configFile: false,
      root: config.root,
      mode: config.mode,
      logLevel: "warn",
      publicDir: false,
      define: {
        PRECACHE_MANIFEST: JSON.stringify(manifest),
        "process.env.NODE_ENV": JSON.stringify("production"),
      },
      build: {
        outDir: config.build.outDir,
        emptyOutDir: false,
        write,
        minify: write,
        target: config.build.target,
        modulePreload: false,
        rolldownOptions: {
          input: path.resolve(config.root, options.entry),
          // A schema nobody parses with need not be built. A bare "z" also covers what is chained
          // to it; it is safe here because no library in the worker comes minified, so that none
          // has a function of its own by that name.
          treeshake: { manualPureFunctions: ["z"] },
          output: { format: "iife", entryFileNames: WORKER, codeSplitting: false },
        },
      },
    });

  return {
    name: "tarjeta-service-worker",
    configResolved(resolved) {
      config = resolved;
    },
    // After everything, also the files copied from `public`, is on the disk.
    closeBundle: {
      order: "post",
      sequential: true,
      async handler() {
        if (config.command !== "build" || config.build.write === false) return;
        const outDir = path.resolve(config.root, config.build.outDir);
        await buildWorker(manifestOf(outDir, config.build.assetsDir, options.pageRevision), true);
      },
    },
    configureServer(server) {
      server.middlewares.use(`/${WORKER}`, (_request, response, next) => {
        buildWorker([], false).then((built) => {
          response.setHeader("content-type", "text/javascript");
          response.setHeader("cache-control", "no-cache");
          response.end(codeOf(built));
        }, next);
      });
    },
  };
}

/**
 * Every file of the build but WebAssembly: most kiosks have no camera, and those that have keep its decoder
 * in a Cache of its own. Those under the assets folder carry a hash in their names and need no
 * revision; the others get one from their bytes.
 */
export function manifestOf(
  outDir: string,
  assetsDir: string,
  pageRevision: string,
): readonly PrecacheEntry[] {
  return readdirSync(outDir, { recursive: true, withFileTypes: true })
    .filter((file) => file.isFile())
    .map((file) => path.join(file.parentPath, file.name))
    .map((file) => ({ file, url: path.relative(outDir, file).split(path.sep).join("/") }))
    .filter(({ url }) => url !== WORKER && !/\.(?:map|wasm)$/.test(url))
    .toSorted((a, b) => (a.url < b.url ? -1 : 1))
    .map(({ file, url }) => {
      if (url.startsWith(`${assetsDir}/`)) return { url: `/${url}`, revision: null };
      const hash = createHash("sha256").update(readFileSync(file));
      if (url.endsWith(".html")) hash.update(pageRevision);
      return { url: `/${url}`, revision: hash.digest("hex").slice(0, 16) };
    });
}

function codeOf(built: Awaited<ReturnType<typeof build>>): string {
  const outputs: readonly (Rolldown.OutputChunk | Rolldown.OutputAsset)[] = [built]
    .flat()
    .flatMap((each) => ("output" in each ? each.output : []));
  const chunk = outputs.find((each) => each.type === "chunk");
  if (chunk === undefined) throw new Error("the worker's build wrote no script");
  return chunk.code;
}

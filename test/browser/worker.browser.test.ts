import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { build } from "vite";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { CONTENT_SECURITY_POLICY } from "../../src/contract/content-security-policy.ts";
import { SYNC_TAG } from "../../src/contract/worker-message.ts";
import { serviceWorker } from "../../src/sw/vite-plugin.ts";
import { startChaosServer, type ChaosServer } from "../support/chaos-server.ts";
import { openKioskBrowser, type KioskBrowser } from "../support/kiosk-browser.ts";
import { waitFor } from "../support/wait.ts";

type Files = Record<string, readonly [type: string, content: string]>;

/** With Background Sync, which TypeScript's libraries do not know. */
type SyncingRegistration = ServiceWorkerRegistration & {
  readonly sync?: { readonly getTags: () => Promise<string[]> };
};

const ROOT = path.resolve(import.meta.dirname, "../..");
const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".css": "text/css",
};

/** A version of the app, built as the real one is: a page and then its worker. */
async function buildVersion(version: string): Promise<Files> {
  const dir = mkdtempSync(path.join(tmpdir(), "tarjeta-worker-"));
  const page = path.join(ROOT, "test/browser/pages/worker-page.ts");
  mkdirSync(path.join(dir, "in"));
  writeFileSync(
    path.join(dir, "in", "index.html"),
    `<!doctype html><html data-version="${version}"><title>kiosk</title>` +
      `<script type="module" src="/@fs${page}"></script></html>`,
  );
  try {
    await build({
      configFile: false,
      root: path.join(dir, "in"),
      logLevel: "error",
      resolve: { alias: { [`/@fs${page}`]: page } },
      build: { outDir: path.join(dir, "out"), target: "esnext", emptyOutDir: true },
      plugins: [
        serviceWorker({
          entry: path.join(ROOT, "src/sw/main.ts"),
          pageRevision: CONTENT_SECURITY_POLICY,
        }),
      ],
    });
    const files: Files = {};
    const out = path.join(dir, "out");
    for (const file of readdirSync(out, { recursive: true, withFileTypes: true })) {
      if (!file.isFile()) continue;
      const at = path.join(file.parentPath, file.name);
      const type = TYPES[path.extname(at)] ?? "application/octet-stream";
      files[`/${path.relative(out, at)}`] = [type, readFileSync(at, "utf8")];
    }
    return { ...files, "/": files["/index.html"]! };
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** Background Sync's own schedule, in seconds instead of minutes, and without end. */
const QUICK_SYNC = [
  "--force-fieldtrials=BackgroundSync/Test",
  "--force-fieldtrial-params=BackgroundSync.Test:" +
    "initial_retry_delay_sec/2/retry_delay_factor/1/max_sync_attempts/50/min_recovery_time_sec/2",
];

let versions: readonly [Files, Files];
let server: ChaosServer;
let served: Files;
let browser: KioskBrowser;

beforeAll(async () => {
  versions = [await buildVersion("one"), await buildVersion("two")];
});
beforeEach(async () => {
  served = { ...versions[0] };
  server = await startChaosServer({ files: served, csp: CONTENT_SECURITY_POLICY });
  browser = await openKioskBrowser({ args: QUICK_SYNC, isStill: true });
});
afterEach(async () => {
  await browser.discard();
  await server.close();
  expect(browser.complaints).toEqual([]);
});

const serve = (files: Files): void => {
  for (const name of Object.keys(served)) delete served[name];
  Object.assign(served, files);
};
const openKiosk = async (): Promise<void> => {
  await browser.page.goto(`${server.origin}/?store=s1`);
  await started();
};
const started = (version?: string): Promise<unknown> =>
  browser.page.waitForFunction(
    (version) => {
      const { kiosk } = globalThis;
      return kiosk !== undefined && (version === undefined || kiosk.version === version);
    },
    version,
    { timeout: 30_000 },
  );
const controlled = (): Promise<unknown> =>
  browser.page.waitForFunction(() => navigator.serviceWorker.controller !== null);
const add = (): Promise<number> => browser.page.evaluate(() => kiosk!.add());
const depth = (): Promise<number> => browser.page.evaluate(() => kiosk!.depth());
const flushes = (): Promise<readonly string[]> => browser.page.evaluate(() => kiosk!.flushes);
const delivered = (count: number): Promise<unknown> =>
  waitFor(`${count} updates at the proxy`, () => server.applied.size === count);

describe("service worker", () => {
  it("starts the kiosk with the server dead and leaves its API alone", async () => {
    await openKiosk();
    await controlled();
    serve({});
    await browser.page.goto(`${server.origin}/?store=s1`);
    await started("one");
    const status = await browser.page.evaluate(async () => (await fetch("/v1/nothing")).status);
    expect(status).toBe(404);
  });

  it("sends what is added, through the worker, and reports to the page", async () => {
    await openKiosk();
    await controlled();
    // The page did by itself what was to do before the worker was there.
    await browser.page.reload();
    await started();
    await add();
    await delivered(1);
    await waitFor("an empty outbox", async () => (await depth()) === 0);
    expect(await flushes()).toContain("worker drained");
    expect(await flushes()).not.toContain("page drained");
  });

  it("[FL5] delivers after an outage without anybody touching it", async () => {
    await openKiosk();
    await controlled();
    await browser.context.setOffline(true);
    for (let each = 0; each < 5; each += 1) await add();
    expect(await depth()).toBe(5);
    await browser.context.setOffline(false);
    await delivered(5);
    await waitFor("an empty outbox", async () => (await depth()) === 0);
    expect([...server.applied.values()]).toEqual([1, 1, 1, 1, 1]);
  });

  it("[FL5] delivers where Background Sync is denied", async () => {
    await openKiosk();
    await controlled();
    const devtools = await browser.devtools();
    await devtools.send("Browser.setPermission", {
      permission: { name: "background-sync" },
      setting: "denied",
      origin: server.origin,
    });
    await add();
    await delivered(1);
  });

  it("[FL4] a worker stopped in the middle of sending loses nothing and doubles nothing", async () => {
    await openKiosk();
    await controlled();
    server.next({ type: "hang" });
    await add();
    await waitFor("a request under way", () => server.requests.length >= 1);
    const devtools = await browser.context.newCDPSession(browser.page);
    await devtools.send("ServiceWorker.enable");
    await devtools.send("ServiceWorker.stopAllWorkers");
    await waitFor("delivery by the next life", async () => {
      await browser.page.evaluate(() => kiosk!.request());
      return server.applied.size === 1;
    });
    await waitFor("an empty outbox", async () => (await depth()) === 0);
  });

  it("[FL5] a browser that was killed offline delivers at its restart, with no page open", async () => {
    await openKiosk();
    await controlled();
    await browser.page.reload();
    await started();
    await browser.context.setOffline(true);
    await add();
    await waitFor("the browser to know of the sync", () =>
      browser.page.evaluate(async (tag) => {
        const registration: SyncingRegistration = await navigator.serviceWorker.ready;
        return (await registration.sync?.getTags())?.includes(tag);
      }, SYNC_TAG),
    );
    await browser.kill();
    browser = await openKioskBrowser({
      profileDir: browser.profileDir,
      args: QUICK_SYNC,
      isStill: true,
    });
    await delivered(1);
  });

  it("a new version waits until nobody stands there, takes over, and loses no entry", async () => {
    await openKiosk();
    await controlled();
    server.answer({ type: "status", status: 503 });
    await add();
    serve(versions[1]);
    await browser.page.evaluate(() => kiosk!.checkForUpdate());
    await waitFor("a new version that waits", () =>
      browser.page.evaluate(async () => {
        const registration = await navigator.serviceWorker.getRegistration();
        return registration !== undefined && registration.waiting !== null;
      }),
    );
    expect(await browser.page.evaluate(() => kiosk!.version)).toBe("one");
    await browser.page.evaluate(() => kiosk!.setIdle(true));
    await started("two");
    expect(await depth()).toBe(1);

    // And back again.
    serve(versions[0]);
    await browser.page.evaluate(() => kiosk!.checkForUpdate());
    await browser.page.evaluate(() => kiosk!.setIdle(true));
    await started("one");
    expect(await depth()).toBe(1);
    server.answer({ type: "ok" });
    await browser.page.evaluate(() => kiosk!.request());
    await delivered(1);
  });
});

import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import {
  chromium,
  type BrowserContext,
  type CDPSession,
  type Page,
  type Request,
} from "playwright-core";
import { findChromium } from "./chromium.ts";
import { browserProcesses, isRunning, killAll } from "./processes.ts";
import { waitFor } from "./wait.ts";

export interface KioskBrowserOptions {
  /** An earlier browser's profile, after it was killed or closed. */
  readonly profileDir?: string;
  readonly args?: readonly string[];
  /**
   * Whoever stands before it wants no motion. Drawn in software, what moves for ever on the attract
   * screen takes all that a core has: tests that do not look at it leave it out.
   */
  readonly isStill?: boolean;
}

/** A real Chromium with touch on a profile that survives it. */
export interface KioskBrowser {
  readonly context: BrowserContext;
  readonly page: Page;
  readonly profileDir: string;
  /**
   * What no page may ever show: policy violations, uncaught errors, console errors, and requests that
   * go to anybody but the origin whose page or worker makes them.
   */
  readonly complaints: readonly string[];
  /** A session that speaks to the whole browser, for permissions and workers. */
  readonly devtools: () => Promise<CDPSession>;
  readonly pids: () => readonly number[];
  /** SIGKILL to every process of it; the profile stays. */
  readonly kill: () => Promise<void>;
  /** Ends it in good order; the profile stays. */
  readonly close: () => Promise<void>;
  /** Ends it and removes the profile. */
  readonly discard: () => Promise<void>;
}

/** Ours: the portrait screen kiosks are usually built with. */
const SCREEN = { width: 1080, height: 1920 };

export async function openKioskBrowser(options: KioskBrowserOptions = {}): Promise<KioskBrowser> {
  const profileDir = options.profileDir ?? mkdtempSync(path.join(tmpdir(), "tarjeta-browser-"));
  // A killed browser leaves its lock behind; nobody holds it any more.
  rmSync(path.join(profileDir, "SingletonLock"), { force: true });
  const executablePath = findChromium();
  if (executablePath === undefined) throw new Error("No Chromium was found.");

  const context = await chromium.launchPersistentContext(profileDir, {
    executablePath,
    headless: true,
    hasTouch: true,
    viewport: SCREEN,
    ...(options.isStill === true ? { reducedMotion: "reduce" } : {}),
    args: [...QUIET, ...(options.args ?? [])],
  });
  const complaints: string[] = [];
  await watch(context, complaints);
  const page = context.pages()[0] ?? (await context.newPage());
  const pids = () => browserProcesses(profileDir);

  const close = async () => {
    await context.close().catch(() => undefined); // It may have been killed before.
    await waitFor("the browser to be gone", () => !pids().some(isRunning));
  };
  return {
    context,
    page,
    profileDir,
    complaints,
    devtools: async () => {
      const browser = context.browser();
      if (browser === null) return context.newCDPSession(page);
      return browser.newBrowserCDPSession();
    },
    pids,
    kill: async () => {
      killAll(pids());
      await waitFor("the browser to be gone", () => !pids().some(isRunning));
      await context.close().catch(() => undefined); // Its connection is what was just killed.
    },
    close,
    discard: async () => {
      await close();
      if (existsSync(profileDir)) rmSync(profileDir, { recursive: true, force: true });
    },
  };
}

/** No traffic of the browser's own, no GPU process that a container has no use for. */
const QUIET = [
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--no-first-run",
  "--disable-quic",
  "--disable-gpu",
];

/** Collects what every page and worker of the context complains about. */
async function watch(context: BrowserContext, complaints: string[]): Promise<void> {
  await context.exposeBinding("reportViolation", (_source, text: string) => {
    complaints.push(text);
  });
  await context.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", (event) => {
      const { reportViolation } = globalThis as unknown as {
        readonly reportViolation: (text: string) => void;
      };
      reportViolation(`policy: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`);
    });
  });
  context.on("request", (request) => {
    const foreign = foreignTarget(request);
    if (foreign !== undefined) complaints.push(`third party: ${request.method()} ${foreign}`);
  });
  // Nothing of ours speaks over one.
  const watchSockets = (page: Page) =>
    page.on("websocket", (socket) => complaints.push(`third party: WebSocket ${socket.url()}`));
  context.on("page", watchSockets);
  context.pages().forEach(watchSockets);
  context.on("weberror", (error) => complaints.push(`error: ${error.error().message}`));
  context.on("console", (message) => {
    if (message.type() !== "error") return;
    // A dead server is what these tests are about; the browser's own words on it are no complaint.
    if (/Failed to load resource|net::ERR_/.test(message.text())) return;
    complaints.push(`console: ${message.text()}`);
  });
}

/** Where a request goes that leaves its own origin; where a test sends a page is the test's affair. */
function foreignTarget(request: Request): string | undefined {
  const url = new URL(request.url());
  if (!/^(?:https?|wss?):$/.test(url.protocol)) return undefined;
  const own = ownerOf(request);
  if (own === undefined) return LOOPBACK.has(url.hostname) ? undefined : url.origin;
  return url.host === own.host ? undefined : url.origin;
}

const LOOPBACK: ReadonlySet<string> = new Set(["127.0.0.1", "localhost"]);

/** The page or worker that asks; nothing for a page on its way, which belongs to nobody yet. */
function ownerOf(request: Request): URL | undefined {
  const worker = request.serviceWorker();
  if (worker !== null) return new URL(worker.url());
  if (request.isNavigationRequest()) return undefined;
  return new URL(request.frame().url());
}

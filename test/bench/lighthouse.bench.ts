import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { SESSION_PATH } from "../../src/contract/admin.ts";
import { HEARTBEAT_PATH } from "../../src/contract/heartbeat.ts";
import { OVERVIEW_PATH } from "../../src/contract/overview.ts";
import { findChromium } from "../support/chromium.ts";
import { openKioskBrowser } from "../support/kiosk-browser.ts";
import { openKiosk, workerReady } from "../support/kiosk-page.ts";
import { endingOf } from "../support/processes.ts";
import { startSystem, type System } from "../support/system.ts";
import { scaled, type Bench, type BenchOptions, type Row } from "./bench.ts";
import { openEmptyPage } from "./empty-page.ts";
import {
  fetchLighthouse,
  LIGHTHOUSE_VERSION,
  type LighthousePackage,
} from "./lighthouse-package.ts";
import { answersTo, scoreOf, shortfalls, type Report } from "./lighthouse-report.ts";

/** Ours: performance differs from run to run, and the one in the middle counts. */
const RUNS = 3;

const CATEGORIES = ["performance", "accessibility", "best-practices"] as const;

/**
 * Lighthouse's own two, unchanged: a desktop on cable, which is the nearer to a kiosk's hardware, and a
 * mid-range telephone on slow 4G with its processor slowed 4×. Both are simulated, as by default.
 */
const PRESETS = ["desktop", "mobile"] as const;
type Preset = (typeof PRESETS)[number];

interface AuditedPage {
  readonly what: string;
  readonly url: string;
  /** Where its browser keeps what it keeps, from run to run. */
  readonly profileDir: string;
  /** Caches and service worker stay, as when a kiosk is started again. */
  readonly isStartedAgain?: boolean;
  readonly headers?: Readonly<Record<string, string>>;
  /** What the page asks its proxy for in this state, and must be answered: else it was another state. */
  readonly asks?: { readonly path: string; readonly status: number | "nothing" };
}

/** What do Lighthouse's scores come to, and what do they lack? */
export const lighthouseBench: Bench = {
  name: "lighthouse",
  title: `Lighthouse ${LIGHTHOUSE_VERSION}, of 100`,
  async run(options) {
    const lighthouse = fetchLighthouse();
    const folder = mkdtempSync(path.join(tmpdir(), "tarjeta-scores-"));
    const empty = await openEmptyPage();
    try {
      const system = await startSystem();
      try {
        const rows: Row[] = [];
        const limits = new Map<Preset, number>();
        for (const preset of PRESETS) {
          const page = { what: "an empty page", url: empty.url, profileDir: `${folder}/empty` };
          const report = await middleOf({ lighthouse, folder, page, preset, options });
          limits.set(preset, scoreOf(report, "performance"));
        }
        for (const page of await pagesOf(system, folder)) {
          for (const preset of PRESETS) {
            const report = await middleOf({ lighthouse, folder, page, preset, options });
            rows.push(...rowsOf(`${page.what}, ${preset}`, report, limits.get(preset)!));
          }
        }
        return rows;
      } finally {
        await system.stop();
      }
    } finally {
      await empty.close();
      lighthouse.remove();
      // A browser that was ended a moment ago may still be writing.
      rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
    }
  },
};

async function pagesOf(system: System, folder: string): Promise<readonly AuditedPage[]> {
  const { kioskUrl, adminUrl, dataDir } = system;
  const paired = await pairedProfile(await system.pairingLink(), path.join(folder, "paired"));
  const token = readFileSync(path.join(dataDir, "admin-token"), "utf8").trim();
  return [
    {
      what: "kiosk, not paired",
      url: `${kioskUrl}/`,
      profileDir: path.join(folder, "unpaired"),
      asks: { path: HEARTBEAT_PATH, status: "nothing" },
    },
    {
      what: "kiosk, attract, first load",
      url: `${kioskUrl}/`,
      profileDir: paired,
      asks: { path: HEARTBEAT_PATH, status: 200 },
    },
    {
      what: "kiosk, attract, started again",
      url: `${kioskUrl}/`,
      profileDir: paired,
      isStartedAgain: true,
      asks: { path: HEARTBEAT_PATH, status: 200 },
    },
    {
      what: "console, sign-in",
      url: `${adminUrl}/`,
      profileDir: path.join(folder, "nobody"),
      asks: { path: SESSION_PATH, status: 401 },
    },
    {
      what: "console, signed in",
      url: `${adminUrl}/`,
      profileDir: path.join(folder, "operator"),
      headers: { authorization: `Bearer ${token}` },
      asks: { path: OVERVIEW_PATH, status: 200 },
    },
  ];
}

/** A profile in which the kiosk is paired and installed, and that nobody has open. */
async function pairedProfile(pairingLink: string, profileDir: string): Promise<string> {
  const browser = await openKioskBrowser({ profileDir });
  await openKiosk(browser.page, pairingLink);
  await workerReady(browser.page);
  await browser.close();
  return profileDir;
}

interface Audited {
  readonly lighthouse: LighthousePackage;
  readonly folder: string;
  readonly page: AuditedPage;
  readonly preset: Preset;
  readonly options: BenchOptions;
}

/** The run in the middle by performance, and what it lacks, said. */
async function middleOf(audited: Audited): Promise<Report> {
  const { page, preset, options } = audited;
  const reports: Report[] = [];
  for (let left = scaled(RUNS, options, 1); left > 0; left -= 1) {
    reports.push(await audit(audited));
  }
  const byScore = reports.toSorted((a, b) => scoreOf(a, "performance") - scoreOf(b, "performance"));
  const middle = byScore[Math.floor(byScore.length / 2)]!;
  const all = byScore.map((report) => scoreOf(report, "performance")).join(", ");
  options.say(`${page.what}, ${preset}: performance ${all}`);
  for (const line of shortfalls(middle)) options.say(`  ${line}`);
  return middle;
}

function rowsOf(what: string, report: Report, emptyPage: number): readonly Row[] {
  return CATEGORIES.map((category) => ({
    what: `${what}: ${category}`,
    unit: "",
    ours: scoreOf(report, category),
    ...(category === "performance" ? { beside: { name: "empty page", value: emptyPage } } : {}),
    goal: { type: "at-least", value: 95 },
  }));
}

async function audit({ lighthouse, folder, page, preset }: Audited): Promise<Report> {
  const reportFile = path.join(folder, "report.json");
  const headersFile = path.join(folder, "headers.json");
  writeFileSync(headersFile, JSON.stringify(page.headers ?? {}), { mode: 0o600 });
  const child = spawn(
    process.execPath,
    [
      lighthouse.command,
      page.url,
      "--output=json",
      `--output-path=${reportFile}`,
      "--quiet",
      "--no-enable-error-reporting",
      `--only-categories=${CATEGORIES.join(",")}`,
      `--extra-headers=${headersFile}`,
      `--chrome-flags=--headless=new --no-sandbox --disable-gpu --user-data-dir=${page.profileDir}`,
      ...(preset === "desktop" ? ["--preset=desktop"] : []),
      ...(page.isStartedAgain === true ? ["--disable-storage-reset"] : []),
    ],
    {
      env: { ...process.env, CHROME_PATH: findChromium() },
      stdio: ["ignore", "ignore", "pipe"],
    },
  );
  let said = "";
  child.stderr.on("data", (chunk: Buffer) => (said += String(chunk)));
  const { code, signal } = await endingOf(child);
  if (code !== 0) throw new Error(`Lighthouse ended with ${code ?? signal}: ${said}`);
  const report = JSON.parse(readFileSync(reportFile, "utf8")) as Report;
  checkState(page, report);
  return report;
}

/** A score of another screen than the one that is named would be worse than none. */
function checkState({ what, asks }: AuditedPage, report: Report): void {
  if (report.runtimeError !== undefined) {
    throw new Error(`Lighthouse could not look at "${what}": ${report.runtimeError.message}`);
  }
  if (asks === undefined) return;
  const answers = answersTo(report, asks.path);
  const isThere = asks.status === "nothing" ? answers.length === 0 : answers.includes(asks.status);
  if (!isThere) {
    throw new Error(`"${what}" was in another state: ${asks.path} was answered ${answers.join()}.`);
  }
}

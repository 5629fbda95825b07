import type { BrowserContext, Worker } from "playwright-core";
import { openKioskBrowser } from "../support/kiosk-browser.ts";
import { openBenchServer, type BenchServer } from "./bench-server.ts";
import { registerWorker } from "./bench-worker.ts";
import { scaled, type Bench, type BenchOptions, type Row } from "./bench.ts";
import { buildScripts } from "./build-script.ts";

const ENTRIES = 10_000;
const ROUND_TRIP_MS = 5;

/** How long until a shop whose network came back owes nothing? */
export const drainBench: Bench = {
  name: "drain",
  title: `what an outage left, to a server ${ROUND_TRIP_MS} ms away`,
  async run(options) {
    const scripts = await buildScripts(["own-worker", "workbox-worker"]);
    // An origin each, on the same terms: a worker that replaces another would only wait.
    const own = await openBenchServer(scripts.folder, ROUND_TRIP_MS);
    const peer = await openBenchServer(scripts.folder, ROUND_TRIP_MS);
    const browser = await openKioskBrowser();
    try {
      const count = scaled(ENTRIES, options, 500);
      const ours = await drainOurs(browser.context, own, count, options);
      const peers = await drainPeers(browser.context, peer, count, options);
      return rowsFrom(count, ours, peers);
    } finally {
      await browser.discard();
      await own.close();
      await peer.close();
      await scripts.remove();
    }
  },
};

interface Drain {
  readonly ms: number;
  readonly requests: number;
}

async function drainOurs(
  context: BrowserContext,
  server: BenchServer,
  count: number,
  { say }: BenchOptions,
): Promise<Drain> {
  const worker = await openWorker(context, server, "own-worker.js");
  // Once small, unmeasured: connections and compiled code are warm for both sides.
  await worker.evaluate((few) => ownWorker.fill(few), WARM_UP);
  await worker.evaluate(() => ownWorker.drain());
  server.forget();

  await worker.evaluate((entries) => ownWorker.fill(entries), count);
  const { ms, report } = await worker.evaluate(() => ownWorker.drain());
  const left = await worker.evaluate(() => ownWorker.depth());
  if (report.type !== "drained" || left > 0) throw new Error(`not drained: ${report.type}`);
  say(`ours: ${(ms / 1_000).toFixed(2)} s`);
  return checked(server, count, ms);
}

async function drainPeers(
  context: BrowserContext,
  server: BenchServer,
  count: number,
  { say }: BenchOptions,
): Promise<Drain> {
  const worker = await openWorker(context, server, "workbox-worker.js");
  await worker.evaluate((few) => workboxWorker.fill(few), WARM_UP);
  await worker.evaluate(() => workboxWorker.drain());
  server.forget();

  await worker.evaluate((entries) => workboxWorker.fill(entries), count);
  const ms = await worker.evaluate(() => workboxWorker.drain());
  say(`workbox-background-sync: ${(ms / 1_000).toFixed(2)} s`);
  return checked(server, count, ms);
}

const WARM_UP = 50;

async function openWorker(
  context: BrowserContext,
  server: BenchServer,
  script: string,
): Promise<Worker> {
  const page = await context.newPage();
  await page.goto(server.url);
  return registerWorker(context, page, script);
}

/** A drain that did not bring everything is not a figure. */
function checked(server: BenchServer, count: number, ms: number): Drain {
  const { ids, requests } = server.received();
  if (ids !== count) throw new Error(`${ids} of ${count} entries arrived`);
  return { ms, requests };
}

function rowsFrom(count: number, ours: Drain, peers: Drain): readonly Row[] {
  const rate = ({ ms }: Drain) => (count / ms) * 1_000;
  return [
    {
      what: `${count.toLocaleString("en")} entries: entries drained`,
      unit: "/s",
      ours: rate(ours),
      beside: { name: "workbox-background-sync replay", value: rate(peers) },
      goal: { type: "ratio-at-least", value: 50 },
    },
    {
      what: "time until nothing is owed",
      unit: "ms",
      ours: ours.ms,
      beside: { name: "workbox-background-sync replay", value: peers.ms },
    },
    {
      what: "requests sent",
      unit: "",
      ours: ours.requests,
      beside: { name: "workbox-background-sync replay", value: peers.requests },
    },
  ];
}

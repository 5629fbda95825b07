import type { BrowserContext, Page, Worker } from "playwright-core";
import { openKioskBrowser } from "../support/kiosk-browser.ts";
import { openBenchServer, type BenchServer } from "./bench-server.ts";
import { registerWorker } from "./bench-worker.ts";
import { scaled, type Bench, type BenchOptions, type Row } from "./bench.ts";
import { buildScripts } from "./build-script.ts";
import { percentile } from "./percentile.ts";

const DEPTH = 100_000;
const ROUNDS = 30;
const ADDS_PER_ROUND = 100;

/** Does it get slower to say thank you when the outage has lasted for weeks? */
export const outboxBench: Bench = {
  name: "outbox",
  title: "one update kept, with nothing and with a long outage's updates waiting",
  async run(options) {
    const scripts = await buildScripts(["outbox-page", "workbox-worker"]);
    // Two origins of one browser: two databases, measured in turns on the same machine at the same time.
    const servers = [
      await openBenchServer(scripts.folder, 0),
      await openBenchServer(scripts.folder, 0),
    ];
    const browser = await openKioskBrowser();
    try {
      const [shallow, deep] = await Promise.all(
        servers.map((server) => openSide(browser.context, server)),
      );
      if (shallow === undefined || deep === undefined) throw new Error("two sides");
      return await measure(shallow, deep, options);
    } finally {
      await browser.discard();
      for (const server of servers) await server.close();
      await scripts.remove();
    }
  },
};

/** One origin: our outbox in its page, the peer's queue in its worker. */
interface Side {
  readonly page: Page;
  readonly worker: Worker;
}

async function openSide(context: BrowserContext, server: BenchServer): Promise<Side> {
  const page = await context.newPage();
  await page.goto(server.url);
  await page.addScriptTag({ url: "/outbox-page.js" });
  return { page, worker: await registerWorker(context, page, "workbox-worker.js") };
}

type Times = { readonly [K in "ownShallow" | "ownDeep" | "peerShallow" | "peerDeep"]: number[] };

async function measure(shallow: Side, deep: Side, options: BenchOptions): Promise<readonly Row[]> {
  const depth = scaled(DEPTH, options, 1_000);
  options.say(`filling both queues with ${depth.toLocaleString("en")} entries`);
  await deep.page.evaluate((count) => outboxPage.fill(count), depth);
  await deep.worker.evaluate((count) => workboxWorker.fill(count), depth);

  const times: Times = { ownShallow: [], ownDeep: [], peerShallow: [], peerDeep: [] };
  for (let round = 0; round <= ROUNDS; round += 1) {
    const taken = {
      ownShallow: await ownAdds(shallow, "remove"),
      ownDeep: await ownAdds(deep, "keep"),
      peerShallow: await peerPushes(shallow, "remove"),
      peerDeep: await peerPushes(deep, "keep"),
    };
    // The first round warms everything up.
    if (round === 0) continue;
    for (const key of ["ownShallow", "ownDeep", "peerShallow", "peerDeep"] as const) {
      times[key].push(...taken[key]);
    }
  }
  const reached = await deep.page.evaluate(() => outboxPage.depth());
  const peerReached = await deep.worker.evaluate(() => workboxWorker.depth());
  if (reached < depth || peerReached < depth)
    throw new Error(`a queue lost entries: ${reached} and ${peerReached} of ${depth}`);
  return rowsFrom(times, depth);
}

const ownAdds = ({ page }: Side, then: "keep" | "remove") =>
  page.evaluate(([count, after]) => outboxPage.timeAdds(count, after), [
    ADDS_PER_ROUND,
    then,
  ] as const);

const peerPushes = ({ worker }: Side, then: "keep" | "remove") =>
  worker.evaluate(([count, after]) => workboxWorker.timePushes(count, after), [
    ADDS_PER_ROUND,
    then,
  ] as const);

function rowsFrom(times: Times, depth: number): readonly Row[] {
  const there = `at depth ${depth.toLocaleString("en")}`;
  const at = (key: keyof Times, share: number) => percentile(times[key], share);
  const grown = (what: string, share: number, from: keyof Times, to: keyof Times): Row => ({
    what,
    unit: "ms",
    ours: at(to, share),
    beside: { name: "at depth 0", value: at(from, share) },
  });
  return [
    grown(`add ${there}, p50`, 0.5, "ownShallow", "ownDeep"),
    {
      ...grown(`add ${there}, p99`, 0.99, "ownShallow", "ownDeep"),
      goal: { type: "ratio-at-most", value: 1.5 },
    },
    grown(`workbox pushRequest ${there}, p50`, 0.5, "peerShallow", "peerDeep"),
    grown(`workbox pushRequest ${there}, p99`, 0.99, "peerShallow", "peerDeep"),
    {
      what: "add (strict) beside workbox (relaxed), p99",
      unit: "ms",
      ours: at("ownDeep", 0.99),
      beside: { name: "pushRequest", value: at("peerDeep", 0.99) },
    },
  ];
}

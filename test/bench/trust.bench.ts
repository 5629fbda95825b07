import { randomUUID } from "node:crypto";
import { Entry } from "../../src/contract/entry.ts";
import { INGEST_PATH, IngestRequest } from "../../src/contract/ingest.ts";
import { Update } from "../../src/contract/update.ts";
import { createGate } from "../../src/proxy/devices/gate.ts";
import { publicKeyOf } from "../../src/proxy/keys/keys.ts";
import { createBodyOpener } from "../../src/proxy/open-body.ts";
import { systemClock } from "../../src/proxy/system-clock.ts";
import { aPairingDesk, pairAtDesk, signedHeaders } from "../support/devices.ts";
import { KEYS } from "../support/keys.ts";
import { openKioskBrowser } from "../support/kiosk-browser.ts";
import { sealForTest } from "../support/sealing.ts";
import { aMemoryStore } from "../support/store-files.ts";
import { openBenchServer } from "./bench-server.ts";
import { scaled, type Bench, type BenchOptions, type Row } from "./bench.ts";
import { buildScripts } from "./build-script.ts";
import { DEVICE, sampleEntry, sampleUpdate } from "./pages/sample-entry.ts";
import { percentile } from "./percentile.ts";

const BLOCKS = 50;
const BATCH = 500;

/** What does it cost that nobody can read or forge anything? */
export const trustBench: Bench = {
  name: "trust",
  title: `sealing and signing, per scan and per batch of ${BATCH}`,
  run: async (options) => [...(await onKiosk(options)), ...(await onProxy(options))],
};

async function onKiosk(options: BenchOptions): Promise<readonly Row[]> {
  const scripts = await buildScripts(["trust-page"]);
  const server = await openBenchServer(scripts.folder, 0);
  const browser = await openKioskBrowser();
  try {
    const { page } = browser;
    await page.goto(server.url);
    await page.addScriptTag({ url: "/trust-page.js" });
    const blocks = scaled(BLOCKS, options, 5);
    options.say(`${blocks} blocks in Chromium`);
    const times = await page.evaluate(([key, count]) => trustPage.measure(key, count), [
      publicKeyOf(KEYS),
      blocks,
    ] as const);
    const put = percentile(times.put, 0.5);
    const row = (what: string, taken: readonly number[]): Row => ({
      what,
      unit: "µs",
      ours: percentile(taken, 0.5),
      beside: { name: "bare strict put", value: put },
    });
    return [
      row("kiosk: seal a scan", times.seal),
      row("kiosk: seal the first of a page life", times.first),
      row(`kiosk: sign a batch of ${BATCH}`, times.sign),
    ];
  } finally {
    await browser.discard();
    await server.close();
    await scripts.remove();
  }
}

async function onProxy(options: BenchOptions): Promise<readonly Row[]> {
  const entries = Array.from({ length: BATCH }, (_, index) => sealedEntry(index + 1));
  const body = JSON.stringify({
    v: 1,
    nonce: randomUUID(),
    device: DEVICE,
    clock: { segment: "5f0c1d2e.0", wallMs: 1, monoMs: 1 },
    entries,
  });
  const desk = await aPairingDesk(await aMemoryStore());
  const identity = await pairAtDesk(desk);
  const gate = createGate(desk.registry, systemClock);
  const headers = await signedHeaders(identity, INGEST_PATH, { method: "POST", body });
  const request = { method: "POST", path: INGEST_PATH, headers, body: Buffer.from(body) };
  const text = JSON.stringify(sampleUpdate());
  const openBody = createBodyOpener(() => KEYS);

  const times = { first: [], open: [], check: [], parse: [] } as Record<string, number[]>;
  const blocks = scaled(BLOCKS, options, 5);
  for (let block = 0; block <= blocks; block += 1) {
    const taken = {
      first: await perBatch(1, () => createBodyOpener(() => KEYS)(entries[0]!)),
      open: (await perBatch(1, () => openAll(openBody, entries))) / BATCH,
      check: await perBatch(1, async () => {
        if (!gate(request).ok) throw new Error("the signature was refused");
      }),
      parse: await perBatch(1, async () => parseAll(body, text)),
    };
    if (block === 0) continue;
    for (const [name, value] of Object.entries(taken)) times[name]!.push(value);
  }
  const parse = percentile(times["parse"]!, 0.5);
  return [
    {
      what: "proxy: open an entry",
      unit: "µs",
      ours: percentile(times["open"]!, 0.5),
      beside: { name: "parse and validate it", value: parse / BATCH },
    },
    {
      what: "proxy: open the first of a page life",
      unit: "µs",
      ours: percentile(times["first"]!, 0.5),
      beside: { name: "parse and validate it", value: parse / BATCH },
    },
    {
      what: `proxy: check a batch of ${BATCH}`,
      unit: "µs",
      ours: percentile(times["check"]!, 0.5),
      beside: { name: "parse and validate it", value: parse },
    },
  ];
}

function sealedEntry(seq: number): Entry {
  const { kid: _kid, enc: _enc, ...header } = sampleEntry(randomUUID(), seq).header;
  const { body, ...key } = sealForTest(header, JSON.stringify(sampleUpdate()));
  return { header: { ...header, ...key }, body };
}

async function openAll(
  openBody: ReturnType<typeof createBodyOpener>,
  entries: readonly Entry[],
): Promise<void> {
  for (const entry of entries) {
    const { type } = await openBody(entry);
    if (type !== "opened") throw new Error(`an entry was ${type}`);
  }
}

/** What a batch costs without any trust: envelope, entries and what stands in them. */
function parseAll(body: string, text: string): void {
  for (const entry of IngestRequest.parse(JSON.parse(body)).entries) {
    Entry.parse(entry);
    Update.parse(JSON.parse(text));
  }
}

/** Microseconds. */
async function perBatch(count: number, work: () => Promise<unknown>): Promise<number> {
  const startMs = performance.now();
  for (let done = 0; done < count; done += 1) await work();
  return ((performance.now() - startMs) / count) * 1_000;
}

import { FLUSH_CHANNEL, type FlushBroadcast } from "../../../src/contract/worker-message.ts";
import { createDelivery } from "../../../src/kiosk/delivery.ts";
import { createWorkerBridge } from "../../../src/kiosk/worker-bridge.ts";
import { createSegmentClock } from "../../../src/outbox/clock-segments.ts";
import { createDatabase } from "../../../src/outbox/connection.ts";
import { createFlush } from "../../../src/outbox/flush.ts";
import { createIdbOutbox } from "../../../src/outbox/idb-outbox.ts";
import { createIdbOwed } from "../../../src/outbox/idb-owed.ts";
import { createIngestClient } from "../../../src/outbox/ingest-client.ts";
import { createKeptStore } from "../../../src/outbox/kept-store.ts";
import { webLock } from "../../../src/outbox/lock.ts";
import { storageMirror } from "../../../src/outbox/mirror.ts";
import { createPause } from "../../../src/outbox/pause.ts";
import { IDENTITY_KEY, readIdentity } from "../../../src/outbox/identity.ts";
import { createSignedFetch } from "../../../src/outbox/signed-fetch.ts";
import { newKeyPair } from "../../../src/kiosk/signing-key.ts";
import { aDevice, aDraft } from "../../support/entries.ts";

/** A kiosk without its screens: outbox, worker and delivery as the real page joins them. */
export interface WorkerPage {
  readonly add: () => Promise<number>;
  readonly depth: () => Promise<number>;
  readonly setIdle: (idle: boolean) => void;
  readonly checkForUpdate: () => Promise<void>;
  readonly request: () => void;
  /** How flushes ended, and who did them. */
  readonly flushes: string[];
  /** Set once the page has started. */
  readonly version: string;
}

declare global {
  var kiosk: WorkerPage | undefined;
}

const version = document.documentElement.dataset["version"] ?? "";
const clock = { wallMs: () => Date.now(), monoMs: () => performance.now() };
const newId = (): string => crypto.randomUUID();
const database = createDatabase();
const kept = createKeptStore(database);
const outbox = createIdbOutbox({ database, mirror: storageMirror(localStorage), newId });
const { reading } = createSegmentClock(clock, newId);
const bridge = createWorkerBridge({
  reload: () => location.reload(),
  monoMs: clock.monoMs,
  policy: () => ({ idleMs: 60_000, deadlineMs: 3_600_000, notBeforeMs: 0 }),
  isFlushing: async () => false,
  timer(work, delayMs) {
    const timer = setTimeout(work, delayMs);
    return () => clearTimeout(timer);
  },
});
const channel = new BroadcastChannel(FLUSH_CHANNEL);
const flushes: string[] = [];

const delivery = createDelivery({
  outbox,
  clock,
  device: () => aDevice(),
  reading,
  flush: createFlush({
    outbox: createIdbOwed({ database, newId }),
    client: createIngestClient({
      fetch: createSignedFetch({
        fetch: (url, init) => fetch(url, init),
        key: () => readIdentity(kept),
        kept,
        clock,
        newNonce: newId,
      }),
      clock,
      newNonce: newId,
    }),
    lock: webLock(navigator.locks),
    pause: createPause({ kept, clock, random: Math.random }),
    clock,
    random: Math.random,
  }),
  broadcast: ({ type }) => void flushes.push(`page ${type}`),
  post: bridge.post,
  registerSync: bridge.registerSync,
  timer(work, delayMs) {
    const timer = setTimeout(work, delayMs);
    return () => clearTimeout(timer);
  },
  soon: (work) => work(),
  onError: (error) => void flushes.push(`error ${String(error)}`),
});

channel.addEventListener("message", ({ data }: MessageEvent<FlushBroadcast>) => {
  flushes.push(`${data.by} ${data.report.type}`);
  delivery.reported(data.report);
});
globalThis.addEventListener("online", () => delivery.request("online"));

// The server of these tests asks for no signature; it is made all the same.
const { keyId, privateKey } = await newKeyPair(crypto.subtle);
await kept.put(IDENTITY_KEY, { device: aDevice(), name: "test", keyId, privateKey, madeMs: 0 });
await bridge.register();
await delivery.start();
globalThis.kiosk = {
  async add() {
    const { seq } = await outbox.add(aDraft("an update", reading()));
    delivery.added();
    return seq;
  },
  depth: () => outbox.depth(),
  setIdle: bridge.setIdle,
  checkForUpdate: bridge.checkForUpdate,
  request: () => delivery.request("asked"),
  flushes,
  version,
};

import {
  FLUSH_CHANNEL,
  SYNC_TAG,
  type FlushBroadcast,
  type FlushReport,
} from "../contract/worker-message.ts";
import { createSegmentClock } from "../outbox/clock-segments.ts";
import { createDatabase } from "../outbox/connection.ts";
import { createFlush } from "../outbox/flush.ts";
import { readIdentity } from "../outbox/identity.ts";
import { createIdbOwed } from "../outbox/idb-owed.ts";
import { createIngestClient } from "../outbox/ingest-client.ts";
import { createKeptStore } from "../outbox/kept-store.ts";
import { webLock } from "../outbox/lock.ts";
import { createPause } from "../outbox/pause.ts";
import { createSignedFetch } from "../outbox/signed-fetch.ts";
import { pageMessageFrom } from "./page-message.ts";
import { precacheShell, type Manifest } from "./precache.ts";
import { createWake } from "./wake.ts";

declare const self: ServiceWorkerGlobalScope;

/** Written in by the build. */
declare const PRECACHE_MANIFEST: Manifest;

/** Background Sync's event and registration; TypeScript's libraries do not know them. */
interface SyncEvent extends ExtendableEvent {
  readonly tag: string;
  readonly lastChance: boolean;
}
interface SyncManager {
  readonly register: (tag: string) => Promise<void>;
}
declare global {
  interface ServiceWorkerGlobalScopeEventMap {
    sync: SyncEvent;
  }
  interface ServiceWorkerRegistration {
    readonly sync?: SyncManager;
  }
}

const clock = { wallMs: () => Date.now(), monoMs: () => performance.now() };
const random = (): number => Math.random();
const newId = (): string => crypto.randomUUID();

const database = createDatabase();
const kept = createKeptStore(database);
const identity = () => readIdentity(kept);
const channel = new BroadcastChannel(FLUSH_CHANNEL);

const wake = createWake({
  flush: createFlush({
    outbox: createIdbOwed({ database, newId }),
    client: createIngestClient({
      fetch: createSignedFetch({
        fetch: (url, init) => fetch(url, init),
        key: identity,
        kept,
        clock,
        newNonce: newId,
      }),
      clock,
      newNonce: newId,
    }),
    lock: webLock(navigator.locks),
    pause: createPause({ kept, clock, random }),
    clock,
    random,
  }),
  identity,
  clock,
  ownReading: createSegmentClock(clock, newId).reading,
  report: (report: FlushReport) =>
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a channel is one origin's
    channel.postMessage({ type: "FLUSHED", by: "worker", report } satisfies FlushBroadcast),
  registerSync: async () => self.registration.sync?.register(SYNC_TAG),
});

const answerFromCache = precacheShell(PRECACHE_MANIFEST);

self.addEventListener("fetch", (event) => {
  const answer = answerFromCache(event);
  if (answer !== undefined) event.respondWith(answer);
});

self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("message", (event) => {
  const message = pageMessageFrom(event.data);
  if (message?.type === "SKIP_WAITING") event.waitUntil(self.skipWaiting());
  if (message?.type === "FLUSH") event.waitUntil(wake.byMessage(message));
});

self.addEventListener("sync", (event) => {
  if (event.tag === SYNC_TAG) event.waitUntil(wake.bySync(event.lastChance));
});

import { createDatabase, type DatabaseOptions } from "../../../src/outbox/connection.ts";
import { createFlush } from "../../../src/outbox/flush.ts";
import { createIdbHolds } from "../../../src/outbox/idb-holds.ts";
import { createIdbOutbox } from "../../../src/outbox/idb-outbox.ts";
import { createIdbOwed } from "../../../src/outbox/idb-owed.ts";
import { createIngestClient } from "../../../src/outbox/ingest-client.ts";
import { createKeptStore } from "../../../src/outbox/kept-store.ts";
import { webLock } from "../../../src/outbox/lock.ts";
import { storageMirror } from "../../../src/outbox/mirror.ts";
import type { EntryDraft, Outbox } from "../../../src/outbox/outbox.ts";
import { createPause } from "../../../src/outbox/pause.ts";
import type { ReceiptedLimits } from "../../../src/outbox/receipted.ts";
import type { FlushReport } from "../../../src/contract/worker-message.ts";
import { aDevice, aDraft, SEGMENT } from "../../support/entries.ts";

export interface OpenOptions extends DatabaseOptions {
  readonly mirrored?: boolean;
  readonly maxEntries?: number;
  readonly limits?: ReceiptedLimits;
}

/** What the tests do in the page, on the real database. */
export interface OutboxPage {
  readonly open: (options?: OpenOptions) => void;
  readonly outbox: () => Outbox;
  /** Adds an update whose body tells its own number, once sealed. */
  readonly add: (body?: string, part?: Partial<Omit<EntryDraft, "seal">>) => Promise<number>;
  readonly flush: () => Promise<FlushReport>;
  readonly kept: { readonly get: (key: string) => Promise<unknown>; put: PutKept };
  /** Durability of every writing transaction begun since the last look. */
  readonly durabilities: () => string[];
  /** The bare database, beside everything of ours. */
  readonly raw: <T>(version: number | undefined, work: RawWork<T>) => Promise<T>;
}
type PutKept = (key: string, value: unknown) => Promise<void>;
type RawWork<T> = (db: IDBDatabase) => T | Promise<T>;

declare global {
  var page: OutboxPage;
}

const clock = { wallMs: () => Date.now(), monoMs: () => performance.now() };
const newId = (): string => crypto.randomUUID();
const durabilities: string[] = [];

// Watches what is really asked of the browser, below idb.
const transaction = IDBDatabase.prototype.transaction;
IDBDatabase.prototype.transaction = function watched(...parts) {
  const tx = transaction.apply(this, parts);
  if (tx.mode === "readwrite") durabilities.push(tx.durability);
  return tx;
};

function opened(options: OpenOptions = {}) {
  const database = createDatabase({ name: "tarjeta", ...options });
  const { maxEntries, limits } = options;
  const outbox = {
    ...createIdbOutbox({
      database,
      newId,
      ...(options.mirrored === false ? {} : { mirror: storageMirror(localStorage) }),
      ...(maxEntries === undefined ? {} : { maxEntries }),
    }),
    ...createIdbHolds(database),
    ...createIdbOwed({ database, newId, ...(limits === undefined ? {} : { limits }) }),
  };
  const kept = createKeptStore(database);
  const flush = createFlush({
    outbox,
    client: createIngestClient({ fetch: (url, init) => fetch(url, init), clock, newNonce: newId }),
    lock: webLock(navigator.locks),
    pause: createPause({ kept, clock, random: Math.random }),
    clock,
    random: Math.random,
  });
  return { outbox, kept, flush };
}

let current = opened();

globalThis.page = {
  open(options) {
    current.outbox.close();
    current = opened(options);
  },
  outbox: () => current.outbox,
  async add(body, part) {
    const seal: EntryDraft["seal"] = async ({ seq }) => {
      // Sealing takes its time, outside of any transaction.
      await new Promise((wake) => setTimeout(wake, 0));
      return { kid: "k1", enc: "", body: body ?? `sealed as ${seq}` };
    };
    return (await current.outbox.add({ ...aDraft(), ...part, seal })).seq;
  },
  flush: () =>
    current.flush({
      device: aDevice(),
      reading: () => ({ segment: SEGMENT, wallMs: Date.now(), monoMs: performance.now() }),
      force: true,
    }),
  kept: {
    get: (key) => current.kept.get(key),
    put: (key, value) => current.kept.put(key, value),
  },
  durabilities: () => durabilities.splice(0),
  async raw(version, work) {
    const db = await new Promise<IDBDatabase>((resolve, reject) => {
      const request = indexedDB.open("tarjeta", version);
      request.addEventListener("success", () => resolve(request.result));
      request.addEventListener("error", () => reject(request.error));
    });
    try {
      return await work(db);
    } finally {
      db.close();
    }
  },
};

import * as z from "zod/mini";
import { Entry, type EntryHeader } from "../contract/entry.ts";
import { KioskIncident } from "../contract/heartbeat.ts";
import type { Database } from "./connection.ts";
import { isDue } from "./held.ts";
import type { Mirror } from "./mirror.ts";
import { EpochRow, MAX_INCIDENTS, reconcile, rolledBack, type Reconciled } from "./numbering.ts";
import {
  OutboxFullError,
  OutboxUnavailableError,
  type EntryDraft,
  type Outbox,
  type PeekAsk,
} from "./outbox.ts";
import { META, type TarjetaDb } from "./schema.ts";
import { completed, isFull, reading, strictly } from "./transaction.ts";
import { readWitnesses } from "./witnesses.ts";

export interface IdbOutboxOptions {
  readonly database: Database;
  /** Only the page has one, and only the page adds. */
  readonly mirror?: Mirror;
  /** A new UUID, for an epoch or an update. */
  readonly newId: () => string;
  /** The high-water mark. Ours: about 200 MB, years of an ordinary kiosk. */
  readonly maxEntries?: number;
}

export const MAX_ENTRIES = 200_000;

/** The outbox in IndexedDB. Page and worker each have one, on the same database. */
export function createIdbOutbox(options: IdbOutboxOptions): Outbox {
  const { database, mirror, newId, maxEntries = MAX_ENTRIES } = options;
  /** Where the next number comes from, as last seen; the transaction checks. */
  let current: EpochRow | undefined;
  /** The connection that was compared with the mirror. */
  let checked: TarjetaDb | undefined;
  /** At most so many entries are there; counted only when this reaches the mark. */
  let about = 0;
  let lastAdd: Promise<unknown> = Promise.resolve();
  /** What can neither be read nor moved aside, for this life. */
  const skipped = new Set<number>();

  const use = <T>(work: (db: TarjetaDb) => Promise<T>): Promise<T> =>
    database.use(async (db) => {
      if (checked !== db) {
        current = mirror === undefined ? undefined : await check(db, mirror, newId);
        about = await atMost(db);
        checked = db;
      }
      return work(db);
    });

  const addNext = async (draft: EntryDraft): Promise<EntryHeader> => {
    const { segment, wallMs, monoMs, heldUntil, seal } = draft;
    const clear = { v: 1, id: newId(), segment, wallMs, monoMs, heldUntil } as const;
    for (;;) {
      const { epoch, lastSeq } = await use(async (db) => {
        await refuseAtHighWater(db);
        return (current ??= await check(db, mirror, newId));
      });
      const header = { ...clear, epoch, seq: lastSeq + 1 };
      // Outside of any transaction: waiting for anything but its own requests would end it.
      const { body, ...key } = await seal(header);
      const entry: Entry = { header: { ...header, ...key }, body };
      const kept = await use((db) => keep(db, entry)).catch((error: unknown) => {
        current = undefined;
        if (isFull(error)) throw new OutboxFullError("the disk is full", { cause: error });
        if (error instanceof OutboxUnavailableError) throw error;
        throw new OutboxUnavailableError("the update could not be kept", { cause: error });
      });
      about += Math.max(1, kept.lastSeq - lastSeq);
      current = kept;
      if (kept.ours) {
        mirror?.write({ epoch: kept.epoch, firstSeq: kept.firstSeq, lastSeq: kept.lastSeq });
        return entry.header;
      }
    }
  };

  const refuseAtHighWater = async (db: TarjetaDb): Promise<void> => {
    if (about < maxEntries) return;
    about = await db.count("entries");
    if (about >= maxEntries) throw new OutboxFullError(`${about} updates wait already`);
  };

  return {
    add(draft) {
      const added = lastAdd.then(() => addNext(draft));
      // The next one waits for this one's end, not for its success.
      lastAdd = added.catch(() => undefined);
      return added;
    },

    async peek(ask) {
      const { entries, unreadable } = await use((db) => readDue(db, ask, skipped));
      if (unreadable.length > 0) await moveAside(unreadable, "unreadable");
      return entries;
    },

    async remove(seqs) {
      await use(async (db) => {
        // Relaxed on purpose: a removal that is lost is an entry sent twice, which changes nothing.
        const tx = db.transaction("entries", "readwrite", { durability: "relaxed" });
        await completed(
          tx,
          runsOf(seqs).map(([from, to]) => tx.store.delete(IDBKeyRange.bound(from, to))),
        );
      });
    },

    setAside: (seqs, reason) => moveAside(seqs, reason),

    async takeBack(seqs) {
      await use(async (db) => {
        const tx = strictly(db, ["entries", "voided"]);
        const entries = tx.objectStore("entries");
        const requests = seqs.map(async (seq) => {
          if ((await entries.getKey(seq)) === undefined) return;
          await Promise.all([entries.delete(seq), tx.objectStore("voided").put(true, seq)]);
        });
        await completed(tx, requests);
      });
    },

    depth: () => use((db) => db.count("entries")),

    witnesses: () =>
      use(async (db) => {
        current ??= await check(db, mirror, newId);
        return readWitnesses(db);
      }),

    incidents: () =>
      use(async (db) => parsedOr(Incidents, await db.get("meta", META.incidents), [])),

    incidentsTold: (count) =>
      use(async (db) => {
        const tx = strictly(db, ["meta"]);
        const incidents = parsedOr(Incidents, await tx.store.get(META.incidents), []);
        await completed(tx, [tx.store.put(incidents.slice(count), META.incidents)]);
      }),

    noteHighestSeq: (epoch, seq) =>
      use(async (db) => {
        const tx = strictly(db, ["meta"]);
        const epochs = parsedOr(Epochs, await tx.store.get(META.epochs), []);
        const now = epochs.at(-1);
        if (now?.epoch !== epoch || seq <= now.lastSeq) return tx.done;
        const why = "the proxy has seen more of this outbox than it remembers";
        current = await write(tx, rolledBack(epochs, seq, why, newId));
      }),

    close: () => database.close(),
  };

  async function moveAside(seqs: readonly number[], reason: string): Promise<void> {
    try {
      await use(async (db) => {
        const tx = strictly(db, ["entries", "aside"]);
        const entries = tx.objectStore("entries");
        const requests = seqs.map(async (seq) => {
          const row = await entries.get(seq);
          if (row === undefined) return;
          await Promise.all([
            tx.objectStore("aside").put({ row, reason }, seq),
            entries.delete(seq),
          ]);
        });
        await completed(tx, requests);
      });
    } catch (error) {
      if (!isFull(error) && !(error instanceof OutboxUnavailableError)) throw error;
      // No room to move them: they stay, and this life goes round them (rule OB3).
      for (const seq of seqs) skipped.add(seq);
    }
  }
}

/** An upper bound of the number of entries that costs two keys: numbers in between may be gone. */
async function atMost(db: TarjetaDb): Promise<number> {
  const entries = reading(db, ["entries"]).objectStore("entries");
  const [first, last] = await Promise.all([
    entries.openKeyCursor(),
    entries.openKeyCursor(null, "prev"),
  ]);
  return first === null || last === null ? 0 : last.key - first.key + 1;
}

const Epochs = z.array(EpochRow);
const Incidents = z.array(KioskIncident);

/** Compares the database with its witness, once per connection, and gives the current epoch. */
async function check(
  db: TarjetaDb,
  mirror: Mirror | undefined,
  newId: () => string,
): Promise<EpochRow> {
  // Before the database: whatever the mirror knows was durable there by then.
  const mirrored = mirror?.read();
  const tx = strictly(db, ["meta", "entries", "aside", "voided"]);
  const meta = tx.objectStore("meta");
  const [epochs, dataLoss, ...cursors] = await Promise.all([
    meta.get(META.epochs),
    meta.get(META.dataLoss),
    tx.objectStore("entries").openKeyCursor(null, "prev"),
    tx.objectStore("aside").openKeyCursor(null, "prev"),
    tx.objectStore("voided").openKeyCursor(null, "prev"),
  ]);
  const found = {
    epochs: parsedOr(Epochs, epochs, []),
    highestKey: Math.max(0, ...cursors.map((cursor) => cursor?.key ?? 0)),
    dataLoss: typeof dataLoss === "string" ? dataLoss : undefined,
    mirrored,
  };
  const result = reconcile(found, newId);
  const last = result.epochs.at(-1);
  if (last !== undefined && last === found.epochs.at(-1)) {
    await tx.done;
    return last;
  }
  return write(tx, result);
}

interface MetaTransaction {
  readonly done: Promise<void>;
  readonly objectStore: (name: "meta") => {
    readonly get: (key: string) => Promise<unknown>;
    readonly put: (value: unknown, key: string) => Promise<unknown>;
    readonly delete: (key: string) => Promise<unknown>;
  };
}

async function write(tx: MetaTransaction, { epochs, incident }: Reconciled): Promise<EpochRow> {
  const meta = tx.objectStore("meta");
  const incidents = parsedOr(Incidents, await meta.get(META.incidents), []);
  const last = epochs.at(-1);
  if (last === undefined) throw new Error("an outbox has at least one epoch");
  await completed(tx, [
    meta.put(epochs, META.epochs),
    meta.delete(META.dataLoss),
    incident === undefined
      ? meta.get(META.incidents)
      : meta.put([...incidents, incident].slice(-MAX_INCIDENTS), META.incidents),
  ]);
  return last;
}

/** The epoch as it stands afterwards, and whether the entry is in it. */
type Kept = EpochRow & { readonly ours: boolean };

/** Keeps the entry if its number is still the next one; another tab may have given it meanwhile. */
async function keep(db: TarjetaDb, entry: Entry): Promise<Kept> {
  const { epoch, seq, id } = entry.header;
  const tx = strictly(db, ["entries", "meta"]);
  const entries = tx.objectStore("entries");
  const epochs = parsedOr(Epochs, await tx.objectStore("meta").get(META.epochs), []);
  const now = epochs.at(-1);
  if (now === undefined) throw new OutboxUnavailableError("the outbox lost its numbering");
  if (now.epoch !== epoch || now.lastSeq !== seq - 1) {
    // Ours already, when the connection broke between the commit and its news.
    const there = Entry.safeParse(await entries.get(seq));
    await tx.done;
    return { ...now, ours: there.success && there.data.header.id === id };
  }
  const grown = { ...now, lastSeq: seq };
  await completed(tx, [
    entries.add(entry, seq),
    tx.objectStore("meta").put([...epochs.slice(0, -1), grown], META.epochs),
  ]);
  return { ...grown, ours: true };
}

interface Due {
  readonly entries: readonly Entry[];
  readonly unreadable: readonly number[];
}

async function readDue(db: TarjetaDb, ask: PeekAsk, skipped: ReadonlySet<number>): Promise<Due> {
  const { nowMs, limit, maxBytes, afterSeq = 0 } = ask;
  const store = reading(db, ["entries"]).objectStore("entries");
  const entries: Entry[] = [];
  const unreadable: number[] = [];
  let bytes = 0;
  for (let after = afterSeq; ;) {
    const range = IDBKeyRange.lowerBound(after, true);
    const [keys, rows] = await Promise.all([
      store.getAllKeys(range, limit),
      store.getAll(range, limit),
    ]);
    for (const [index, seq] of keys.entries()) {
      if (skipped.has(seq)) continue;
      const parsed = Entry.safeParse(rows[index]);
      if (!parsed.success || parsed.data.header.seq !== seq) {
        unreadable.push(seq);
        continue;
      }
      if (!isDue(parsed.data.header.heldUntil, nowMs)) continue;
      bytes += parsed.data.body.length;
      if (bytes > maxBytes && entries.length > 0) return { entries, unreadable };
      entries.push(parsed.data);
      if (entries.length === limit) return { entries, unreadable };
    }
    const last = keys.at(-1);
    if (last === undefined || keys.length < limit) return { entries, unreadable };
    after = last;
  }
}

/** Consecutive numbers as closed ranges: one delete each. */
function runsOf(seqs: readonly number[]): [number, number][] {
  const runs: [number, number][] = [];
  for (const seq of seqs.toSorted((a, b) => a - b)) {
    const run = runs.at(-1);
    if (run !== undefined && seq <= run[1] + 1) run[1] = seq;
    else runs.push([seq, seq]);
  }
  return runs;
}

function parsedOr<T>(schema: z.ZodMiniType<T>, value: unknown, otherwise: T): T {
  const parsed = schema.safeParse(value);
  return parsed.success ? parsed.data : otherwise;
}

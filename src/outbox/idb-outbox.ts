import { Entry, type EntryHeader } from "../contract/entry.ts";
import type { Database } from "./connection.ts";
import type { Holds } from "./idb-holds.ts";
import type { Owed } from "./idb-owed.ts";
import { Epochs, Incidents, parsedOr, writeMeta } from "./meta.ts";
import type { Mirror } from "./mirror.ts";
import { reconcile, type EpochRow } from "./numbering.ts";
import { OutboxFullError, OutboxUnavailableError, type EntryDraft, type Outbox } from "./outbox.ts";
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
  /**
   * Pauses between tries of an add after room was made. Ours: Chromium's LevelDB gives cleared space
   * back about a second later (measured on 156), later still on a busy machine; a shopper bears two.
   */
  readonly roomDelaysMs?: readonly number[];
}

export const MAX_ENTRIES = 200_000;

/** What of an outbox a scan needs. The flush has the rest, and who takes back: `createIdbHolds`. */
export type IdbOutbox = Omit<Outbox, keyof Owed | keyof Holds>;

/** What a page needs to take a scan, in IndexedDB. */
export function createIdbOutbox(options: IdbOutboxOptions): IdbOutbox {
  const { database, mirror, newId, maxEntries = MAX_ENTRIES } = options;
  const { roomDelaysMs = [0, 250, 750, 1_000] } = options;
  /** The numbering as last seen, the current epoch last; every transaction looks for itself. */
  let numbering: readonly EpochRow[] | undefined;
  /** The connection that was compared with the mirror. */
  let checked: TarjetaDb | undefined;
  /** At most so many entries are there; counted only when this reaches the mark. */
  let about = 0;
  let lastAdd: Promise<unknown> = Promise.resolve();

  const use = <T>(work: (db: TarjetaDb) => Promise<T>): Promise<T> =>
    database.use(async (db) => {
      if (checked !== db) {
        numbering = mirror === undefined ? undefined : await check(db, mirror, newId);
        about = await atMost(db);
        checked = db;
      }
      return work(db);
    });

  const addNext = async (draft: EntryDraft): Promise<EntryHeader> => {
    const { segment, wallMs, monoMs, heldUntil, seal } = draft;
    const clear = { v: 1, id: newId(), segment, wallMs, monoMs, heldUntil } as const;
    for (;;) {
      const epochs = await use(async (db) => {
        await refuseAtHighWater(db);
        return (numbering ??= await check(db, mirror, newId));
      });
      const { epoch, lastSeq } = current(epochs);
      const header = { ...clear, epoch, seq: lastSeq + 1 };
      // Outside of any transaction: waiting for anything but its own requests would end it.
      const { body, ...key } = await seal(header);
      const entry: Entry = { header: { ...header, ...key }, body };
      const kept = await use((db) => keep(db, entry, epochs));
      const now = current(kept.epochs);
      about += Math.max(1, now.lastSeq - lastSeq);
      numbering = kept.epochs;
      if (kept.ours) {
        mirror?.write({ epoch: now.epoch, firstSeq: now.firstSeq, lastSeq: now.lastSeq });
        return entry.header;
      }
    }
  };

  const refuseAtHighWater = async (db: TarjetaDb): Promise<void> => {
    if (about < maxEntries) return;
    about = await reading(db, ["entries"]).store.count();
    if (about >= maxEntries) throw new OutboxFullError(`${about} updates wait already`);
  };

  const makeRoom = (): Promise<boolean> => use(clearReceipted);

  const addAfterAll = async (draft: EntryDraft): Promise<EntryHeader> => {
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await addNext(draft);
      } catch (error) {
        numbering = undefined;
        const delayMs = roomDelaysMs[attempt];
        if (!isFull(error) || delayMs === undefined) throw error;
        if (attempt === 0 && !(await makeRoom())) throw error;
        await new Promise((wake) => setTimeout(wake, delayMs));
      }
    }
  };

  return {
    add(draft) {
      const added = lastAdd
        .then(() => addAfterAll(draft))
        .catch((error: unknown) => {
          numbering = undefined;
          throw reasonOf(error);
        });
      // The next one waits for this one's end, not for its success.
      lastAdd = added.catch(() => undefined);
      return added;
    },

    depth: () => use((db) => reading(db, ["entries"]).store.count()),

    makeRoom,

    witnesses: () =>
      use(async (db) => {
        numbering ??= await check(db, mirror, newId);
        return readWitnesses(db);
      }),

    incidents: () =>
      use(async (db) =>
        parsedOr(Incidents, await reading(db, ["meta"]).store.get(META.incidents), []),
      ),

    incidentsTold: (count) =>
      use(async (db) => {
        const tx = strictly(db, ["meta"]);
        const incidents = parsedOr(Incidents, await tx.store.get(META.incidents), []);
        await completed(tx, [tx.store.put(incidents.slice(count), META.incidents)]);
      }),

    close: () => database.close(),
  };
}

/** Why nothing was kept, as the port says it; what a caller's `seal` threw stays as it is. */
function reasonOf(error: unknown): unknown {
  if (isFull(error)) return new OutboxFullError("the disk is full", { cause: error });
  if (!(error instanceof DOMException)) return error;
  return new OutboxUnavailableError("the update could not be kept", { cause: error });
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

/** Whether there was anything to let go of. Clears whole: only then does Chromium compact. */
async function clearReceipted(db: TarjetaDb): Promise<boolean> {
  const tx = strictly(db, ["receipted"]);
  const any = await tx.store.openKeyCursor();
  await completed(tx, any === null ? [] : [tx.store.clear()]);
  return any !== null;
}

/** Compares the database with its witness, once per connection, and gives the numbering. */
async function check(
  db: TarjetaDb,
  mirror: Mirror | undefined,
  newId: () => string,
): Promise<readonly EpochRow[]> {
  // Before the database: whatever the mirror knows was durable there by then.
  const mirrored = mirror?.read();
  const tx = strictly(db, ["meta", "entries", "aside", "voided", "receipted"]);
  const meta = tx.objectStore("meta");
  const [epochs, dataLoss, ...cursors] = await Promise.all([
    meta.get(META.epochs),
    meta.get(META.dataLoss),
    tx.objectStore("entries").openKeyCursor(null, "prev"),
    tx.objectStore("aside").openKeyCursor(null, "prev"),
    tx.objectStore("voided").openKeyCursor(null, "prev"),
    tx.objectStore("receipted").openKeyCursor(null, "prev"),
  ]);
  const found = {
    epochs: parsedOr(Epochs, epochs, []),
    highestKey: Math.max(0, ...cursors.map((cursor) => cursor?.key ?? 0)),
    dataLoss: typeof dataLoss === "string" ? dataLoss : undefined,
    mirrored,
  };
  const result = reconcile(found, newId);
  if (result.epochs.length > 0 && result.epochs.at(-1) === found.epochs.at(-1)) await tx.done;
  else await writeMeta(tx, result);
  return result.epochs;
}

/** The numbering as it stands afterwards, and whether the entry is in it. */
interface Kept {
  readonly epochs: readonly EpochRow[];
  readonly ours: boolean;
}

/**
 * Keeps the entry if its number is still the next one; another tab may have given it meanwhile.
 *
 * Looks and writes in one go, and takes the writing back if the look tells otherwise: a trip to the
 * database's process less between a scan and its thanks.
 */
async function keep(db: TarjetaDb, entry: Entry, known: readonly EpochRow[]): Promise<Kept> {
  const { seq } = entry.header;
  const epochs = [...known.slice(0, -1), { ...current(known), lastSeq: seq }];
  const tx = strictly(db, ["entries", "meta"]);
  const meta = tx.objectStore("meta");
  const look = meta.get(META.epochs);
  const writes = Promise.allSettled([
    tx.objectStore("entries").add(entry, seq),
    meta.put(epochs, META.epochs),
  ]);
  if (isSame(parsedOr(Epochs, await look, []), known)) {
    tx.commit();
    await completed(tx, [writes]);
    return { epochs, ours: true };
  }
  tx.abort();
  await writes;
  return whatIsThere(db, entry.header);
}

/** The numbering somebody else went on with, and whether the entry is there all the same. */
async function whatIsThere(db: TarjetaDb, { id, seq }: EntryHeader): Promise<Kept> {
  const tx = reading(db, ["entries", "meta"]);
  const [row, epochs] = await Promise.all([
    tx.objectStore("entries").get(seq),
    tx.objectStore("meta").get(META.epochs),
  ]);
  const found = parsedOr(Epochs, epochs, []);
  if (found.length === 0) throw new OutboxUnavailableError("the outbox lost its numbering");
  // Ours already, when the connection broke between the commit and its news.
  const there = Entry.safeParse(row);
  return { epochs: found, ours: there.success && there.data.header.id === id };
}

function isSame(found: readonly EpochRow[], known: readonly EpochRow[]): boolean {
  const [ours, theirs] = [known.at(-1), found.at(-1)];
  return theirs?.epoch === ours?.epoch && theirs?.lastSeq === ours?.lastSeq;
}

/** Where the next number comes from. */
function current(epochs: readonly EpochRow[]): EpochRow {
  const last = epochs.at(-1);
  if (last === undefined) throw new Error("an outbox has at least one epoch");
  return last;
}

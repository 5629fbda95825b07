import type { VisitorId } from "../../domain/visitor-id.ts";
import { keyOf } from "../target-id.ts";
import type { BatchRow } from "./batch-row.ts";

/** A row whose time has come. */
export interface DueRow {
  /** Counted from 1, in the order of submission. */
  readonly batch: number;
  /** Of the visitor, as `keyOf` has it. */
  readonly key: string;
  readonly doesCreate: boolean;
  readonly doesOverride: boolean;
  readonly effectMs: number;
  readonly attributes: Readonly<Record<string, string>>;
}

/** What the backlog asks of a batch it holds rows of. */
export interface BacklogBatch {
  readonly number: number;
  /** Whether a visitor without a profile gets one. */
  readonly doesCreate: boolean;
  /** Whether it takes back what the batch before it set, see `writeLayer`. */
  readonly doesOverride: boolean;
  readonly kind: VisitorId["kind"];
  readonly read: (row: number) => BatchRow;
  /** When a row takes effect; nothing while it is not going to. */
  readonly effectMs: (row: number) => number | undefined;
}

/**
 * Rows of batches that no profile has taken up yet.
 *
 * A row stays packed until somebody looks at its visitor: half a million created profiles that nobody
 * reads cost what their file did, and not a map each.
 */
export interface Backlog {
  /** `hashes[row]` is the `hashOf` its visitor, or `NO_HASH` for a row that is never taken up. */
  readonly add: (batch: BacklogBatch, hashes: readonly number[]) => void;
  /** What is due by then for the visitor with this key, oldest first; each row is given once. */
  readonly take: (key: string, nowMs: number) => readonly DueRow[];
  /** When the newest row took effect, by then, that gives the visitor a profile. */
  readonly createdAtMs: (key: string, nowMs: number) => number | undefined;
  /** A row that found nobody. */
  readonly drop: (batch: BacklogBatch, row: number, key: string) => void;
  /** The visitors of the rows held, repeated as their rows are. */
  readonly keys: () => readonly string[];
  readonly clear: () => void;
  /** Rows still held. */
  readonly size: () => number;
}

export const NO_HASH = -1;

/** FNV-1a, cut to 30 bits so that V8 keeps it as a small integer. */
export function hashOf(key: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < key.length; index += 1) {
    hash = Math.imul(hash ^ key.charCodeAt(index), 0x01000193);
  }
  return (hash ^ (hash >>> 15)) & 0x3fffffff;
}

const NONE = -1;
const FIRST_SIZE = 1_024;

interface Entries {
  readonly batch: Uint32Array;
  readonly row: Uint32Array;
  readonly hash: Int32Array;
  /** The next entry in the same chain, or among the free ones. */
  readonly next: Int32Array;
  /** The first entry of the chain of each hash, modulo its length: a power of two. */
  readonly heads: Int32Array;
}

/** A chained hash table in typed arrays: 20 bytes a row. */
export function createBacklog(): Backlog {
  const batchByNumber = new Map<number, BacklogBatch>();
  const leftByNumber = new Map<number, number>();
  let entries = entriesFor(FIRST_SIZE);
  /** Entries from here on were never used. */
  let used = 0;
  let free = NONE;
  let size = 0;

  const insert = (batch: number, row: number, hash: number) => {
    if (free === NONE && used === entries.row.length) entries = doubled(entries, used);
    const entry = free === NONE ? used : free;
    if (entry === used) used += 1;
    else free = entries.next[entry]!;
    entries.batch[entry] = batch;
    entries.row[entry] = row;
    entries.hash[entry] = hash;
    chain(entries, entry);
    size += 1;
  };

  /** Calls `isWanted` with each of the visitor's entries, and lets go of those it wants. */
  const remove = (hash: number, isWanted: (batch: BacklogBatch, row: number) => boolean) => {
    const slot = hash & (entries.heads.length - 1);
    let previous = NONE;
    for (let entry = entries.heads[slot]!; entry !== NONE;) {
      const next = entries.next[entry]!;
      const batch = batchByNumber.get(entries.batch[entry]!)!;
      if (entries.hash[entry] === hash && isWanted(batch, entries.row[entry]!)) {
        if (previous === NONE) entries.heads[slot] = next;
        else entries.next[previous] = next;
        entries.next[entry] = free;
        free = entry;
        size -= 1;
        letGo(batch.number);
      } else previous = entry;
      entry = next;
    }
  };

  const letGo = (batch: number) => {
    const left = leftByNumber.get(batch)! - 1;
    leftByNumber.set(batch, left);
    if (left > 0) return;
    leftByNumber.delete(batch);
    batchByNumber.delete(batch);
  };

  return {
    add: (batch, hashes) => {
      const left = hashes.reduce((sum, hash) => (hash === NO_HASH ? sum : sum + 1), 0);
      if (left === 0) return;
      batchByNumber.set(batch.number, batch);
      leftByNumber.set(batch.number, left);
      for (const [row, hash] of hashes.entries()) {
        if (hash !== NO_HASH) insert(batch.number, row, hash);
      }
    },
    take: (key, nowMs) => {
      if (size === 0) return [];
      const due: (DueRow & { readonly row: number })[] = [];
      remove(hashOf(key), (batch, row) => {
        const taken = dueRow(batch, row, key, nowMs);
        if (taken !== undefined) due.push({ ...taken, row });
        return taken !== undefined;
      });
      return due.toSorted((a, b) => a.effectMs - b.effectMs || a.batch - b.batch || a.row - b.row);
    },
    createdAtMs: (key, nowMs) => {
      let createdAtMs: number | undefined;
      if (size === 0) return createdAtMs;
      remove(hashOf(key), (batch, row) => {
        const due = batch.doesCreate ? dueRow(batch, row, key, nowMs) : undefined;
        if (due !== undefined) createdAtMs = Math.max(due.effectMs, createdAtMs ?? due.effectMs);
        return false;
      });
      return createdAtMs;
    },
    keys: () => {
      const keys: string[] = [];
      for (const head of entries.heads) {
        for (let entry = head; entry !== NONE; entry = entries.next[entry]!) {
          const batch = batchByNumber.get(entries.batch[entry]!)!;
          keys.push(keyOfRow(batch, entries.row[entry]!));
        }
      }
      return keys;
    },
    clear: () => {
      batchByNumber.clear();
      leftByNumber.clear();
      entries = entriesFor(FIRST_SIZE);
      used = 0;
      free = NONE;
      size = 0;
    },
    drop: (batch, row, key) =>
      remove(hashOf(key), (each, itsRow) => each === batch && itsRow === row),
    size: () => size,
  };
}

function dueRow(batch: BacklogBatch, row: number, key: string, nowMs: number): DueRow | undefined {
  const effectMs = batch.effectMs(row);
  if (effectMs === undefined || effectMs > nowMs) return undefined;
  const read = batch.read(row);
  if (read.type !== "update" || keyOf({ kind: batch.kind, value: read.id }) !== key)
    return undefined;
  const { number, doesCreate, doesOverride } = batch;
  const attributes = Object.fromEntries(read.attributes);
  return { batch: number, key, doesCreate, doesOverride, effectMs, attributes };
}

function keyOfRow(batch: BacklogBatch, row: number): string {
  const read = batch.read(row);
  if (read.type !== "update") throw new Error("A row of a batch changed after it was read.");
  return keyOf({ kind: batch.kind, value: read.id });
}

function entriesFor(size: number): Entries {
  return {
    batch: new Uint32Array(size),
    row: new Uint32Array(size),
    hash: new Int32Array(size),
    next: new Int32Array(size),
    heads: new Int32Array(size).fill(NONE),
  };
}

function doubled(from: Entries, used: number): Entries {
  const to = entriesFor(used * 2);
  to.batch.set(from.batch);
  to.row.set(from.row);
  to.hash.set(from.hash);
  for (let entry = 0; entry < used; entry += 1) chain(to, entry);
  return to;
}

/** Puts an entry at the head of the chain of its hash. */
function chain(entries: Entries, entry: number): void {
  const slot = entries.hash[entry]! & (entries.heads.length - 1);
  entries.next[entry] = entries.heads[slot]!;
  entries.heads[slot] = entry;
}

import { openDB, type DBSchema, type IDBPDatabase } from "idb";
import type { VisitorId } from "../domain/visitor-id.ts";
import { fingerprintUnder } from "./fingerprint.ts";

/** How long a question rests after it was asked of a card, by question id, in milliseconds. */
export type RestingTimes = ReadonlyMap<string, number>;

/**
 * All that a kiosk ever knows again of a card (rule PV7): that a question was asked of it, under a
 * truncated HMAC whose key cannot be read, and not longer than the longest configured window.
 *
 * A database of its own, which no update waits for. What is lost here, or cannot be opened, is asked
 * again, and that is all that comes of it.
 */
export interface CardMemory {
  /** The card's name here; means nothing on any other kiosk. */
  readonly nameOf: (visitor: VisitorId) => Promise<string>;
  /** Questions that rest for this card at `nowMs`, kiosk wall time. */
  readonly resting: (
    name: string,
    times: RestingTimes,
    nowMs: number,
  ) => Promise<readonly string[]>;
  readonly remember: (name: string, questionIds: readonly string[], nowMs: number) => Promise<void>;
  /** As if it had never been read here. */
  readonly forget: (name: string) => Promise<void>;
  /**
   * Forgets what no window holds any more, and what is beyond the bound, oldest first. When nothing is
   * left the key goes too, so that the next memory cannot be matched with this one.
   */
  readonly prune: (longestMs: number, nowMs: number) => Promise<void>;
  readonly close: () => void;
}

interface MemorySchema extends DBSchema {
  readonly key: { readonly key: string; readonly value: CryptoKey };
  readonly asked: {
    readonly key: [name: string, questionId: string];
    readonly value: Asked;
    readonly indexes: { readonly askedMs: number };
  };
}

interface Asked {
  readonly name: string;
  readonly questionId: string;
  readonly askedMs: number;
}

export const MEMORY_DATABASE = "tarjeta-card-memory";

/** Ours: about two months of a busy store, and 2 MB. */
export const MAX_REMEMBERED = 20_000;

/** Ours: a clock that was ahead by more was wrong, and what it dated would never expire. */
const AHEAD_MS = 86_400_000;

const KEY = "key";

export async function openCardMemory(
  subtle: SubtleCrypto,
  maxRemembered = MAX_REMEMBERED,
): Promise<CardMemory> {
  const db = await openDB<MemorySchema>(MEMORY_DATABASE, 1, {
    upgrade(made) {
      made.createObjectStore("key");
      made
        .createObjectStore("asked", { keyPath: ["name", "questionId"] })
        .createIndex("askedMs", "askedMs");
    },
    // Whoever wants it gone or newer does not wait for this page.
    blocking(_current, _blocked, event) {
      if (event.target instanceof IDBDatabase) event.target.close();
    },
  });

  return {
    async nameOf(visitor) {
      return fingerprintUnder(subtle, await keyOf(db, subtle))(visitor);
    },

    async resting(name, times, nowMs) {
      const known = await db.getAll("asked", rowsOf(name));
      return known.flatMap(({ questionId, askedMs }) => {
        const ageMs = nowMs - askedMs;
        return ageMs >= 0 && ageMs < (times.get(questionId) ?? 0) ? [questionId] : [];
      });
    },

    async remember(name, questionIds, nowMs) {
      const tx = db.transaction("asked", "readwrite");
      for (const questionId of questionIds) {
        void tx.store.put({ name, questionId, askedMs: nowMs });
      }
      await tx.done;
    },

    forget: (name) => db.delete("asked", rowsOf(name)),

    async prune(longestMs, nowMs) {
      const tx = db.transaction(["asked", "key"], "readwrite");
      const asked = tx.objectStore("asked");
      const byTime = asked.index("askedMs");
      const forget = async (range: IDBKeyRange | null, most: number): Promise<void> => {
        let cursor = await byTime.openCursor(range);
        for (let left = most; cursor !== null && left > 0; left -= 1) {
          await cursor.delete();
          cursor = await cursor.continue();
        }
      };
      await forget(IDBKeyRange.upperBound(nowMs - longestMs), Infinity);
      await forget(IDBKeyRange.lowerBound(nowMs + AHEAD_MS, true), Infinity);
      await forget(null, (await asked.count()) - maxRemembered);
      if ((await asked.count()) === 0) await tx.objectStore("key").clear();
      await tx.done;
    },

    close: () => db.close(),
  };
}

function rowsOf(name: string): IDBKeyRange {
  return IDBKeyRange.bound([name], [name, []]);
}

/** Nothing is left of it, its key included, once nobody holds it open. */
export function forgetAllCards(factory: IDBFactory): void {
  factory.deleteDatabase(MEMORY_DATABASE);
}

/** The key that is there, or a new one; two pages that meet here agree on the first. */
async function keyOf(db: IDBPDatabase<MemorySchema>, subtle: SubtleCrypto): Promise<CryptoKey> {
  const known = await db.get("key", KEY);
  if (known !== undefined) return known;
  const made = await subtle.generateKey({ name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  const tx = db.transaction("key", "readwrite");
  const first = await tx.store.get(KEY);
  if (first === undefined) void tx.store.put(made, KEY);
  await tx.done;
  return first ?? made;
}

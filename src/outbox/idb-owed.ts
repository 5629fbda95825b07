import { Entry, PLAIN_KEY_ID } from "../contract/entry.ts";
import type { Database } from "./connection.ts";
import { isDue } from "./held.ts";
import { Epochs, parsedOr, writeMeta } from "./meta.ts";
import { rolledBack } from "./numbering.ts";
import { OutboxUnavailableError, type Outbox, type PeekAsk } from "./outbox.ts";
import { keepReceipted, oweAgain, type ReceiptedLimits } from "./receipted.ts";
import { runsOf } from "./runs.ts";
import { META, type TarjetaDb } from "./schema.ts";
import { completed, isFull, reading, strictly } from "./transaction.ts";

/** The half of an outbox that a flush needs; the worker has no other. */
export type Owed = Pick<Outbox, "peek" | "remove" | "oweAgain" | "setAside" | "noteHighestSeq">;

export interface IdbOwedOptions {
  readonly database: Database;
  /** A new UUID, for an epoch. */
  readonly newId: () => string;
  readonly limits?: ReceiptedLimits;
}

/** What is owed, in IndexedDB. */
export function createIdbOwed({ database, newId, limits }: IdbOwedOptions): Owed {
  const { use } = database;
  /** What can neither be read nor moved aside, for this life. */
  const skipped = new Set<number>();

  return {
    async peek(ask) {
      const { entries, unreadable } = await use((db) => readDue(db, ask, skipped));
      if (unreadable.length > 0) await moveAside(unreadable, "unreadable");
      return entries;
    },

    async remove(seqs, receiptedMs) {
      await use(async (db) => {
        // Kept first, deleted second: a crash in between is an entry sent twice. One transaction for
        // both would keep a scan waiting behind the copying.
        await keepReceipted(db, seqs, receiptedMs, limits);
        if (seqs.length === 0) return;
        // Relaxed on purpose: a removal that is lost is an entry sent twice, which changes nothing.
        const tx = db.transaction("entries", "readwrite", { durability: "relaxed" });
        await completed(
          tx,
          runsOf(seqs).map(([from, to]) => tx.store.delete(IDBKeyRange.bound(from, to))),
        );
      });
    },

    setAside: (seqs, reason) => moveAside(seqs, reason),

    oweAgain: (asked) => use((db) => oweAgain(db, asked)),

    noteHighestSeq: (epoch, seq) =>
      use(async (db) => {
        const tx = strictly(db, ["meta"]);
        const epochs = parsedOr(Epochs, await tx.store.get(META.epochs), []);
        const current = epochs.at(-1);
        if (current?.epoch !== epoch || seq <= current.lastSeq) return tx.done;
        const why = "the proxy has seen more of this outbox than it remembers";
        await writeMeta(tx, rolledBack(epochs, seq, why, newId));
      }),
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

interface Due {
  readonly entries: readonly Entry[];
  readonly unreadable: readonly number[];
}

async function readDue(db: TarjetaDb, ask: PeekAsk, skipped: ReadonlySet<number>): Promise<Due> {
  const { nowMs, page, limit, maxBytes, afterSeq = 0 } = ask;
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
      if (!isDue(parsed.data.header, nowMs, page)) continue;
      // Left by an earlier version, and sealed by the page before it is sent.
      if (parsed.data.header.kid === PLAIN_KEY_ID) continue;
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

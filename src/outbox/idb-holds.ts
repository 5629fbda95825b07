import { Entry } from "../contract/entry.ts";
import type { Database } from "./connection.ts";
import { heldUntilOf, isDue, loadOf } from "./held.ts";
import type { Outbox } from "./outbox.ts";
import { completed, strictly } from "./transaction.ts";

/** What lets a shopper take a visit back; the page alone has it. */
export type Holds = Pick<Outbox, "takeBack" | "holdUntil" | "releaseHeld">;

/** Ours: half of the grace, so that clocks which differ a little never cross. */
const TAKE_BACK_MARGIN_MS = 1_000;

/** Ours: more than anybody scans and answers at one kiosk while a hold lasts. */
const NEWEST = 500;

/**
 * Holding and taking back, in IndexedDB. Whoever sends reads what lies there, so that other tabs and the
 * worker keep to it.
 */
export function createIdbHolds({ use }: Pick<Database, "use">): Holds {
  return {
    takeBack: (seqs, reading) =>
      use(async (db) => {
        // Writing transactions and looks at the same store come one after the other: a flush looked
        // before this one, at a time that this one's reading is later than, or it finds nothing.
        const tx = strictly(db, ["entries", "voided"]);
        const entries = tx.objectStore("entries");
        const voided = tx.objectStore("voided");
        const [rows, before] = await Promise.all([
          Promise.all(seqs.map((seq) => entries.get(seq))),
          Promise.all(seqs.map((seq) => voided.getKey(seq))),
        ]);
        const { segment, wallMs, monoMs } = reading();
        const page = { segment, monoMs: monoMs + TAKE_BACK_MARGIN_MS };
        const isHeld = rows.every((row) => {
          const entry = Entry.safeParse(row);
          return entry.success && !isDue(entry.data.header, wallMs + TAKE_BACK_MARGIN_MS, page);
        });
        const requests = isHeld
          ? seqs.flatMap((seq) => [entries.delete(seq), voided.put(true, seq)])
          : [];
        await completed(tx, requests);
        // Done already, when the connection broke between the commit and its news.
        return isHeld || before.every((key) => key !== undefined);
      }),

    holdUntil: (seqs, untilMonoMs) =>
      use(async (db) => {
        // Relaxed: a hold that a power cut forgets is the longer one from before, of a page that is gone.
        const tx = db.transaction("entries", "readwrite", { durability: "relaxed" });
        const requests = seqs.map(async (seq) => {
          const entry = Entry.safeParse(await tx.store.get(seq));
          if (!entry.success) return;
          const { header, body } = entry.data;
          const heldUntil = heldUntilOf(header, untilMonoMs);
          await tx.store.put({ header: { ...header, heldUntil }, body }, seq);
        });
        await completed(tx, requests);
      }),

    releaseHeld: (living) =>
      use(async (db) => {
        const tx = db.transaction("entries", "readwrite", { durability: "relaxed" });
        const requests: Promise<unknown>[] = [];
        let cursor = await tx.store.openCursor(null, "prev");
        for (let looked = 0; cursor !== null && looked < NEWEST; looked += 1) {
          const entry = Entry.safeParse(cursor.value);
          if (entry.success && entry.data.header.heldUntil !== 0) {
            const { header, body } = entry.data;
            if (!living.has(loadOf(header.segment))) {
              requests.push(cursor.update({ header: { ...header, heldUntil: 0 }, body }));
            }
          }
          cursor = await cursor.continue();
        }
        await completed(tx, requests);
        return requests.length;
      }),
  };
}

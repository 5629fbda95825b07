import { openDB } from "idb";
import { createDatabase } from "../../../src/outbox/connection.ts";
import { createIdbHolds } from "../../../src/outbox/idb-holds.ts";
import { createIdbOutbox } from "../../../src/outbox/idb-outbox.ts";
import { createIdbOwed } from "../../../src/outbox/idb-owed.ts";
import type { Mirror } from "../../../src/outbox/mirror.ts";
import type { EpochRow } from "../../../src/outbox/numbering.ts";
import type { Outbox } from "../../../src/outbox/outbox.ts";
import { DATABASE_NAME, META, type TarjetaSchema } from "../../../src/outbox/schema.ts";
import { sampleEntry } from "./sample-entry.ts";

/** A newly opened outbox on this origin's database, as page and worker of the product open it. */
export function openOutbox(mirror?: Mirror): Outbox {
  const database = createDatabase();
  const newId = () => crypto.randomUUID();
  return {
    ...createIdbOutbox({ database, newId, ...(mirror === undefined ? {} : { mirror }) }),
    ...createIdbHolds(database),
    ...createIdbOwed({ database, newId }),
  };
}

/** Ours: rows of one transaction while filling. */
const FILL_ROWS = 10_000;

/**
 * Puts `count` entries behind those that are there, as `add` would have left them, without waiting
 * for the disk after each.
 */
export async function fillOutbox(count: number): Promise<void> {
  const outbox = openOutbox();
  await outbox.witnesses();
  outbox.close();
  const db = await openDB<TarjetaSchema>(DATABASE_NAME);
  for (let left = count; left > 0; left -= FILL_ROWS) {
    const tx = db.transaction(["entries", "meta"], "readwrite");
    const epochs = await tx.objectStore("meta").get(META.epochs);
    const current = lastEpochOf(epochs);
    const { epoch, lastSeq } = current;
    const rows = Math.min(left, FILL_ROWS);
    for (let seq = lastSeq + 1; seq <= lastSeq + rows; seq += 1) {
      void tx.objectStore("entries").add(sampleEntry(epoch, seq), seq);
    }
    void tx.objectStore("meta").put([{ ...current, lastSeq: lastSeq + rows }], META.epochs);
    await tx.done;
  }
  db.close();
}

function lastEpochOf(epochs: unknown): EpochRow {
  if (!Array.isArray(epochs) || epochs.length !== 1) throw new Error("expected a new outbox");
  return epochs[0];
}

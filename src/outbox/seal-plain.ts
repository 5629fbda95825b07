import { Entry, PLAIN_KEY_ID } from "../contract/entry.ts";
import type { Database } from "./connection.ts";
import type { SealedBody, UnsealedHeader } from "./outbox.ts";
import { completed, reading, strictly } from "./transaction.ts";

/** Ours: entries sealed at once; a page that does it has shoppers to attend to. */
const AT_ONCE = 100;

/**
 * Seals in place what an earlier version left in plain text; gives how many. Such an entry keeps its
 * number and its id, and nothing sends it before.
 *
 * A crash on the way leaves the rest plain for the next start. Throws what `seal` throws.
 */
export async function sealPlainEntries(
  database: Database,
  seal: (header: UnsealedHeader, text: string) => Promise<SealedBody>,
): Promise<number> {
  let sealed = 0;
  for (let after = 0; ;) {
    const { plain, last } = await database.use((db) => readPlain(db, after));
    // Outside of any transaction: waiting for anything but its own requests would end it.
    const entries = await Promise.all(
      plain.map(async ({ header, body }): Promise<Entry> => {
        const { kid: _kid, enc: _enc, ...clear } = header;
        const { body: sealedBody, ...key } = await seal(clear, body);
        return { header: { ...clear, ...key }, body: sealedBody };
      }),
    );
    if (entries.length > 0) await database.use((db) => replace(db, entries));
    sealed += entries.length;
    if (last === undefined) return sealed;
    after = last;
  }
}

type Db = Parameters<Parameters<Database["use"]>[0]>[0];

async function readPlain(
  db: Db,
  after: number,
): Promise<{ readonly plain: readonly Entry[]; readonly last: number | undefined }> {
  const store = reading(db, ["entries"]).objectStore("entries");
  const range = IDBKeyRange.lowerBound(after, true);
  const [keys, rows] = await Promise.all([
    store.getAllKeys(range, AT_ONCE),
    store.getAll(range, AT_ONCE),
  ]);
  const plain = rows.flatMap((row) => {
    const parsed = Entry.safeParse(row);
    return parsed.success && parsed.data.header.kid === PLAIN_KEY_ID ? [parsed.data] : [];
  });
  return { plain, last: keys.length < AT_ONCE ? undefined : keys.at(-1) };
}

/** Only what is still there: another tab may have been quicker, or the shopper taken it back. */
async function replace(db: Db, entries: readonly Entry[]): Promise<void> {
  const tx = strictly(db, ["entries"]);
  const requests = entries.map(async (entry) => {
    const there = Entry.safeParse(await tx.store.get(entry.header.seq));
    if (!there.success || there.data.header.kid !== PLAIN_KEY_ID) return;
    await tx.store.put(entry, entry.header.seq);
  });
  await completed(tx, requests);
}

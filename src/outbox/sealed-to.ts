import { Entry } from "../contract/entry.ts";
import type { Database } from "./connection.ts";
import { TALLY_KEY } from "./schema.ts";
import { reading } from "./transaction.ts";

/** Ours: rows looked at in one transaction, so that no scan waits for it. */
const BITE = 200;

/**
 * The keys that entries here are sealed to, owed and kept ones alike. Looks at every row: ask now and
 * then. What nobody can read names no key, and needs none.
 */
export async function readSealedTo(database: Database): Promise<readonly string[]> {
  const kids = new Set<string>();
  for (const name of ["entries", "receipted"] as const) {
    for (let after = TALLY_KEY; ;) {
      const { keys, rows } = await database.use(async (db) => {
        const { store } = reading(db, [name]);
        const range = IDBKeyRange.lowerBound(after, true);
        const [found, values] = await Promise.all([
          store.getAllKeys(range, BITE),
          store.getAll(range, BITE),
        ]);
        return { keys: found, rows: values };
      });
      for (const row of rows) {
        const entry = Entry.safeParse(name === "entries" ? row : rowIn(row));
        if (entry.success) kids.add(entry.data.header.kid);
      }
      const last = keys.at(-1);
      if (last === undefined) break;
      after = last;
    }
  }
  return [...kids];
}

function rowIn(value: unknown): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, "row") : undefined;
}

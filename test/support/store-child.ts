import { openSqliteStore } from "../../src/proxy/store/sqlite-store.ts";
import { KEYS } from "./keys.ts";
import { aBatch, anId, anUpdate } from "./store-builders.ts";

// A process to be killed: takes in updates in batches of three, several at once, and prints each
// batch's last number once it is answered. Started as `store-child.ts <file> <first number>`.

const [file, first] = process.argv.slice(2);
if (file === undefined || first === undefined) throw new Error("store-child.ts <file> <number>");

const store = await openSqliteStore({
  path: file,
  keys: KEYS,
  onFatal: (error) => {
    throw error;
  },
});

/** Batches under way at once, so that groups hold several. */
const AT_ONCE = 4;

for (let seq = Number(first); ; seq += 3 * AT_ONCE) {
  const batches = Array.from({ length: AT_ONCE }, (_, index) => seq + 3 * index);
  await Promise.all(
    batches.map((from) =>
      store.ingest(
        aBatch([from, from + 1, from + 2].map((n) => anUpdate({ seq: n, id: anId(n) }))),
      ),
    ),
  );
  process.stdout.write(`${seq + 3 * AT_ONCE - 1}\n`);
}

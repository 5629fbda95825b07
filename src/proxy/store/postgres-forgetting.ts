import { Client } from "pg";
import { clientOptions } from "./postgres-database.ts";
import { reasonOf } from "./postgres-failure.ts";

/** Cleans up behind those who were erased, beside everything else. */
export interface Forgetting {
  /** To be called once somebody's rows are gone. */
  readonly begin: () => void;
  /** Ends what runs; what did not begin is left to the server's own cleaning. */
  readonly close: () => Promise<void>;
}

/** Ours: several erasures are one cleaning. */
const AFTER_MS = 1_000;

/** All that says anything about one visitor. */
const TABLES = ["visitor", "attribute", "journal", "held_update", "read_back", "nonce"];

/**
 * VACUUM, at once and not when the server gets around to it: afterwards the rows' places are free, and
 * the next rows are written over them. What it cannot do: the bytes stay in the free places until then,
 * in the server's log until its files are used again, and in every copy of either. It names nobody
 * without the keys: visitors lie there as keyed hashes, and ids sealed.
 */
export function createForgetting(url: string, warn: (sentence: string) => void): Forgetting {
  let timer: NodeJS.Timeout | undefined;
  let isClosed = false;
  let running: Promise<void> = Promise.resolve();

  const begin = () => {
    if (isClosed || timer !== undefined) return;
    timer = setTimeout(() => {
      timer = undefined;
      running = running
        .then(() => vacuum(url))
        .catch((error: unknown) => {
          warn(
            `The database was not cleaned up after an erasure (${reasonOf(error)}); it will be by itself.`,
          );
        });
    }, AFTER_MS);
  };
  return {
    begin,
    close: async () => {
      isClosed = true;
      clearTimeout(timer);
      await running;
    },
  };
}

/** On a connection of its own, without the time limits of the others: it waits for nobody's locks. */
async function vacuum(url: string): Promise<void> {
  const client = new Client({ ...clientOptions(url), connectionTimeoutMillis: CONNECT_MS });
  client.on("error", () => {}); // The statement under way says it too.
  try {
    await client.connect();
    for (const table of TABLES) await client.query(`VACUUM (SKIP_LOCKED) ${table}`);
  } finally {
    await client.end().catch(() => {});
  }
}

const CONNECT_MS = 5_000;

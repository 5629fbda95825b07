import { Client, type ClientBase } from "pg";
import type { Keys } from "../keys/keys.ts";
import { StartupError } from "../startup-error.ts";
import { createVault, type Vault } from "../vault/vault.ts";
import { markRestored } from "./allowance.ts";
import { createForgetting } from "./postgres-forgetting.ts";
import { STORE_LIMITS, type StoreLimits } from "./limits.ts";
import { migrate, MIGRATIONS, NewerSchemaError } from "./migrations.ts";
import { clientOptions, createPostgresDatabase, OUR_NAME, proveFit } from "./postgres-database.ts";
import type { PostgresLimits } from "./postgres-database.ts";
import { postgresFailure, reasonOf, UnfitServerError } from "./postgres-failure.ts";
import { LOCKS, postgresTx, SCHEMA_LOCK } from "./postgres-tx.ts";
import { createStoreScripts, lastReceiptMs, storeOperations, type StoreCall } from "./sql-store.ts";
import type { Tx } from "./sql.ts";
import { StoreFailedError } from "./store-error.ts";
import type { Store } from "./store.ts";
import { proveKeys, sealPlainVisitors, WrongKeysError } from "./vault-rows.ts";

export interface PostgresStoreOptions {
  /** `postgres://…`; never printed, since it holds a password. */
  readonly url: string;
  /** The same for every replica. */
  readonly keys: Pick<Keys, "storage" | "pepper">;
  readonly limits?: Partial<StoreLimits> | undefined;
  readonly postgres?: Partial<PostgresLimits> | undefined;
  /** Told what takes long while it is opened. */
  readonly say?: ((sentence: string) => void) | undefined;
  /** For tests of a version to come. */
  readonly migrations?: typeof MIGRATIONS | undefined;
  /** Told what went wrong beside all operations; of a sentence for the log. */
  readonly warn: (sentence: string) => void;
}

/**
 * The store in PostgreSQL, shared by any number of replicas.
 *
 * Each operation is one transaction on a connection of its own. One that finds the server gone, or
 * waits for it too long, rejects with `StoreUnreachableError`; the next ones go through once it is
 * back. Throws `StartupError`, with a sentence for a person, when the server cannot be reached or
 * would lose data, or when the database is newer than we are or was written with other keys.
 */
export async function openPostgresStore(options: PostgresStoreOptions): Promise<Store> {
  const vault = createVault(options.keys);
  const openedMs = await prepare(vault, options);
  const scripts = createStoreScripts({
    vault,
    lastReceiptMs: openedMs,
    isShared: true,
    limits: { ...STORE_LIMITS, ...options.limits },
  });
  const database = createPostgresDatabase({ url: options.url, limits: options.postgres });
  const forgetting = createForgetting(options.url, options.warn);
  let isClosed = false;

  const call = <Name extends StoreCall["name"]>(name: Name) =>
    (async (...args: never[]) => {
      if (isClosed) throw new StoreFailedError("the store is closed");
      let mustForget = false;
      // The scripts answer each call with what the port says that it gives.
      const value = await database.transaction((tx) => {
        mustForget = false;
        return scripts(tx, { name, args } as unknown as StoreCall, () => {
          mustForget = true;
        });
      });
      if (mustForget) forgetting.begin();
      return value;
    }) as never;

  return {
    ...storeOperations(call),
    close: async () => {
      if (isClosed) return;
      isClosed = true;
      await database.close();
      await forgetting.close();
    },
  };
}

/** Ours: who meets older replicas at their work so often finds a quieter moment to start. */
const MAX_ATTEMPTS = 20;

/**
 * Says in a database that was put back from a dump that it was: what may have been called since is
 * charged before the first call (rule BK3, `openLedger`). Brings the schema up to date and proves the
 * keys as a start does, and throws as one does; also, and then nothing was changed, while a proxy runs
 * on it.
 */
export async function markPostgresRestored(
  options: Pick<PostgresStoreOptions, "url" | "keys">,
): Promise<void> {
  await prepare(createVault(options.keys), options, async (client, tx) => {
    await proveAlone(client);
    await markRestored(tx);
  });
}

/** Every proxy that runs keeps at least one connection, under our name. */
async function proveAlone(client: ClientBase): Promise<void> {
  const { rows } = await client.query(
    `SELECT 1 FROM pg_stat_activity
     WHERE datname = current_database() AND application_name = $1 AND pid <> pg_backend_pid()`,
    [OUR_NAME],
  );
  if (rows.length === 0) return;
  throw new StartupError(
    "DATABASE_URL: a proxy runs on that database; stop every one of them, put the dump back once more, and begin again.",
  );
}

type Further = (client: ClientBase, tx: Tx) => Promise<void>;

type Preparing = Pick<PostgresStoreOptions, "url" | "migrations" | "say">;

/**
 * Brings the schema up to date, one replica at a time, and proves the keys; in one transaction, so
 * that a crash leaves the old one. Gives the latest receipt time the database knows of.
 *
 * Replicas of the version before work on meanwhile: what they hold is waited for, and where each waits
 * for the other, all of this is done again.
 *
 * @param further done last in the same transaction
 */
async function prepare(
  vault: Vault,
  options: Preparing,
  further: Further = async () => undefined,
): Promise<number> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await tryToPrepare(vault, options, further);
    } catch (cause) {
      if (postgresFailure(cause) !== "again" || attempt === MAX_ATTEMPTS) {
        throw refusalOfServer(cause);
      }
    }
  }
}

async function tryToPrepare(
  vault: Vault,
  { url, migrations, say }: Preparing,
  further: Further,
): Promise<number> {
  let client: Client | undefined;
  try {
    client = new Client({ ...clientOptions(url), connectionTimeoutMillis: CONNECT_MS });
    client.on("error", () => {}); // The statement under way says it too.
    await client.connect();
    await proveFit(client);
    const tx = postgresTx(client);
    await client.query("BEGIN ISOLATION LEVEL READ COMMITTED");
    await client.query(`SELECT pg_advisory_xact_lock(${LOCKS}, ${SCHEMA_LOCK})`);
    await migrate(tx, migrations, say);
    await proveKeys(tx, vault);
    await sealPlainVisitors(tx, vault);
    const openedMs = await lastReceiptMs(tx);
    await further(client, tx);
    await client.query("COMMIT");
    return openedMs;
  } finally {
    // Also of one that never came about.
    await client?.end().catch(() => {});
  }
}

/** Ours: who starts a proxy waits for a name to resolve and a server to answer. */
const CONNECT_MS = 10_000;

/** Why the server or its database cannot be used, and what to change. Never the address itself. */
export function refusalOfServer(cause: unknown): Error {
  const sentence = (text: string) => new StartupError(text, { cause });
  if (cause instanceof UnfitServerError) {
    return sentence(
      `DATABASE_URL: the server cannot be used (${cause.message}); change that there, or give another.`,
    );
  }
  if (cause instanceof NewerSchemaError) {
    return sentence(
      `DATABASE_URL: the database was written by a newer version (${cause.message}); start that version, or give another database.`,
    );
  }
  if (cause instanceof WrongKeysError) {
    return sentence(
      `KEYS_FILE: these are not the keys the database of DATABASE_URL was written with (${cause.message}); give the ones its other proxies have.`,
    );
  }
  const reason = reasonOf(cause);
  if (reason.startsWith("28")) {
    return sentence(`DATABASE_URL: the server refuses this user or password (${reason}).`);
  }
  if (reason === "3D000") {
    return sentence("DATABASE_URL: the server has no database of that name; create it there.");
  }
  if (reason === "42501") {
    return sentence(
      "DATABASE_URL: this user may not make tables in that database; make it the database's owner.",
    );
  }
  if (postgresFailure(cause) === "again") {
    return sentence(
      `DATABASE_URL: the schema could not be brought up to date beside the proxies at work (${reason}); start this one in a quieter moment.`,
    );
  }
  return postgresFailure(cause) === "unreachable"
    ? sentence(
        `DATABASE_URL: the server cannot be reached (${reason}); start it, or correct the address.`,
      )
    : cause instanceof Error
      ? cause
      : new Error(String(cause));
}

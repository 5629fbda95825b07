import { setTimeout as sleep } from "node:timers/promises";
import {
  Pool,
  types,
  type ClientBase,
  type ClientConfig,
  type CustomTypesConfig,
  type PoolClient,
} from "pg";
import { postgresFailure, reasonOf, storeErrorFrom, UnfitServerError } from "./postgres-failure.ts";
import { postgresTx } from "./postgres-tx.ts";
import { DamagedRowError, StoreUnreachableError } from "./store-error.ts";
import type { Tx } from "./sql.ts";

export interface PostgresOptions {
  /** `postgres://…`; never to be printed, since it holds a password. */
  readonly url: string;
  readonly limits?: Partial<PostgresLimits> | undefined;
}

/** How long PostgreSQL is waited for, in milliseconds, and on how many connections. */
export interface PostgresLimits {
  /** Of one proxy. PostgreSQL takes 100 in all unless told otherwise. */
  readonly connections: number;
  /** For a connection, a free one of ours included. */
  readonly connectMs: number;
  /** For a lock that another transaction holds. */
  readonly lockMs: number;
  /** For one statement. */
  readonly statementMs: number;
  /** For any answer at all, where the network swallows it. */
  readonly answerMs: number;
}

/** Ours: a kiosk waits 30 s for an answer, and forwarding has leases of a minute. */
export const POSTGRES_LIMITS: PostgresLimits = {
  connections: 10,
  connectMs: 5_000,
  lockMs: 5_000,
  statementMs: 15_000,
  answerMs: 20_000,
};

/** PostgreSQL through a few connections, each with one transaction at a time. */
export interface PostgresDatabase {
  /**
   * Runs `work` in one transaction and resolves once it is on the server's disk. Where another
   * transaction came between, all of `work` is run again: it must change nothing outside `tx`.
   *
   * Throws `StoreUnreachableError` when the server cannot be asked, and `StoreFullError`; connections
   * that broke are replaced by the next call.
   */
  readonly transaction: <T>(work: (tx: Tx) => Promise<T>) => Promise<T>;
  /** Ends when what was begun has ended. */
  readonly close: () => Promise<void>;
}

/** Ours: who meets another writer so often is better told to come back. */
const MAX_ATTEMPTS = 12;
/** Ours: some transactions long. */
const MAX_PAUSE_MS = 250;

/** Does not connect yet. */
export function createPostgresDatabase({ url, limits }: PostgresOptions): PostgresDatabase {
  const { connections, connectMs, lockMs, statementMs, answerMs } = {
    ...POSTGRES_LIMITS,
    ...limits,
  };
  const pool = new Pool({
    ...clientOptions(url),
    max: connections,
    connectionTimeoutMillis: connectMs,
    lock_timeout: lockMs,
    statement_timeout: statementMs,
    idle_in_transaction_session_timeout: answerMs,
    query_timeout: answerMs,
    maxLifetimeSeconds: MAX_LIFETIME_S,
    onConnect: proveFit,
  });
  // A connection that breaks while nobody uses it: the pool drops it, and the next call opens another.
  pool.on("error", () => {});
  // And one that breaks between two statements: the next one says so.
  pool.on("connect", (client) => client.on("error", () => {}));

  return {
    transaction: async (work) => {
      for (let attempt = 1; ; attempt += 1) {
        try {
          return await tryTransaction(pool, work);
        } catch (error) {
          if (postgresFailure(error) !== "again" || attempt === MAX_ATTEMPTS) {
            throw storeErrorFrom(error);
          }
          await sleep(Math.random() * Math.min(MAX_PAUSE_MS, 2 ** attempt));
        }
      }
    },
    close: () => pool.end(),
  };
}

/** Ours: so that a server that was made unsafe meanwhile is found out. */
const MAX_LIFETIME_S = 3_600;

async function tryTransaction<T>(pool: Pool, work: (tx: Tx) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let isOpen = true;
  try {
    await client.query("BEGIN ISOLATION LEVEL READ COMMITTED");
    const value = await work(postgresTx(client, () => isOpen));
    isOpen = false;
    const command = await commit(client);
    // PostgreSQL answers the commit of a transaction that failed before with a ROLLBACK, not an error.
    if (command !== "COMMIT") throw new Error("a script went on after a statement had failed");
    client.release();
    return value;
  } catch (error) {
    isOpen = false;
    await giveBack(client, error);
    throw error;
  }
}

/**
 * Throws `StoreUnreachableError` where the answer is lost: whether it is committed, nobody knows, and
 * that is what is said, never that it is, nor that it is not.
 */
async function commit(client: PoolClient): Promise<string> {
  try {
    return (await client.query("COMMIT")).command;
  } catch (cause) {
    if (postgresFailure(cause) !== "unreachable") throw cause;
    throw new StoreUnreachableError(
      `whether the database kept it is not known (${reasonOf(cause)})`,
      { cause },
    );
  }
}

/** Rolled back and fit for the next one; or dropped, and the server rolls back by itself. */
async function giveBack(client: PoolClient, error: unknown): Promise<void> {
  if (postgresFailure(error) === "unreachable") return client.release(true);
  try {
    await client.query("ROLLBACK");
    client.release();
  } catch {
    // It broke just now; what went wrong before is what the caller is told.
    client.release(true);
  }
}

/** For the pool, and for the one connection that opens the store or cleans up. */
export function clientOptions(url: string): ClientConfig {
  return {
    connectionString: url,
    application_name: OUR_NAME,
    keepAlive: true,
    types: TYPES,
    // What a script asks together goes together (`together` in `sql.ts`).
    pipeline: true,
  };
}

/** By which the server lists our connections. */
export const OUR_NAME = "tarjeta";

/** BIGINT is a number with us. `count(*)` and sums cast to BIGINT come this way too. */
const TYPES: CustomTypesConfig = {
  getTypeParser: (oid, format) =>
    oid === types.builtins.INT8 ? safeNumber : types.getTypeParser(oid, format),
};

function safeNumber(text: string): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number)) {
    throw new DamagedRowError("a number in the database is beyond 2^53");
  }
  return number;
}

/**
 * Makes sure that what this server says it keeps would survive a power cut, and pins that down for the
 * session, whatever the configuration becomes. Throws `UnfitServerError`.
 *
 * Pins down too that questions go by an index (rule PG11). Before PostgreSQL has counted a table for the
 * first time, which takes it a minute and more after a move or a rush, it takes a visitor for a large
 * share of all rows, and would read the whole table for fifty of them: 170 ms, measured with half a
 * million rows.
 */
export async function proveFit(client: ClientBase): Promise<void> {
  const { rows } = await client.query<{
    fsync: string;
    commit: string;
    encoding: string;
    standby: boolean;
  }>(
    `SELECT current_setting('fsync') AS fsync,
       set_config('synchronous_commit', current_setting('synchronous_commit'), false) AS commit,
       current_setting('server_encoding') AS encoding, pg_is_in_recovery() AS standby,
       set_config('enable_seqscan', 'off', false)`,
  );
  const found = rows[0];
  if (found?.fsync !== "on") {
    throw new UnfitServerError(
      "fsync is off there, so a power cut would lose what was thanked for",
    );
  }
  if (found.commit === "off") {
    throw new UnfitServerError(
      "synchronous_commit is off there, so a power cut would lose what was thanked for",
    );
  }
  if (found.encoding !== "UTF8") {
    throw new UnfitServerError(`its encoding is ${found.encoding}, and must be UTF8`);
  }
  if (found.standby) throw new UnfitServerError("it is a standby, which takes nothing in");
}

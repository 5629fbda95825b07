import { StoreFullError, StoreUnreachableError } from "./store-error.ts";

/** What an error of PostgreSQL, or of the way to it, means for us. */
export type PostgresFailure =
  /** Another transaction came between: the whole of this one again. */
  | "again"
  /** No room; nothing is wrong with what is there. */
  | "full"
  /** Not to be reached, shutting down, read-only, too busy or too slow; later it may do. */
  | "unreachable"
  /** A bug of ours. */
  | "other";

/**
 * Serialization failure, deadlock, and a key that two writers made at once: after the other one's
 * commit the script finds the row and goes another way.
 *
 * Source: PostgreSQL manual, appendix A (error codes).
 */
const AGAIN_CODES: ReadonlySet<string> = new Set(["40001", "40P01", "23505"]);

const DISK_FULL = "53100";

/**
 * Connection exceptions, insufficient resources, operator intervention (shut down, statement
 * cancelled by its time limit), lock not available, read-only transaction, session ended for being
 * idle in a transaction, and failures of the server's own system and insides; who we are is refused.
 */
const UNREACHABLE_CODES = /^(?:(?:08|28|53|57|58|XX)...|3D000|55P03|25006|25P03|25P04)$/;

/** Of the network, of names, of TLS. Node's own words for bugs begin with `ERR_` too. */
const UNREACHABLE_WAYS = /^(?:E(?!RR_)[A-Z_]+|ERR_(?:TLS|SSL)_\w+|UNABLE_TO_\w+|\w*CERT\w*)$/;

/** What `pg` says without a code: connections that ended, its own time limits, what it cannot agree on. */
const UNREACHABLE_WORDS =
  /^(?:Connection terminated|Query read timeout|timeout exceeded when trying to connect|Client has encountered a connection error|The server does not support SSL|SASL)/;

export function postgresFailure(error: unknown): PostgresFailure {
  if (error instanceof StoreUnreachableError) return "unreachable";
  const code = codeOf(error);
  if (code === undefined) {
    return UNREACHABLE_WORDS.test(messageOf(error)) ? "unreachable" : "other";
  }
  if (AGAIN_CODES.has(code)) return "again";
  if (code === DISK_FULL) return "full";
  return UNREACHABLE_CODES.test(code) || UNREACHABLE_WAYS.test(code) ? "unreachable" : "other";
}

/**
 * The error as the store's callers know it. PostgreSQL's own words are not repeated where they may
 * hold values of rows (rule PV2).
 */
export function storeErrorFrom(cause: unknown): Error {
  if (cause instanceof StoreUnreachableError) return cause;
  if (cause instanceof UnfitServerError) return new StoreUnreachableError(cause.message, { cause });
  switch (postgresFailure(cause)) {
    case "full":
      return new StoreFullError("the database's disk is full", { cause });
    case "again":
      return new StoreUnreachableError(
        `others were in the way again and again (${reasonOf(cause)})`,
      );
    case "unreachable":
      return new StoreUnreachableError(`the database did not take it (${reasonOf(cause)})`, {
        cause,
      });
    case "other":
      return withoutRows(cause);
  }
}

/** The server would take data in and lose it, or not keep it as it is. */
export class UnfitServerError extends Error {
  override readonly name = "UnfitServerError";
}

/** Ours go on as they are. */
function withoutRows(cause: unknown): Error {
  if (!(cause instanceof Error)) return new Error(String(cause));
  const code = codeOf(cause);
  return code === undefined || !("severity" in cause)
    ? cause
    : new Error(`the database refused a statement (${code})`);
}

/** `ECONNREFUSED`, `57P01`; or the driver's words, which name nobody. */
export function reasonOf(error: unknown): string {
  return codeOf(error) ?? messageOf(error);
}

function codeOf(error: unknown): string | undefined {
  // A name with several addresses that all refuse is one error with one for each.
  if (error instanceof AggregateError && error.errors.length > 0) return codeOf(error.errors[0]);
  if (!(error instanceof Error) || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

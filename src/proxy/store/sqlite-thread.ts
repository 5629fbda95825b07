import { parentPort, receiveMessageOnPort, workerData } from "node:worker_threads";
import { createVault } from "../vault/vault.ts";
import { commitGroup } from "./group-commit.ts";
import { STORE_LIMITS } from "./limits.ts";
import { createStoreScripts, lastReceiptMs, type StoreCall } from "./sql-store.ts";
import {
  openSqliteDatabase,
  sqliteFailure,
  UnusableFileError,
  type SqliteDatabase,
} from "./sqlite-database.ts";
import type { ThreadAnswer, ThreadOptions, ThreadReply, ThreadRequest } from "./thread-message.ts";

// Composition root of the store's thread: SQLite blocks while it waits for the disk, and here it
// blocks nobody else.

/**
 * Ours: updates in one transaction. More of them cost less each and wait longer; measured, the gain
 * ends at about 512.
 */
const GROUP_UPDATES = 512;

interface QueuedCall {
  readonly id: number;
  readonly call: StoreCall;
}

type CopyRequest = Extract<ThreadRequest, { type: "copy" }>;

const port = parentPort;
if (port === null) throw new Error("this module runs only as the store's thread");

const options: ThreadOptions = workerData;
const reply = (message: ThreadReply) => port.postMessage(message);

try {
  const vault = createVault(options.keys);
  const database = await openSqliteDatabase(options, vault, (sentence) =>
    reply({ type: "opening", sentence }),
  );
  let mustEmptyLog = false;
  const onForgotten = () => {
    mustEmptyLog = true;
  };
  const scripts = createStoreScripts({
    vault,
    lastReceiptMs: await lastReceiptMs(database.tx),
    isShared: false,
    limits: { ...STORE_LIMITS, ...options.limits },
  });
  const queue: QueuedCall[] = [];
  let isClosing = false;
  let isRunning = false;
  const copies: CopyRequest[] = [];

  const take = (request: ThreadRequest) => {
    if (request.type === "close") isClosing = true;
    else if (request.type === "copy") copies.push(request);
    else queue.push(request);
  };

  const copied = ({ id, file }: CopyRequest): Promise<ThreadAnswer> =>
    database.copyTo(file).then(
      () => ({ type: "done", id, value: undefined }),
      (error: Error) => ({ type: "failed", id, name: error.name, message: error.message }),
    );

  const workOrEnd = () => {
    work().catch((error: unknown) => {
      // Whatever brought us here, what is on disk is no longer certain: end rather than guess.
      end(database, { type: "failed", message: messageOf(error) });
    });
  };

  /** Commits groups of what has come in, and makes the copies asked for, until nothing is left. */
  const work = async () => {
    if (isRunning) return;
    isRunning = true;
    for (;;) {
      drainPort(take);
      const wanted = copies.shift();
      if (wanted !== undefined) {
        // Alone: a copy fails when this connection writes meanwhile.
        reply({ type: "answers", answers: [await copied(wanted)] });
        continue;
      }
      const group = nextGroup(queue);
      if (group.length === 0) break;
      const outcomes = await commitGroup(
        database,
        group.map(
          ({ call }) =>
            (tx) =>
              scripts(tx, call, onForgotten),
        ),
      );
      if (mustEmptyLog) mustEmptyLog = !tryToEmptyLog(database);
      reply({
        type: "answers",
        answers: outcomes.map((outcome, index): ThreadAnswer => {
          const { id } = group[index]!;
          return outcome.type === "done"
            ? { type: "done", id, value: outcome.value }
            : { type: "failed", id, name: outcome.error.name, message: outcome.error.message };
        }),
      });
    }
    isRunning = false;
    if (isClosing) end(database, { type: "closed" });
  };

  port.on("message", (request: ThreadRequest) => {
    take(request);
    workOrEnd();
  });
  reply({ type: "opened" });
} catch (error) {
  if (!(error instanceof UnusableFileError)) throw error;
  reply({ type: "refused", sentence: error.message });
  port.close();
}

/** False when there is no room for it now: then it is tried again after the next group. */
function tryToEmptyLog(database: SqliteDatabase): boolean {
  try {
    database.emptyLog();
    return true;
  } catch (error) {
    if (sqliteFailure(error) !== "full") throw error;
    return false;
  }
}

function drainPort(take: (request: ThreadRequest) => void): void {
  for (;;) {
    const received: { readonly message: ThreadRequest } | undefined = receiveMessageOnPort(port!);
    if (received === undefined) return;
    take(received.message);
  }
}

/** The calls that fit into one transaction, oldest first; always one when there is one. */
function nextGroup(queue: QueuedCall[]): readonly QueuedCall[] {
  let updates = 0;
  let length = 0;
  while (length < queue.length && updates < GROUP_UPDATES) {
    const { call } = queue[length]!;
    updates += call.name === "ingest" ? Math.max(1, call.args[0].updates.length) : 1;
    length += 1;
  }
  return queue.splice(0, length);
}

function end(database: SqliteDatabase, last: ThreadReply): void {
  try {
    database.close();
  } finally {
    reply(last);
    port!.close();
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

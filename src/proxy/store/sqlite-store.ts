import { Worker } from "node:worker_threads";
import { StartupError } from "../startup-error.ts";
import { DamagedRowError, StoreFailedError, StoreFullError } from "./store-error.ts";
import { storeOperations, type StoreCall, type StoreOperations } from "./sql-store.ts";
import type { Say } from "./sqlite-database.ts";
import type { Store } from "./store.ts";
import type { ThreadAnswer, ThreadOptions, ThreadReply, ThreadRequest } from "./thread-message.ts";

export interface SqliteStoreOptions extends ThreadOptions {
  /**
   * The disk failed or the file is damaged: nobody knows what is kept. The process must end, and
   * whoever starts it again reads what is really there.
   */
  readonly onFatal: (error: Error) => void;
  /** Told what takes long while it is opened. */
  readonly say?: Say | undefined;
}

export interface SqliteStore extends Store {
  /** Copies the whole of it, as it is at one moment, into an empty file; work goes on meanwhile. */
  readonly copyTo: (file: string) => Promise<void>;
}

/**
 * The store in one SQLite file, worked by a thread of its own.
 *
 * Throws `StartupError`, with a sentence for a person, when the file is in use by another process,
 * cannot be written, is not ours or is newer than we are. An operation there is no room for rejects
 * with `StoreFullError`, and the store goes on.
 */
export async function openSqliteStore({
  onFatal,
  say,
  ...options
}: SqliteStoreOptions): Promise<SqliteStore> {
  const thread = new Worker(new URL("./sqlite-thread.ts", import.meta.url), {
    workerData: options satisfies ThreadOptions,
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB },
  });
  const waiting = new Map<number, PendingCall>();
  let failure: StoreFailedError | undefined;
  let lastId = 0;
  const opening = Promise.withResolvers<void>();
  const closing = Promise.withResolvers<void>();

  const rejectAll = (error: StoreFailedError) => {
    failure ??= error;
    for (const { reject } of waiting.values()) reject(failure);
    waiting.clear();
  };
  const fail = (error: Error) => {
    const known = failure !== undefined;
    rejectAll(new StoreFailedError(error.message, { cause: error }));
    opening.reject(error);
    closing.resolve();
    if (!known) onFatal(error);
  };
  const hear = (reply: ThreadReply) => {
    switch (reply.type) {
      case "opened":
        return opening.resolve();
      case "opening":
        return say?.(reply.sentence);
      case "refused":
        rejectAll(new StoreFailedError(reply.sentence));
        return opening.reject(new StartupError(reply.sentence));
      case "answers":
        return reply.answers.forEach((answer) => answerCall(waiting, answer));
      case "failed":
        return fail(new StoreFailedError(reply.message));
      case "closed":
        rejectAll(new StoreFailedError("the store is closed"));
        return closing.resolve();
    }
  };
  thread.on("message", hear);
  thread.on("error", (error) => fail(asError(error)));
  thread.on("exit", () => {
    if (failure === undefined) fail(new StoreFailedError("the store's thread ended by itself"));
  });
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
  const send = (request: ThreadRequest) => thread.postMessage(request);

  const call = <Name extends StoreCall["name"]>(name: Name) =>
    ((...args: never[]) =>
      new Promise((resolve, reject) => {
        if (failure !== undefined) return reject(failure);
        lastId += 1;
        waiting.set(lastId, { resolve, reject });
        // The scripts answer each call with what the port says that it gives.
        send({ type: "call", id: lastId, call: { name, args } as unknown as StoreCall });
      })) as unknown as StoreOperations[Name];

  await opening.promise;
  return {
    ...storeOperations(call),
    copyTo: (file) =>
      new Promise((resolve, reject) => {
        if (failure !== undefined) return reject(failure);
        lastId += 1;
        waiting.set(lastId, { resolve: () => resolve(), reject });
        send({ type: "copy", id: lastId, file });
      }),
    close: async () => {
      if (failure === undefined) send({ type: "close" });
      await closing.promise;
    },
  };
}

/**
 * Ours: what a group of batches leaves behind is collected while it is small. Left to itself, the thread
 * would take four times as much of the machine for it, and be no faster. `npm start` says the same of the
 * main thread.
 */
const YOUNG_MB = 12;

interface PendingCall {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

function answerCall(waiting: Map<number, PendingCall>, answer: ThreadAnswer): void {
  const pending = waiting.get(answer.id);
  waiting.delete(answer.id);
  if (answer.type === "done") pending?.resolve(answer.value);
  else pending?.reject(errorNamed(answer.name, answer.message));
}

function errorNamed(name: string, message: string): Error {
  switch (name) {
    case "StoreFullError":
      return new StoreFullError(message);
    case "DamagedRowError":
      return new DamagedRowError(message);
    default:
      return new Error(`${name}: ${message}`);
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

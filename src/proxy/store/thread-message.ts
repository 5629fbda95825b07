import type { Keys } from "../keys/keys.ts";
import type { StoreLimits } from "./limits.ts";
import type { SqliteOptions } from "./sqlite-database.ts";
import type { StoreCall } from "./sql-store.ts";

/** What the store's thread is started with. */
export interface ThreadOptions extends SqliteOptions {
  /** Key objects go from thread to thread as they are. */
  readonly keys: Pick<Keys, "storage" | "pepper">;
  /** What differs from the usual ones. */
  readonly limits?: Partial<StoreLimits> | undefined;
}

/** To the thread. */
export type ThreadRequest =
  | { readonly type: "call"; readonly id: number; readonly call: StoreCall }
  /** Copy the database into this file, beside all else. */
  | { readonly type: "copy"; readonly id: number; readonly file: string }
  | { readonly type: "close" };

/** From the thread. */
export type ThreadReply =
  | { readonly type: "opened" }
  /** It is still being opened; the sentence is for the person who started the proxy. */
  | { readonly type: "opening"; readonly sentence: string }
  /** The file cannot be used; the sentence is for the person who started the proxy. */
  | { readonly type: "refused"; readonly sentence: string }
  /** One message per group. */
  | { readonly type: "answers"; readonly answers: readonly ThreadAnswer[] }
  /** The file cannot be trusted any more; the thread has ended. */
  | { readonly type: "failed"; readonly message: string }
  | { readonly type: "closed" };

/** How one call ended. Errors lose their class on the way between threads; the name says it. */
export type ThreadAnswer =
  | { readonly type: "done"; readonly id: number; readonly value: unknown }
  | {
      readonly type: "failed";
      readonly id: number;
      readonly name: string;
      readonly message: string;
    };

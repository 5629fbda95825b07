import * as z from "zod/mini";
import { Sequence, Uuid } from "../contract/primitives.ts";

/**
 * The witness outside IndexedDB: which numbers the outbox has given (rule OB5). Written after an
 * entry is durable, so it may lag behind the database and is never rightly ahead of it.
 */
export interface Mirror {
  readonly read: () => MirroredNumbers | undefined;
  /** Best effort; a mirror that cannot be written only lags. */
  readonly write: (numbers: MirroredNumbers) => void;
}

export const MirroredNumbers = z.object({
  epoch: Uuid,
  firstSeq: Sequence,
  lastSeq: z.int().check(z.gte(0)),
});
export type MirroredNumbers = z.infer<typeof MirroredNumbers>;

/** The two members of `localStorage` used here; the worker's world does not know the type. */
export interface KeyValueStorage {
  readonly getItem: (key: string) => string | null;
  readonly setItem: (key: string, value: string) => void;
}

const KEY = "tarjeta-outbox";

export function storageMirror(storage: KeyValueStorage): Mirror {
  return {
    read() {
      const parsed = MirroredNumbers.safeParse(jsonOrNothing(storage.getItem(KEY)));
      return parsed.success ? parsed.data : undefined;
    },
    write(numbers) {
      try {
        storage.setItem(KEY, JSON.stringify(numbers));
      } catch {
        // A full storage leaves the last witness standing, which still proves what came before.
      }
    },
  };
}

function jsonOrNothing(text: string | null): unknown {
  try {
    return text === null ? undefined : JSON.parse(text);
  } catch {
    // Damaged text is a witness that says nothing.
    return undefined;
  }
}

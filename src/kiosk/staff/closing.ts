import { signal, type ReadonlySignal } from "@preact/signals-core";
import type { KeptStore } from "../../outbox/kept-store.ts";
import { CLOSED_KEY } from "../visit-first.ts";

/** Staff's last word on whether this kiosk takes cards. */
interface Word {
  readonly isClosed: boolean;
  /** Whose number is higher was said later, whatever clocks were set to. */
  readonly number: number;
  /** By the wall clock. */
  readonly atMs: number;
}

export interface Closing {
  readonly isClosed: ReadonlySignal<boolean>;
  /** Gives false where the next start may not know of it. */
  readonly say: (isClosed: boolean) => boolean;
}

export interface ClosingDeps {
  readonly storage: Pick<Storage, "getItem" | "setItem" | "removeItem">;
  readonly kept: KeptStore;
  readonly wallMs: () => number;
}

/** Where the number of the word in `localStorage` stands, and in the database the word. */
const WORD_KEY = "tarjeta-closing";

/**
 * Keeps staff's word in two places: in `localStorage`, which a start reads before anything else and which
 * works while the database does not open, and in the database, which alone has it at once when the plug is
 * pulled. The later word counts.
 *
 * Source: Chromium's `storage_area_impl.cc` writes `localStorage` out after 5 s, and no more than 60 times
 * an hour.
 */
export function createClosing({ storage, kept, wallMs }: ClosingDeps): Closing {
  const isClosed = signal(storage.getItem(CLOSED_KEY) !== null);
  let number = Number(storage.getItem(WORD_KEY) ?? 0) || 0;

  function note(word: Word): boolean {
    ({ number } = word);
    const isKept = write(storage, word);
    isClosed.value = word.isClosed;
    return isKept;
  }

  // Where it cannot be read, the other place counts alone.
  void kept.get(WORD_KEY).then(
    (found) => {
      if (isWord(found) && found.number > number) note(found);
    },
    () => undefined,
  );

  return {
    isClosed,
    say(closes) {
      const word: Word = { isClosed: closes, number: number + 1, atMs: wallMs() };
      // Where nothing can be stored in it, likewise.
      kept.put(WORD_KEY, word).catch(() => undefined);
      return note(word);
    },
  };
}

function write(storage: ClosingDeps["storage"], word: Word): boolean {
  try {
    if (word.isClosed) storage.setItem(CLOSED_KEY, String(word.atMs));
    else storage.removeItem(CLOSED_KEY);
    storage.setItem(WORD_KEY, String(word.number));
    return true;
  } catch {
    // A full storage: said on the screen.
    return false;
  }
}

/** Only this app writes there. */
function isWord(value: unknown): value is Word {
  return typeof (value as Partial<Word> | undefined)?.number === "number";
}

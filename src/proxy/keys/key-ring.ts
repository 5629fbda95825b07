import { statSync } from "node:fs";
import type { Clock } from "../../domain/clock.ts";
import { readKeysFile } from "./keys-file.ts";
import type { Keys } from "./keys.ts";

/** The keys as they stand now: a rotation is taken up without a restart. */
export type KeyRing = () => Keys;

export interface KeyRingDeps {
  readonly file: string;
  readonly keys: Keys;
  readonly clock: Pick<Clock, "monoMs">;
  /** Told in words when a changed file cannot be used; the keys from before go on. */
  readonly warn: (sentence: string) => void;
}

/** Ours: how soon a rotated key is taken up. */
const LOOK_EVERY_MS = 1_000;

/** Looks at the file's age, when asked and not more than once a second. */
export function createKeyRing({ file, keys, clock, warn }: KeyRingDeps): KeyRing {
  let current = keys;
  let lookedMs = clock.monoMs();
  let seen = ageOf(file);

  return () => {
    if (clock.monoMs() - lookedMs < LOOK_EVERY_MS) return current;
    lookedMs = clock.monoMs();
    const age = ageOf(file);
    if (age === seen) return current;
    seen = age;
    try {
      current = readKeysFile(file);
    } catch (error) {
      warn(error instanceof Error ? error.message : String(error));
    }
    return current;
  };
}

/** Changes whenever the file was replaced; nothing while it is missing. */
function ageOf(file: string): string | undefined {
  const stat = statSync(file, { throwIfNoEntry: false });
  return stat === undefined ? undefined : `${stat.ino} ${stat.mtimeMs}`;
}

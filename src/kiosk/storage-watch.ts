import { MAX_ENTRIES } from "../outbox/idb-outbox.ts";
import type { KeptStore } from "../outbox/kept-store.ts";
import type { Outbox } from "../outbox/outbox.ts";
import { isFull } from "../outbox/transaction.ts";
import type { StorageTrouble } from "./visit.ts";

/** Ours: more than a scan needs, so that a disk that takes this also takes a scan. */
const TRIAL_LENGTH = 16_384;
const TRIAL_KEY = "storage-trial";

/**
 * Tries whether an update could be stored now, by storing something larger and by looking at the
 * high-water mark. What is receipted goes before a scan is refused (rule OB7).
 */
export async function tryStorage(
  kept: KeptStore,
  outbox: Pick<Outbox, "depth" | "makeRoom">,
): Promise<StorageTrouble | "working"> {
  try {
    await storeSomething(kept).catch(async (error: unknown) => {
      if (!isFull(error) || !(await outbox.makeRoom())) throw error;
      await storeSomething(kept);
    });
    return (await outbox.depth()) < MAX_ENTRIES ? "working" : "full";
  } catch (error) {
    // The screen says which; the outbox itself reports what was wrong.
    return isFull(error) ? "full" : "unavailable";
  }
}

async function storeSomething(kept: KeptStore): Promise<void> {
  await kept.put(TRIAL_KEY, "0".repeat(TRIAL_LENGTH));
  await kept.put(TRIAL_KEY, "");
}

import { OutboxFullError, type Outbox } from "../outbox/outbox.ts";
import type { KeptStore } from "../outbox/kept-store.ts";
import { MAX_ENTRIES } from "../outbox/idb-outbox.ts";
import type { StorageTrouble } from "./visit.ts";

/** Ours: about as much as a scan needs, so that a disk that takes it also takes a scan. */
const TRIAL_LENGTH = 16_384;

/**
 * Tries whether an update could be stored now, by storing something as large and by looking at the
 * high-water mark.
 */
export async function tryStorage(
  kept: KeptStore,
  outbox: Pick<Outbox, "depth">,
  isFull: (error: unknown) => boolean,
): Promise<StorageTrouble | "working"> {
  try {
    await kept.put("storage-trial", "0".repeat(TRIAL_LENGTH));
    await kept.put("storage-trial", "");
    return (await outbox.depth()) < MAX_ENTRIES ? "working" : "full";
  } catch (error) {
    return error instanceof OutboxFullError || isFull(error) ? "full" : "unavailable";
  }
}

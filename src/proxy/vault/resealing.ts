import type { Store } from "../store/store.ts";

export interface ResealingOptions {
  readonly store: Pick<Store, "reseal" | "storageKids">;
  readonly log: {
    readonly info: (details: object, message: string) => void;
    readonly warn: (details: object, message: string) => void;
  };
}

/** After a rotation: seals all that lies under older storage keys under the newest, beside the work. */
export interface Resealing {
  readonly start: () => void;
  /** Resolves when the page under way has ended; the next start goes on. */
  readonly stop: () => Promise<void>;
  /** One pass over all. */
  readonly runOnce: () => Promise<void>;
}

/** Ours: few enough that no batch waits for it. */
const AT_ONCE = 500;

export function createResealing({ store, log }: ResealingOptions): Resealing {
  let running: Promise<void> | undefined;
  let isStopped = false;

  const pass = async () => {
    if ((await store.storageKids()).length < 2) return;
    log.info({}, "Sealing what lies under an older storage key anew");
    for (let after: string | undefined = ""; after !== undefined;) {
      if (isStopped) return;
      after = await store.reseal(after, AT_ONCE);
    }
    log.info({}, "Nothing lies under an older storage key any more; it may be retired");
  };
  return {
    start: () => {
      running = pass().catch((error: unknown) => {
        const name = error instanceof Error ? error.name : "unknown";
        log.warn({ error: name }, "Sealing anew did not end; the next start goes on with it");
      });
    },
    stop: async () => {
      isStopped = true;
      await running;
    },
    runOnce: pass,
  };
}

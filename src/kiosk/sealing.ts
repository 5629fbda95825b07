import type { Clock } from "../domain/clock.ts";
import type { Database } from "../outbox/connection.ts";
import type { KeptStore } from "../outbox/kept-store.ts";
import { sealPlainEntries } from "../outbox/seal-plain.ts";
import type { SealingKey } from "../contract/sealing.ts";
import { createSealer, type Seal } from "./sealer.ts";
import { createSealingKeySource } from "./sealing-key.ts";

export interface SealingDeps {
  readonly database: Database;
  readonly kept: KeptStore;
  readonly fetch: (path: string) => Promise<Response>;
  readonly clock: Pick<Clock, "monoMs">;
}

/** All that a page needs to seal. Loaded right after its first paint. */
export interface Sealing {
  readonly seal: Seal;
  /** The proxy says which key to seal to from now on. */
  readonly learn: (key: SealingKey) => void;
  /** Seals what an earlier version left in plain text; nothing sends it before. */
  readonly sealPlain: () => Promise<number>;
}

export function openSealing({ database, kept, fetch, clock }: SealingDeps): Sealing {
  const keys = createSealingKeySource({ kept, fetch });
  const seal = createSealer({ sealingKey: keys.current, clock });
  // Asked for at once: the network may be gone by the first scan. Who cannot have it now hears so then.
  keys.current().catch(() => undefined);
  return { seal, learn: keys.learn, sealPlain: () => sealPlainEntries(database, seal) };
}

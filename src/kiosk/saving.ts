import type { Device } from "../contract/update.ts";
import type { Clock } from "../domain/clock.ts";
import type { ClockReading } from "../domain/effective-time.ts";
import type { Database } from "../outbox/connection.ts";
import type { IdbOutbox } from "../outbox/idb-outbox.ts";
import { createIdbOwed } from "../outbox/idb-owed.ts";
import type { KeptStore } from "../outbox/kept-store.ts";
import { exportOutbox, save } from "./outbox-export.ts";

export interface SavingDeps {
  readonly database: Database;
  readonly outbox: Pick<IdbOutbox, "depth" | "witnesses">;
  readonly kept: KeptStore;
  readonly clock: Clock;
  readonly newId: () => string;
}

/** Gives whoever stands there a file of what this kiosk owes, and says how many updates it holds. */
export function createSaving({ database, kept, clock, newId }: SavingDeps) {
  // This page captures nothing: its clocks are read for the file alone.
  const segment = `${newId()}.0`;
  const reading = (): ClockReading => ({
    segment,
    wallMs: Math.max(0, Math.floor(clock.wallMs())),
    monoMs: clock.monoMs(),
  });
  const outbox = createIdbOwed({ database, newId });
  return async (device: Device): Promise<number> => {
    const saved = await exportOutbox({ outbox, kept, clock, reading, device });
    save(saved);
    return saved.entries;
  };
}

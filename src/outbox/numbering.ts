import * as z from "zod/mini";
import type { KioskIncident } from "../contract/kiosk-incident.ts";
import { Sequence, Uuid } from "../contract/primitives.ts";
import type { MirroredNumbers } from "./mirror.ts";

/**
 * A stretch of numbers given by one outbox. Numbers rise through all epochs of a database, so a
 * number alone names an entry in it.
 */
export const EpochRow = z.object({
  epoch: Uuid,
  firstSeq: Sequence,
  /** `firstSeq - 1` while none was given. */
  lastSeq: z.int().check(z.gte(0)),
  /** Its rows went with an earlier database: only its witness is left. */
  gone: z.boolean(),
});
export type EpochRow = z.infer<typeof EpochRow>;

/** Ours, and the heartbeat's limit: epochs and incidents reported at once. */
export const MAX_EPOCHS = 16;
export const MAX_INCIDENTS = 16;

/** What a database was found to hold, and what the mirror says it held. */
export interface Found {
  readonly epochs: readonly EpochRow[];
  /** Highest number of any row; 0 when there is none. */
  readonly highestKey: number;
  readonly dataLoss: string | undefined;
  readonly mirrored: MirroredNumbers | undefined;
}

export interface Reconciled {
  /** Never empty; the last is where the next number comes from. */
  readonly epochs: readonly EpochRow[];
  readonly incident: KioskIncident | undefined;
}

/**
 * Compares a database with its witness and says how to go on (rule OB5).
 *
 * What was lost keeps its epoch, with every number the witness saw, so that the proxy can hold those
 * numbers against what it received. A new epoch starts above all of them: no number is ever given
 * twice.
 */
export function reconcile(found: Found, newEpoch: () => string): Reconciled {
  const { epochs, highestKey, dataLoss, mirrored } = found;
  const current = epochs.at(-1);

  if (current === undefined) {
    const top = Math.max(highestKey, mirrored?.lastSeq ?? 0);
    if (mirrored !== undefined && mirrored.lastSeq >= mirrored.firstSeq) {
      return {
        epochs: [{ ...mirrored, gone: highestKey === 0 }, epochFrom(top + 1, newEpoch())],
        incident: wiped(mirrored, `the database came up empty${because(dataLoss)}`),
      };
    }
    const epoch = epochFrom(top + 1, newEpoch());
    const lost = dataLoss === undefined ? undefined : wiped(epoch, `replaced${because(dataLoss)}`);
    return { epochs: [epoch], incident: lost };
  }

  const top = Math.max(current.lastSeq, highestKey, mirrored?.lastSeq ?? 0);
  const next = (): EpochRow => epochFrom(top + 1, newEpoch());

  if (mirrored !== undefined && !epochs.some(({ epoch }) => epoch === mirrored.epoch)) {
    return {
      epochs: capped([{ ...mirrored, gone: true }, ...epochs, next()]),
      incident: wiped(mirrored, "another database is here than the one the witness knows"),
    };
  }
  const lastKnown =
    mirrored?.epoch === current.epoch ? Math.max(mirrored.lastSeq, highestKey) : highestKey;
  if (lastKnown > current.lastSeq) {
    return rolledBack(epochs, lastKnown, "the database is older than its witness", newEpoch);
  }
  return { epochs, incident: undefined };
}

/** Closes the current epoch at `lastKnown`, which is more than it remembers, and begins another. */
export function rolledBack(
  epochs: readonly EpochRow[],
  lastKnown: number,
  why: string,
  newEpoch: () => string,
): Reconciled {
  const current = epochs.at(-1);
  if (current === undefined) throw new Error("an outbox without an epoch cannot be rolled back");
  const { epoch, lastSeq } = current;
  const detail = `${why}: it ends at ${lastSeq}, ${lastKnown} was given`;
  return {
    epochs: capped([
      ...epochs.slice(0, -1),
      { ...current, lastSeq: lastKnown },
      epochFrom(lastKnown + 1, newEpoch()),
    ]),
    incident: { type: "outbox-torn", epoch, lastSeq: lastKnown, detail },
  };
}

function epochFrom(firstSeq: number, epoch: string): EpochRow {
  return { epoch, firstSeq, lastSeq: firstSeq - 1, gone: false };
}

function wiped({ epoch, lastSeq }: MirroredNumbers, detail: string): KioskIncident {
  return { type: "outbox-wiped", epoch, lastSeq, detail };
}

function because(dataLoss: string | undefined): string {
  return dataLoss === undefined ? "" : `; the browser says ${dataLoss}`;
}

function capped(epochs: readonly EpochRow[]): readonly EpochRow[] {
  return epochs.slice(-MAX_EPOCHS);
}

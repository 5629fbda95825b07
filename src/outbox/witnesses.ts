import * as z from "zod/mini";
import type { Witness } from "../contract/witness.ts";
import { EpochRow } from "./numbering.ts";
import { META, type TarjetaDb } from "./schema.ts";
import { reading } from "./transaction.ts";

/** The contract's limit. Older intervals of a list were told in earlier heartbeats. */
const MAX_INTERVALS = 4_096;

/**
 * Every number given and where it is now, per epoch (rule OB5). Read in one transaction: a number
 * on its way from one list to another must not be missing from both.
 */
export async function readWitnesses(db: TarjetaDb): Promise<readonly Witness[]> {
  const tx = reading(db, ["meta", "entries", "voided", "aside", "receipted"]);
  const [epochs, owed, voided, aside, receipted] = await Promise.all([
    tx.objectStore("meta").get(META.epochs),
    tx.objectStore("entries").getAllKeys(),
    tx.objectStore("voided").getAllKeys(),
    tx.objectStore("aside").getAllKeys(),
    tx.objectStore("receipted").getAllKeys(),
  ]);
  return z.parse(z.array(EpochRow), epochs ?? []).map(({ epoch, firstSeq, lastSeq, gone }) => {
    const within = (seqs: readonly number[]): [number, number][] =>
      gone ? [] : intervalsOf(seqs.filter((seq) => seq >= firstSeq && seq <= lastSeq));
    return {
      epoch,
      firstSeq,
      lastSeq,
      owed: within(owed),
      void: within(voided),
      aside: within(aside),
      kept: within(receipted),
    };
  });
}

/** Ascending numbers as intervals. */
function intervalsOf(seqs: readonly number[]): [number, number][] {
  const intervals: [number, number][] = [];
  for (const seq of seqs) {
    const last = intervals.at(-1);
    if (last !== undefined && seq === last[1] + 1) last[1] = seq;
    else intervals.push([seq, seq]);
  }
  return intervals.slice(-MAX_INTERVALS);
}

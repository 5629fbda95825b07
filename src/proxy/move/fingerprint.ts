import { createHash } from "node:crypto";

/** What a table's rows come to, whatever their order: how many, and all of their hashes added up. */
export interface Fingerprint {
  readonly rows: number;
  readonly sum: bigint;
}

/** A value as both engines can hold it. */
export type Cell = string | number | null;

export type Row = readonly Cell[];

/** Rows are added one by one; the sum of two tables differs unless they hold the same rows. */
export interface FingerprintBuilder {
  readonly add: (row: Row) => void;
  readonly value: () => Fingerprint;
}

/** Ours: 128 bits, which nobody meets by chance. */
const HASH_BYTES = 16;
const MASK = (1n << BigInt(8 * HASH_BYTES)) - 1n;

export function createFingerprint(): FingerprintBuilder {
  let rows = 0;
  let sum = 0n;
  return {
    add: (row) => {
      const hash = createHash("sha256").update(JSON.stringify(row)).digest();
      rows += 1;
      sum = (sum + BigInt(`0x${hash.toString("hex", 0, HASH_BYTES)}`)) & MASK;
    },
    value: () => ({ rows, sum }),
  };
}

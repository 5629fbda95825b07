/**
 * The rows of one batch, packed: their bytes end to end, and where each begins. A batch at the limit
 * takes its 50 MB and 2 more, whatever its attributes.
 */
export interface RowStore {
  /** Keeps a row, given as one character per byte. */
  readonly add: (line: string) => void;
  /** The row as it was added, counted from 0. */
  readonly read: (row: number) => string;
  readonly count: () => number;
}

/** Ours: small enough for a batch of one row, and soon large enough for one of many. */
const FIRST_SLAB_BYTES = 4_096;
const SLAB_BYTES = 1_048_576;
const FIRST_ROWS = 64;

export function createRowStore(): RowStore {
  const slabs: Buffer[] = [];
  /** How much of the last slab is taken. */
  let taken = 0;
  let count = 0;
  let slabOf = new Uint16Array(FIRST_ROWS);
  let offsetOf = new Uint32Array(FIRST_ROWS);
  let lengthOf = new Uint32Array(FIRST_ROWS);

  const grow = () => {
    slabOf = grown(slabOf, new Uint16Array(count * 2));
    offsetOf = grown(offsetOf, new Uint32Array(count * 2));
    lengthOf = grown(lengthOf, new Uint32Array(count * 2));
  };

  /** The slab with room for a row, which never lies in two. */
  const slabFor = (bytes: number): Buffer => {
    const last = slabs.at(-1);
    if (last !== undefined && taken + bytes <= last.length) return last;
    const size = slabs.length === 0 ? FIRST_SLAB_BYTES : SLAB_BYTES;
    const slab = Buffer.allocUnsafeSlow(Math.max(size, bytes));
    slabs.push(slab);
    taken = 0;
    return slab;
  };

  return {
    add: (line) => {
      if (count === offsetOf.length) grow();
      const slab = slabFor(line.length);
      slab.write(line, taken, "latin1");
      slabOf[count] = slabs.length - 1;
      offsetOf[count] = taken;
      lengthOf[count] = line.length;
      taken += line.length;
      count += 1;
    },
    read: (row) => {
      const from = offsetOf[row]!;
      return slabs[slabOf[row]!]!.toString("latin1", from, from + lengthOf[row]!);
    },
    count: () => count,
  };
}

function grown<T extends Uint16Array | Uint32Array>(from: T, to: T): T {
  to.set(from);
  return to;
}

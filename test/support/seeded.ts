/**
 * Uniform draws in [0, 1), the same for the same seed.
 *
 * Source: mulberry32, a public-domain generator of 32 bits.
 */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** One of them, by one draw. */
export function pick<T>(among: readonly T[], random: () => number): T {
  return among[Math.floor(random() * among.length)]!;
}

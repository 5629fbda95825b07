/** Ours: two cards a second are faster than any queue of people, and slower than a machine that tries. */
export const CARDS_PER_MINUTE = 120;

/** Ours: typing takes a person ten seconds; guessing is to be slower still. */
export const TYPED_CARDS_PER_MINUTE = 6;

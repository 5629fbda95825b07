/** Where the true share lies, with the confidence it was asked for; both ends within 0 and 1. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** Source: standard normal distribution, two-sided 95 %. */
const Z = 1.959964;

/**
 * The 95 % interval of a share seen in a sample, also for few and for none or all of them.
 *
 * Source: Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22
 * (1927), without continuity correction.
 */
export function wilson(hits: number, of: number): Interval {
  if (of === 0) return { low: 0, high: 1 };
  const share = hits / of;
  const centre = share + Z ** 2 / (2 * of);
  const spread = Z * Math.sqrt((share * (1 - share)) / of + Z ** 2 / (4 * of ** 2));
  const scale = 1 + Z ** 2 / of;
  return {
    low: hits === 0 ? 0 : Math.max(0, (centre - spread) / scale),
    high: hits === of ? 1 : Math.min(1, (centre + spread) / scale),
  };
}

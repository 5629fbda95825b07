/**
 * The smallest sample that at least `share` of all samples do not exceed (nearest rank): never a
 * value that was not measured.
 */
export function percentile(samples: readonly number[], share: number): number {
  if (samples.length === 0) throw new Error("no sample, no percentile");
  const sorted = samples.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]!;
}

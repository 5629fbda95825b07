/** How many of the ascending `numbers` are at most `limit`. */
export function indexAfter(numbers: readonly number[], limit: number): number {
  // What is asked for is nearly always the newest.
  if (numbers.length === 0 || numbers.at(-1)! <= limit) return numbers.length;
  let low = 0;
  let high = numbers.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (numbers[middle]! <= limit) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Ours: a shopper who wipes or leans taps a corner once or twice. */
const TIMES = 5;
const WITHIN_MS = 3_000;

/** Ours: share of the screen's shorter side that the corner is wide and high; 130 px of 1080. */
const CORNER = 0.12;

/**
 * Counts what somebody does on purpose only: true with the fifth time within three seconds.
 *
 * @param atMs of the monotonic clock
 */
export function createKnock(): (atMs: number) => boolean {
  let recent: readonly number[] = [];
  return (atMs) => {
    recent = [...recent.filter((each) => atMs - each <= WITHIN_MS), atMs];
    if (recent.length < TIMES) return false;
    recent = [];
    return true;
  };
}

/** What of a rectangle is needed to find its corner. */
type Place = Pick<DOMRect, "top" | "right" | "width" | "height">;

/** The upper right corner, in whichever direction words run: hands do not read. */
export function isInCorner({ top, right, width, height }: Place, x: number, y: number): boolean {
  const side = CORNER * Math.min(width, height);
  return x > right - side && x <= right && y >= top && y < top + side;
}

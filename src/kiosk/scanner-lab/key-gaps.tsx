import type { WedgeSettings } from "../../scanner/wedge-settings.ts";
import { barsOf, gapsOf, type KeyTrace } from "./key-trace.ts";

export interface KeyGapsProps {
  readonly trace: KeyTrace;
  readonly settings: Pick<WedgeSettings, "maxGapMs" | "maxAverageGapMs">;
  /** What the bars are, for whoever does not see them. */
  readonly label: string;
  /** Beside the line of the longest gap. */
  readonly limit: string;
}

/** Ours: as many bars as fit the narrowest screen with their figures above. */
const MOST_BARS = 16;

/** Ours: so much of the height is the limit; a longer gap is cut off there, its figure says how long. */
const LIMIT_SHARE = 0.8;

/** The silence before each key as a bar with its milliseconds, live, below the line of what is too long. */
export function KeyGaps({ trace, settings, label, limit }: KeyGapsProps) {
  const bars = barsOf(gapsOf(trace), MOST_BARS).map(Math.round);
  return (
    <figure class="key-gaps">
      <figcaption class="hand">{limit}</figcaption>
      <ol class="gap-bars" aria-label={label}>
        {bars.map((ms, index) => (
          <li
            key={index}
            class={`gap ${lookOf(ms, settings)}`}
            style={{ "--share": Math.min(1, (ms / settings.maxGapMs) * LIMIT_SHARE) }}
          >
            {ms}
          </li>
        ))}
      </ol>
    </figure>
  );
}

function lookOf(
  ms: number,
  { maxGapMs, maxAverageGapMs }: Pick<WedgeSettings, "maxGapMs" | "maxAverageGapMs">,
): string {
  if (ms > maxGapMs) return "gap-over";
  return ms > maxAverageGapMs ? "gap-long" : "gap-usual";
}

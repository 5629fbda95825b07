import type { AllowanceFigures } from "../contract/allowance.ts";
import type { Desk, Freshness } from "./desk.ts";
import { STALE_AFTER_MS } from "./live.ts";
import type { Saying } from "./views/saying.ts";

export interface LiveProps {
  readonly saying: Saying;
  readonly freshness: Freshness;
  readonly heardMs: number | undefined;
  readonly nowMs: number;
  readonly forecast: AllowanceFigures["forecast"] | undefined;
  readonly desk: Pick<Desk, "lookNow">;
}

/** Says how old the figures are; aloud only when they stop being new, and when they are new again. */
export function Live({ saying, freshness, heardMs, nowMs, forecast, desk }: LiveProps) {
  const { words, formats } = saying;
  if (freshness.type === "unreadable") {
    return (
      <p class="live stale" role="status">
        <span>{words.olderPage}</span>{" "}
        <button type="button" class="button button-small" onClick={() => location.reload()}>
          {words.reload}
        </button>
      </p>
    );
  }
  if (isStale(freshness, heardMs, nowMs)) {
    return (
      <p class="live stale" role="status">
        <span>
          {heardMs === undefined ? words.neverHeard : words.stale(formats.timeToTheSecond(heardMs))}
        </span>{" "}
        <button type="button" class="button button-small" onClick={desk.lookNow}>
          {words.retryNow}
        </button>
      </p>
    );
  }
  return (
    <p class="live">
      {heardMs !== undefined && words.live(formats.timeToTheSecond(heardMs))}
      {forecast?.clearsAtMs !== undefined &&
        ` ${words.backlogGone(formats.moment(forecast.clearsAtMs, nowMs))}`}
      {forecast?.type === "grows" && ` ${words.backlogGrows}`}
    </p>
  );
}

/** Whether what is shown may not be so any more. */
export function isStale(freshness: Freshness, heardMs: number | undefined, nowMs: number): boolean {
  if (freshness.type === "live") return false;
  return heardMs === undefined || nowMs - heardMs >= STALE_AFTER_MS;
}

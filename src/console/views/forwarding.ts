import type { ForwardingState } from "../../contract/forwarding-state.ts";
import type { Condition } from "./kiosks.ts";
import type { Saying } from "./saying.ts";

export interface ForwardingView {
  readonly condition: Condition;
  readonly isPaused: boolean;
  readonly state: string;
  /** Since when, by whom, why and until when, as far as it is known; empty where there is nothing. */
  readonly facts: string;
}

export function forwardingView(
  { state, sinceMs, untilMs, pausedBy, reason }: ForwardingState,
  nowMs: number,
  { words, formats }: Saying,
): ForwardingView {
  const say = words.forwarding;
  const isPaused = state === "paused";
  const facts =
    state === "running"
      ? []
      : [
          ...(isPaused && pausedBy !== undefined ? [say.pausedBy(pausedBy)] : []),
          ...(sinceMs === undefined ? [] : [say.since(formats.moment(sinceMs, nowMs))]),
          ...(isPaused && reason !== undefined ? [say.because(reason)] : []),
          ...(untilMs === undefined || isPaused
            ? []
            : [say.until(formats.moment(untilMs, nowMs))]),
        ];
  return {
    condition: state === "running" ? "good" : "warn",
    isPaused,
    state: say.state[state],
    facts: facts.join(", "),
  };
}

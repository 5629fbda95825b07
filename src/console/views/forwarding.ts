import type { ChainOverview } from "../../contract/overview.ts";
import type { Forwarding } from "../words.ts";
import type { Condition } from "./kiosk-troubles.ts";
import type { Saying } from "./saying.ts";

export interface ForwardingView {
  readonly condition: Condition;
  readonly isPaused: boolean;
  readonly state: string;
  /** Since when, by whom, why and until when, as far as it is known; empty where there is nothing. */
  readonly facts: string;
}

export function forwardingView(
  forwarding: Forwarding,
  allowance: ChainOverview["allowance"],
  nowMs: number,
  { words, formats }: Saying,
): ForwardingView {
  const say = words.forwarding;
  const state = stateOf(forwarding, allowance);
  const { pause, breaker } = forwarding;
  const facts = () => {
    switch (state) {
      case "running":
      case "allowance-spent":
        return [];
      case "breaker-open":
        return breaker.untilMs === undefined || breaker.untilMs <= nowMs
          ? []
          : [say.until(formats.moment(breaker.untilMs, nowMs))];
      case "paused":
        return pause === undefined
          ? []
          : [
              say.pausedBy(pause.who),
              say.since(formats.moment(pause.sinceMs, nowMs)),
              ...(pause.reason === undefined ? [] : [say.because(pause.reason)]),
            ];
    }
  };
  return {
    condition: state === "running" ? "good" : "warn",
    isPaused: state === "paused",
    state: say.state[state],
    facts: facts().join(", "),
  };
}

export type SendingState = Forwarding["state"] | "allowance-spent";

/** Whether anything leaves by itself: else no forecast is worth a word. */
export function isSending({ forwarding, allowance }: ChainOverview): boolean {
  const state = stateOf(forwarding, allowance);
  return state === "running" || state === "allowance-spent";
}

/** An operator's word counts first, then that nobody answers, then that nobody may be called. */
export function stateOf(
  { state }: Forwarding,
  { allowed, used }: ChainOverview["allowance"],
): SendingState {
  return state === "running" && used >= allowed ? "allowance-spent" : state;
}

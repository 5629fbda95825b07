import type { OutcomesSlot } from "../../contract/overview.ts";
import type { Fate } from "../words.ts";
import type { Saying } from "./saying.ts";
import { totalOf } from "./share.ts";

export type Span = "hours" | "days";

export interface OutcomesView {
  readonly isEmpty: boolean;
  /** Oldest first. */
  readonly fromMs: readonly number[];
  readonly names: readonly string[];
  readonly scans: Readonly<Record<Fate, readonly number[]>>;
}

/** What became of scans over time, to be stacked. */
export function outcomesView(
  slots: readonly OutcomesSlot[],
  span: Span,
  { formats }: Saying,
): OutcomesView {
  const of = (fate: Fate) => slots.map((slot) => slot[fate]);
  return {
    isEmpty: slots.every((slot) => totalOf(slot) === 0),
    fromMs: slots.map(({ fromMs }) => fromMs),
    names: slots.map(({ fromMs }) =>
      span === "hours" ? formats.time(fromMs) : formats.utcDay(fromMs),
    ),
    scans: {
      applied: of("applied"),
      waiting: of("waiting"),
      unknown: of("unknown"),
      refused: of("refused"),
    },
  };
}

/** For each fate where its part of the bar begins and ends. */
export function stacked(scans: OutcomesView["scans"]): Readonly<Record<Fate, StackedPart>> {
  const onto = (from: readonly number[], fate: Fate): StackedPart => ({
    from,
    to: scans[fate].map((number, index) => number + (from[index] ?? 0)),
  });
  const applied = onto([], "applied");
  const waiting = onto(applied.to, "waiting");
  const unknown = onto(waiting.to, "unknown");
  return { applied, waiting, unknown, refused: onto(unknown.to, "refused") };
}

export interface StackedPart {
  readonly from: readonly number[];
  readonly to: readonly number[];
}

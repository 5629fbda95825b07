import type { OutcomesSlot } from "../../contract/overview.ts";
import type { Fate } from "../words.ts";
import type { Saying } from "./saying.ts";
import { FATES, totalOf } from "./share.ts";

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
export function stacked(
  scans: OutcomesView["scans"],
): Readonly<Record<Fate, { readonly from: readonly number[]; readonly to: readonly number[] }>> {
  let from: readonly number[] = scans.applied.map(() => 0);
  const parts = FATES.map((fate) => {
    const start = from;
    const to = scans[fate].map((number, index) => number + (start[index] ?? 0));
    from = to;
    return [fate, { from: start, to }] as const;
  });
  return Object.fromEntries(parts) as ReturnType<typeof stacked>;
}

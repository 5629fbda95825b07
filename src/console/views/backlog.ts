import type { ChainOverview } from "../../contract/overview.ts";
import { lengthIn, type Row, type Saying } from "./saying.ts";

export interface AgeBar {
  readonly age: string;
  /** In seconds, as the metric names it. */
  readonly upTo: string;
  readonly visitors: string;
  readonly fresh: number;
  readonly backlog: number;
  /** Of the tallest bar, from 0 to 1. */
  readonly freshHeight: number;
  readonly backlogHeight: number;
}

export interface BacklogView {
  readonly isEmpty: boolean;
  readonly visitors: string;
  readonly noun: string;
  readonly ages: readonly AgeBar[];
  readonly rows: readonly Row[];
}

export function backlogView(chain: ChainOverview, saying: Saying): BacklogView {
  const { backlog, heldUpdates } = chain;
  const { words, formats } = saying;
  const say = words.waiting;
  const tallest = Math.max(1, ...backlog.ages.map(({ fresh, backlog: old }) => fresh + old));
  const isEmpty = backlog.visitors === 0;
  return {
    isEmpty,
    visitors: formats.count(backlog.visitors),
    noun: say.visitors(formats.count(backlog.visitors)),
    ages: backlog.ages.map(({ upToMs, fresh, backlog: old }, index) => ({
      age: ageName(backlog.ages[index - 1]?.upToMs, upToMs, saying),
      upTo: upToMs === undefined ? "+Inf" : String(upToMs / 1_000),
      visitors: formats.count(fresh + old),
      fresh,
      backlog: old,
      freshHeight: fresh / tallest,
      backlogHeight: old / tallest,
    })),
    rows: [
      ...(isEmpty ? [] : [{ name: say.oldest, value: lengthIn(words, backlog.oldestAgeMs) }]),
      ...(heldUpdates === 0 ? [] : [heldRow(heldUpdates, saying)]),
      {
        name: say.absent,
        value: formats.count(backlog.absent),
        metric: "tarjeta_visitors_absent",
      },
      {
        name: say.unknown,
        value: formats.count(backlog.unknown),
        metric: "tarjeta_visitors_unknown",
      },
    ],
  };
}

function heldRow(updates: number, { words, formats }: Saying): Row {
  return {
    name: words.waiting.held,
    value: formats.count(updates),
    metric: "tarjeta_held_updates",
  };
}

function ageName(fromMs: number | undefined, upToMs: number | undefined, saying: Saying): string {
  const { words } = saying;
  if (fromMs === undefined) return words.waiting.upTo(lengthIn(words, upToMs ?? 0));
  if (upToMs === undefined) return words.waiting.over(lengthIn(words, fromMs));
  const [from, to] = [lengthIn(words, fromMs), lengthIn(words, upToMs)];
  // `1–15 min`, the unit said once where both have it.
  const [number, unit] = from.split(" ");
  return words.waiting.between(to.endsWith(` ${unit}`) ? (number ?? from) : from, to);
}

import type uPlot from "uplot";
import { barsPath, type ChartPlan } from "../ui/chart.tsx";
import type { Theme } from "../ui/theme.ts";
import { stacked, type OutcomesView, type StackedPart } from "../views/outcomes.ts";
import type { Saying } from "../views/saying.ts";
import { FATES } from "../views/share.ts";
import type { Fate } from "../words.ts";
import { countAxis } from "./calls-plan.ts";

/** Ours: with more bars than this, only every fourth has its name below it. */
const ALL_NAMED = 8;

/** A bar per hour or day, what became of its scans one on the other. */
export function outcomesPlan(view: OutcomesView, { formats }: Saying): ChartPlan {
  const parts = stacked(view.scans);
  const places = view.fromMs.map((_, index) => index);
  const highest = Math.max(1, ...parts.refused.to);
  return {
    data: [places, ...FATES.map((fate) => [...parts[fate].to])],
    options: (theme) => ({
      padding: [6, 0, 0, 0],
      scales: {
        x: { time: false, range: () => [0, Math.max(1, places.length)] },
        y: { range: () => [0, highest * 1.1] },
      },
      axes: [nameAxis(theme, view.names), countAxis(theme, formats.short)],
      series: [{}, ...FATES.map((fate) => part(theme, fate, parts[fate]))],
    }),
  };
}

function part(theme: Theme, fate: Fate, { from, to }: StackedPart): uPlot.Series {
  const look: Readonly<Record<Fate, Partial<uPlot.Series>>> = {
    applied: { fill: theme.three, width: 0 },
    waiting: { fill: theme.one, width: 0 },
    // Nobody there: an outline, like the foreign card's in the kiosk.
    unknown: { fill: theme.tile, stroke: theme.edge, width: 2 },
    refused: { fill: theme.two, width: 0 },
  };
  return {
    ...look[fate],
    points: { show: false },
    paths: barsPath({
      disp: {
        y0: { unit: 1, values: () => [...from] },
        y1: { unit: 1, values: () => [...to] },
      },
    }),
  };
}

function nameAxis(theme: Theme, names: readonly string[]): uPlot.Axis {
  const step = names.length > ALL_NAMED ? 4 : 1;
  // From the newest backwards, so that now has its name.
  const named = names.map((_, index) => index).filter((at) => (names.length - 1 - at) % step === 0);
  return {
    stroke: theme.ink2,
    font: `500 12px ${theme.font}`,
    size: 28,
    gap: 8,
    grid: { show: false },
    ticks: { show: false },
    // In the middle of its bar.
    splits: () => named.map((at) => at + 0.5),
    values: (_plot, splits) => splits.map((at) => names[Math.floor(at)] ?? ""),
  };
}

import type uPlot from "uplot";
import { barsPath, writeOn, type ChartPlan } from "../ui/chart.tsx";
import type { Theme } from "../ui/theme.ts";
import type { CallsView } from "../views/calls.ts";
import type { Saying } from "../views/saying.ts";

const BAR_MS = 1_800_000;

/** Ours: hours between two names on the axis. */
const NAME_EVERY_HOURS = 4;

/** Ours: the bars must fill this much of the height that the even pace would have; else it is not drawn. */
const LEAST_OF_PACE = 0.1;

/** Ours: the word for what is to come is about so long. */
const ROOM_FOR_FORECAST_PX = 56;

/** Bars of calls, the even pace as a dashed line, and what is to come as dotted outlines. */
export function callsPlan(view: CallsView, { words, formats }: Saying): ChartPlan {
  const { bars, forecast, pace } = view;
  const all = [...bars, ...forecast];
  const isAhead = (index: number) => index >= bars.length;
  const highest = Math.max(1, ...all.map(({ calls }) => calls));
  const showsPace = highest >= pace * LEAST_OF_PACE;
  const top = (showsPace ? Math.max(highest, pace) : highest) * 1.22;
  const endMs = (all.at(-1)?.fromMs ?? 0) + BAR_MS;
  const say = words.allowance;

  return {
    data: [
      all.map(({ fromMs }) => fromMs),
      all.map(({ calls }, index) => (isAhead(index) ? null : calls)),
      all.map(({ calls }, index) => (isAhead(index) ? calls : null)),
    ],
    options: (theme) => ({
      padding: [6, 0, 0, 0],
      scales: {
        x: { time: false, range: () => [all[0]?.fromMs ?? 0, endMs] },
        y: { range: () => [0, top] },
      },
      axes: [
        timeAxis(theme, all, endsOf(view).nowMs, formats.time),
        countAxis(theme, formats.short),
      ],
      series: [
        {},
        { paths: barsPath(), fill: theme.one, width: 0, points: { show: false } },
        {
          paths: barsPath(),
          stroke: theme.ink2,
          width: 1.5,
          dash: [2, 3],
          points: { show: false },
        },
      ],
      hooks: {
        draw: [
          (plot) => {
            if (showsPace) drawPace(plot, theme, pace, say.pace(formats.count(pace)));
            drawNames(plot, theme, endsOf(view), say);
          },
        ],
      },
    }),
  };
}

/** Where what has been ends, and what is to come begins. */
function endsOf({ bars, forecast }: CallsView) {
  const nowMs = (bars.at(-1)?.fromMs ?? 0) + BAR_MS;
  return { nowMs, hasForecast: forecast.length > 0 };
}

function timeAxis(
  theme: Theme,
  bars: CallsView["bars"],
  nowMs: number,
  time: (atMs: number) => string,
): uPlot.Axis {
  const names = bars
    .map(({ fromMs }) => fromMs)
    .filter(
      (fromMs, index) => isNamed(fromMs) && index > 1 && Math.abs(fromMs - nowMs) > 2 * BAR_MS,
    );
  return {
    stroke: theme.ink2,
    font: `500 12px ${theme.font}`,
    size: 28,
    gap: 8,
    grid: { show: false },
    ticks: { show: false },
    splits: () => names,
    values: (_plot, splits) => splits.map(time),
  };
}

function isNamed(fromMs: number): boolean {
  const at = new Date(fromMs);
  return at.getMinutes() === 0 && at.getHours() % NAME_EVERY_HOURS === 0;
}

/** Figures at the end of the line, and hairlines through the chart. */
export function countAxis(theme: Theme, short: (number: number) => string): uPlot.Axis {
  return {
    side: 1,
    stroke: theme.ink2,
    font: `500 12px ${theme.font}`,
    size: 44,
    gap: 6,
    space: 52,
    incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5, 2e5, 5e5, 1e6],
    grid: { stroke: theme.hairline, width: 1 },
    ticks: { show: false },
    values: (_plot, splits) => splits.map((each) => (each === 0 ? "" : short(each))),
  };
}

function drawPace(plot: uPlot, theme: Theme, pace: number, words: string): void {
  const { ctx, bbox } = plot;
  const scale = devicePixelRatio;
  const y = Math.round(plot.valToPos(pace, "y", true)) + 0.5;
  ctx.save();
  ctx.strokeStyle = theme.ink;
  ctx.lineWidth = 1.5 * scale;
  ctx.setLineDash([6 * scale, 4 * scale]);
  ctx.beginPath();
  ctx.moveTo(bbox.left, y);
  ctx.lineTo(bbox.left + bbox.width, y);
  ctx.stroke();
  ctx.restore();
  const font = `650 ${12.5 * scale}px ${theme.font}`;
  writeOn(
    plot,
    words,
    { x: bbox.left, y: y - 7 * scale },
    { font, fill: theme.ink, ground: theme.tile },
  );
}

function drawNames(
  plot: uPlot,
  theme: Theme,
  { nowMs, hasForecast }: ReturnType<typeof endsOf>,
  say: Saying["words"]["allowance"],
): void {
  const scale = devicePixelRatio;
  const { bbox } = plot;
  const font = `650 ${12.5 * scale}px ${theme.font}`;
  const x = plot.valToPos(nowMs, "x", true);
  const look = { font, fill: theme.ink, ground: theme.tile };
  const below = { x, y: bbox.top + bbox.height + 19 * scale };
  writeOn(plot, say.now, below, { ...look, align: hasForecast ? "center" : "right" });
  if (!hasForecast) return;
  const highest = Math.max(...(plot.data[2] ?? []).map((each) => each ?? 0));
  const y = plot.valToPos(highest, "y", true) - 8 * scale;
  const end = bbox.left + bbox.width;
  const isRoomy = end - x > ROOM_FOR_FORECAST_PX * scale;
  const above = isRoomy ? { x: x + 2 * scale, y } : { x: end, y };
  writeOn(plot, say.forecast, above, { ...look, align: isRoomy ? "left" : "right" });
}

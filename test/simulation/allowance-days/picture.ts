import type { Recording } from "./recording.ts";

/** A line of the picture: what it shows, and how. */
interface Panel {
  readonly title: string;
  readonly recording: Recording;
}

const WIDTH = 1_200;
const PANEL_HEIGHT = 260;
const LEFT = 70;
const TOP = 40;
const HOUR_MINUTES = 60;
const DAY_MINUTES = 1_440;

/**
 * Draws, as SVG, one panel for each recording: the calls of the last 24 hours against what is allowed,
 * the calls of each hour below it, the backlog's and the fresh scans', and the times without Target or
 * without a proxy in grey.
 */
export function pictureOf(panels: readonly Panel[]): string {
  const height = panels.length * (PANEL_HEIGHT + TOP) + 40;
  const drawn = panels.map((panel, index) => drawPanel(panel, index * (PANEL_HEIGHT + TOP) + TOP));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="12">`,
    `<rect width="100%" height="100%" fill="white"/>`,
    ...drawn,
    "</svg>\n",
  ].join("\n");
}

function drawPanel({ title, recording }: Panel, top: number): string {
  const hours = Math.floor(recording.minutes / HOUR_MINUTES);
  const inDay = lastDayByHour(recording, hours);
  const highest = Math.max(recording.allowed * 1.2, ...inDay) * 1.05;
  const x = (hour: number) => round(LEFT + (hour / hours) * (WIDTH - LEFT - 20));
  // An hour without any pace goes far beyond a day's calls: it ends with its panel.
  const y = (calls: number) => round(top + PANEL_HEIGHT * (1 - Math.min(1, calls / highest)));
  // An hour's calls on the scale of a day's: the even pace is the line of the allowance.
  const hourly = (counts: Int32Array, under?: Int32Array) =>
    areaOf(hours, x, y, (hour) => {
      const above = 24 * sumOf(counts, hour);
      const below = under === undefined ? 0 : 24 * sumOf(under, hour);
      return [below, below + above];
    });
  const days = Array.from({ length: Math.floor(hours / 24) + 1 }, (_, day) => day);
  return [
    `<text x="${LEFT}" y="${top - 12}" font-size="14">${title}</text>`,
    ...outages(recording, x).map(
      ([from, to]) =>
        `<rect x="${from}" y="${top}" width="${round(to - from)}" height="${PANEL_HEIGHT}" fill="#ddd"/>`,
    ),
    `<path d="${hourly(recording.backlog)}" fill="#9ec5e8"/>`,
    `<path d="${hourly(recording.fresh, recording.backlog)}" fill="#f2b56b"/>`,
    `<line x1="${LEFT}" x2="${WIDTH - 20}" y1="${y(recording.allowed)}" y2="${y(recording.allowed)}" stroke="#c00" stroke-dasharray="6 4"/>`,
    `<text x="4" y="${y(recording.allowed) + 4}" fill="#c00">${recording.allowed}</text>`,
    `<polyline fill="none" stroke="#123" stroke-width="1.5" points="${inDay.map((calls, hour) => `${x(hour)},${y(calls)}`).join(" ")}"/>`,
    ...days.map(
      (day) =>
        `<text x="${x(day * 24)}" y="${top + PANEL_HEIGHT + 14}" fill="#666">${day % 5 === 0 ? day : ""}</text>`,
    ),
    `<line x1="${LEFT}" x2="${WIDTH - 20}" y1="${top + PANEL_HEIGHT}" y2="${top + PANEL_HEIGHT}" stroke="#666"/>`,
  ].join("\n");
}

/** Calls of the 24 hours before each hour's end. */
function lastDayByHour({ fresh, backlog }: Recording, hours: number): readonly number[] {
  let inDay = 0;
  return Array.from({ length: hours }, (_, hour) => {
    for (let minute = hour * HOUR_MINUTES; minute < (hour + 1) * HOUR_MINUTES; minute += 1) {
      const out = minute - DAY_MINUTES;
      inDay += fresh[minute]! + backlog[minute]!;
      if (out >= 0) inDay -= fresh[out]! + backlog[out]!;
    }
    return inDay;
  });
}

function sumOf(counts: Int32Array, hour: number): number {
  return counts
    .subarray(hour * HOUR_MINUTES, (hour + 1) * HOUR_MINUTES)
    .reduce((sum, each) => sum + each, 0);
}

function areaOf(
  hours: number,
  x: (hour: number) => number,
  y: (calls: number) => number,
  between: (hour: number) => readonly [below: number, above: number],
): string {
  const all = Array.from({ length: hours }, (_, hour) => ({ hour, edges: between(hour) }));
  const above = all.map(({ hour, edges }) => `${x(hour)},${y(edges[1])}`);
  const below = all.map(({ hour, edges }) => `${x(hour)},${y(edges[0])}`).toReversed();
  return `M${[...above, ...below].join("L")}Z`;
}

/** Stretches of minutes without Target, or without a proxy. */
function outages({ isFair, minutes }: Recording, x: (hour: number) => number) {
  const found: (readonly [number, number])[] = [];
  let from: number | undefined;
  for (let minute = 0; minute <= minutes; minute += 1) {
    const isOut = minute < minutes && isFair[minute] === 0;
    if (isOut) from ??= minute;
    else if (from !== undefined) {
      found.push([x(from / HOUR_MINUTES), x(minute / HOUR_MINUTES)]);
      from = undefined;
    }
  }
  return found;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

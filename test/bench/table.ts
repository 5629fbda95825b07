import { isMet, ratioOf, type Bench, type Goal, type Row } from "./bench.ts";

const HEAD = ["", "ours", "beside", "ratio", "goal", ""] as const;

/** One bench's rows as a table for a terminal. */
export function tableOf(bench: Bench, rows: readonly Row[], seconds: number): string {
  const cells = [HEAD, ...rows.map(cellsOf)];
  const widths = HEAD.map((_, column) => Math.max(...cells.map((row) => row[column]!.length)));
  const lines = cells.map((row) =>
    row
      .map((cell, column) =>
        column === 0 || column === 2
          ? cell.padEnd(widths[column]!)
          : cell.padStart(widths[column]!),
      )
      .join("  ")
      .trimEnd(),
  );
  return [`\n${bench.name}: ${bench.title} (${seconds.toFixed(0)} s)`, ...lines].join("\n");
}

function cellsOf(row: Row): readonly string[] {
  const { what, ours, unit, beside, goal } = row;
  const met = isMet(row);
  return [
    what,
    `${figure(ours)} ${unit}`,
    beside === undefined ? "" : `${figure(beside.value)} ${unit} ${beside.name}`,
    beside === undefined ? "" : `${figure(ratioOf(row))}×`,
    goal === undefined ? "" : textOf(goal, unit),
    met === undefined ? "" : met ? "met" : "NOT MET",
  ];
}

function textOf(goal: Goal, unit: string): string {
  switch (goal.type) {
    case "at-most":
      return `≤ ${goal.value} ${unit}`;
    case "at-least":
      return `≥ ${goal.value} ${unit}`;
    case "ratio-at-most":
      return `≤ ${goal.value}×`;
    case "ratio-at-least":
      return `≥ ${goal.value}×`;
  }
}

/** Three figures that count; more would be noise. */
function figure(value: number): string {
  if (value >= 100) return Math.round(value).toLocaleString("en");
  return value.toFixed(value >= 10 ? 1 : 2);
}

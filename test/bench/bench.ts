/** One thing measured: its rows are printed as one table. */
export interface Bench {
  /** The word that selects it: `npm run bench -- drain`. */
  readonly name: string;
  readonly title: string;
  readonly run: (options: BenchOptions) => Promise<readonly Row[]>;
}

export interface BenchOptions {
  /** Share of the full size: 1 is what is published, less is for trying a bench out. */
  readonly scale: number;
  /** On PostgreSQL instead of SQLite, where a bench takes one of them. */
  readonly postgres: boolean;
  /** Prints a line about what is going on. */
  readonly say: (line: string) => void;
}

/** A figure of ours, what stands beside it in the same run, and what it should reach. */
export interface Row {
  readonly what: string;
  readonly unit: Unit;
  readonly ours: number;
  /** The peer's figure, or the machine's limit, in the same unit. */
  readonly beside?: { readonly name: string; readonly value: number };
  /** From the design's numbers; a row without one is there to be compared with. */
  readonly goal?: Goal;
}

export type Unit = "ms" | "µs" | "kB" | "days" | "/s" | "";

export type Goal =
  /** Our figure is at most, or at least, this. */
  | { readonly type: "at-most"; readonly value: number }
  | { readonly type: "at-least"; readonly value: number }
  /** Our figure divided by the other one. */
  | { readonly type: "ratio-at-most"; readonly value: number }
  | { readonly type: "ratio-at-least"; readonly value: number };

export function isMet(row: Row): boolean | undefined {
  switch (row.goal?.type) {
    case undefined:
      return undefined;
    case "at-most":
      return row.ours <= row.goal.value;
    case "at-least":
      return row.ours >= row.goal.value;
    case "ratio-at-most":
      return ratioOf(row) <= row.goal.value;
    case "ratio-at-least":
      return ratioOf(row) >= row.goal.value;
  }
}

/** Ours over the other one; not a number when nothing stands beside. */
export function ratioOf(row: Row): number {
  return row.beside === undefined ? Number.NaN : row.ours / row.beside.value;
}

/** `count` at full size, scaled, and never so few that a figure means nothing. */
export function scaled(count: number, { scale }: BenchOptions, atLeast = 10): number {
  return Math.max(Math.min(count, atLeast), Math.round(count * scale));
}

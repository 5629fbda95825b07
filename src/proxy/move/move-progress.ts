import type { OnPage } from "./copy-table.ts";
import type { TablePlan } from "./table-plan.ts";

/** Tells whoever moves a large database how far it has come. */
export interface MoveProgress {
  readonly begin: (tables: readonly TablePlan[]) => void;
  /** What to tell of one pass over one table. */
  readonly step: (word: "Copied" | "Checked", table: TablePlan) => OnPage;
}

/** Ours: as often as somebody looks. */
const EVERY_MS = 1_000;

/**
 * A line for every table that has rows, and one a second within it: rows, the share of all the work
 * (each row is copied and checked), and the time since the beginning.
 */
export function createMoveProgress(deps: {
  readonly monoMs: () => number;
  readonly say: (line: string) => void;
}): MoveProgress {
  let ofAll = 0;
  let doneBefore = 0;
  let begunMs = 0;
  let saidMs = 0;
  return {
    begin: (tables) => {
      ofAll = 2 * tables.reduce((sum, { rows }) => sum + rows, 0);
      begunMs = deps.monoMs();
      saidMs = begunMs;
    },
    step: (word, { name, rows: ofTable }) => {
      return (rows) => {
        const nowMs = deps.monoMs();
        const isLast = rows === ofTable;
        if (isLast || nowMs - saidMs >= EVERY_MS) {
          saidMs = nowMs;
          const share = Math.floor((100 * (doneBefore + rows)) / ofAll);
          const seconds = ((nowMs - begunMs) / 1_000).toFixed(1);
          deps.say(
            `${word.padEnd(9)} ${name}: ${rows} of ${ofTable} rows, ${share} % of all, ${seconds} s`,
          );
        }
        if (isLast) doneBefore += rows;
      };
    },
  };
}

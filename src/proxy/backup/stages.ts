/** As much of standard error as a line about work needs. */
export interface Terminal {
  readonly isTTY?: boolean;
  readonly write: (text: string) => unknown;
}

/** Says what long work has come to: `begin` at each stage, `part` as often as there is news of it. */
export interface Stages {
  readonly begin: (what: string) => void;
  /** How much of the stage is done, of how much. */
  readonly part: (done: number, total: number) => void;
}

/** Source: ECMA-48, to the start of the line and erase in line. */
const EMPTY_LINE = "\r\u001B[K";

/** One line a stage, with the seconds since the start; nothing where nobody looks, as under cron. */
export function createStages(terminal: Terminal, monoMs: () => number): Stages {
  const startedMs = monoMs();
  let stage = "";
  let isOpen = false;
  const put = (text: string): void => {
    if (terminal.isTTY === true) terminal.write(text);
  };
  return {
    begin(what) {
      stage = what;
      const seconds = Math.round((monoMs() - startedMs) / 1_000);
      put(`${isOpen ? EMPTY_LINE : ""}${String(seconds).padStart(5)} s  ${what}\n`);
      isOpen = false;
    },
    part(done, total) {
      const percent = total === 0 ? 100 : Math.floor((100 * done) / total);
      put(`${EMPTY_LINE}         ${stage}: ${percent} %`);
      isOpen = true;
    },
  };
}

/** For who runs without a person before it. */
export const NO_STAGES: Stages = { begin: () => undefined, part: () => undefined };

/** As much of a stream as a progress line needs. */
export interface Terminal {
  readonly isTTY?: boolean;
  readonly write: (text: string) => unknown;
}

export interface Progress {
  readonly show: (done: number, total: number) => void;
  /** Takes the line away again. */
  readonly clear: () => void;
}

/** Source: ECMA-48, to the start of the line and erase in line. */
const EMPTY_LINE = "\r\u001B[K";

/** One line that says how far it is and how long it takes at this pace; nothing where nobody looks. */
export function createProgress(terminal: Terminal, perSecond: number): Progress {
  const put = (text: string) => {
    if (terminal.isTTY === true) terminal.write(EMPTY_LINE + text);
  };
  return {
    show: (done, total) => {
      const seconds = Math.ceil((total - done) / perSecond);
      put(`${done} of ${total} looks, about ${seconds} s left`);
    },
    clear: () => put(""),
  };
}

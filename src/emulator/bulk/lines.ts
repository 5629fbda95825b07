/** Cuts a stream of bytes into lines, wherever its chunks happen to end. */
export interface LineSplitter {
  readonly write: (chunk: Buffer) => void;
  /** The stream is over: what follows the last line break is a line too, unless it is nothing. */
  readonly end: () => void;
}

const LF = 0x0a;
const CR = "\r";

/**
 * Gives each line as one character per byte, without its LF or CRLF. A CR elsewhere stays.
 *
 * Holds no more than the line that is not over yet, and copies it: a chunk of the socket is let go.
 */
export function createLineSplitter(onLine: (line: string) => void): LineSplitter {
  let begun: string[] = [];

  const finish = (rest: string) => {
    begun.push(rest);
    const line = begun.length === 1 ? rest : begun.join("");
    begun = [];
    onLine(line.endsWith(CR) ? line.slice(0, -1) : line);
  };

  return {
    write: (chunk) => {
      let from = 0;
      for (let to = chunk.indexOf(LF); to >= 0; to = chunk.indexOf(LF, from)) {
        finish(chunk.toString("latin1", from, to));
        from = to + 1;
      }
      if (from < chunk.length) begun.push(chunk.toString("latin1", from));
    },
    end: () => {
      if (begun.length > 0) finish("");
    },
  };
}

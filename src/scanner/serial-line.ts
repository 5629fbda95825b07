export interface SerialStep {
  /** What came and is not yet ended. */
  readonly rest: string;
  /** What ended with this piece, in order. */
  readonly scans: readonly string[];
}

/** CR, LF, ETX and EOT. GS is data. */
const TERMINATORS: ReadonlySet<string> = new Set(["\r", "\n", "\u0003", "\u0004"]);

/** Ours: a QR code holds 4,296 characters at most; what goes on for longer is no code. */
export const LONGEST_LINE = 4_296;

/**
 * One more piece after `rest`, wherever the system cut it: a scan may come in many, many scans in one.
 * Several terminators in a row end one scan.
 */
export function stepSerialLine(rest: string, piece: string): SerialStep {
  const scans: string[] = [];
  let text = rest;
  for (const character of piece) {
    if (TERMINATORS.has(character)) {
      if (text !== "") scans.push(text);
      text = "";
    } else if (text.length <= LONGEST_LINE) {
      // One more than may be is kept, so that it is seen to be too long.
      text += character;
    }
  }
  return { rest: text, scans };
}

import { parseArgs } from "node:util";
import { err, ok, type Result } from "../../domain/result.ts";

export interface MatchArguments {
  readonly file: string;
  /** Looks that begin in any second, at most. */
  readonly perSecond: number;
}

/**
 * Ours: less than half of the even pace of a million fetches a day (11.6), so that a proxy that is at
 * work has the rest for its own looks.
 */
const DEFAULT_PER_SECOND = 5;

/** Ours: all there is to ask at most then takes a minute, and nobody needs it quicker. */
const MAX_PER_SECOND = 100;

const USAGE = `Use: npm run match -- <file, a card number a line> [--per-second <1 to ${MAX_PER_SECOND}>].`;

/** The arguments, or how to give them. The error repeats none: one may be a card number (rule PV2). */
export function matchArguments(args: readonly string[]): Result<MatchArguments, string> {
  try {
    const { positionals, values } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { "per-second": { type: "string", default: String(DEFAULT_PER_SECOND) } },
    });
    const [file, ...more] = positionals;
    const text = values["per-second"];
    const perSecond = Number(text);
    const isPace = /^\d+$/.test(text) && perSecond >= 1 && perSecond <= MAX_PER_SECOND;
    return file !== undefined && more.length === 0 && isPace ? ok({ file, perSecond }) : err(USAGE);
  } catch {
    // parseArgs says no with an error whose message repeats what came.
    return err(USAGE);
  }
}

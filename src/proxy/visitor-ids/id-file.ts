import { open, stat } from "node:fs/promises";
import { visitorIdFrom } from "../../domain/visitor-id.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import { StartupError } from "../startup-error.ts";
import type { VisitorIds } from "./visitor-ids.ts";

export interface IdFileOptions {
  readonly file: string;
  readonly monoMs: () => number;
  /** Told what is wrong with a changed file, by its line alone (rule PV2). */
  readonly log?: { readonly warn: (details: object, message: string) => void } | undefined;
}

/** Ours: a changed file is seen this late at most. */
const LOOK_EVERY_MS = 1_000;

/**
 * `VISITOR_ID_MODE=lookup` from a file of lines `card,id`, read whole, and again when it changes. A
 * changed file with a bad line is not taken: the last good one stays until it is mended.
 *
 * Throws a `StartupError` naming the line when the first one is bad.
 */
export async function openIdFile({ file, monoMs, log }: IdFileOptions): Promise<VisitorIds> {
  let mark = await markOf(file);
  const first = await readIds(file);
  if (!first.ok) throw new StartupError(`VISITOR_ID_LOOKUP: ${file}: ${first.error}.`);
  let ids = first.value;
  let lookedMonoMs = monoMs();
  let looking: Promise<void> | undefined;

  const look = async () => {
    const now = await markOf(file);
    if (now === mark) return;
    const read = await readIds(file);
    // Written to while it was read: looked at again, once it is at rest.
    if ((await markOf(file)) !== now) return;
    mark = now;
    if (read.ok) ids = read.value;
    else log?.warn({ file, problem: read.error }, "The changed file of ids is not taken");
  };

  return {
    idFor: async (visitor) => {
      if (visitor.kind === "browser") return { type: "mapped", visitor };
      if (looking === undefined && monoMs() - lookedMonoMs >= LOOK_EVERY_MS) {
        lookedMonoMs = monoMs();
        looking = look().finally(() => (looking = undefined));
      }
      await looking;
      const value = ids.get(visitor.value);
      return value === undefined
        ? { type: "unmapped" }
        : { type: "mapped", visitor: { kind: "member", value } };
    },
    close: async () => {
      await looking;
    },
  };
}

/** Tells one state of the file from another; a file that is gone is a state too. */
async function markOf(file: string): Promise<string> {
  try {
    const { mtimeMs, size, ino } = await stat(file);
    return `${mtimeMs} ${size} ${ino}`;
  } catch (cause) {
    return `gone ${codeOf(cause)}`;
  }
}

/** The map, or what is wrong and where; never what stands there. */
async function readIds(file: string): Promise<Result<ReadonlyMap<string, string>, string>> {
  const ids = new Map<string, string>();
  let number = 0;
  try {
    const handle = await open(file);
    try {
      for await (const line of handle.readLines({ encoding: "utf8" })) {
        number += 1;
        const problem = addLine(ids, number === 1 ? line.replace(/^\uFEFF/, "") : line, number);
        if (problem !== undefined) return err(`line ${number}: ${problem}`);
      }
    } finally {
      await handle.close();
    }
  } catch (cause) {
    return err(`it cannot be read (${codeOf(cause)})`);
  }
  return ok(ids);
}

const HEADING = "card,id";

/** Adds a line's pair; gives what is wrong with it, if anything. */
function addLine(ids: Map<string, string>, line: string, number: number): string | undefined {
  if (line === "" || (number === 1 && line === HEADING)) return undefined;
  const [card = "", id = "", ...more] = line.split(",");
  if (more.length > 0 || !line.includes(",")) return `must be ${HEADING}, without quotes`;
  if (!visitorIdFrom("member", card).ok) return "the card is not a visitor id";
  const member = visitorIdFrom("member", id);
  if (!member.ok) return `the id is not one Target takes (${member.error.type})`;
  const known = ids.get(card);
  if (known !== undefined && known !== id) return "the card stands above with another id";
  ids.set(card, id);
  return undefined;
}

function codeOf(cause: unknown): string {
  return (cause as NodeJS.ErrnoException).code ?? "unknown";
}

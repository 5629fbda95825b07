import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { MAX_BATCH_BYTES, MAX_BATCH_ENTRIES } from "../contract/ingest.ts";
import {
  ExportHeader,
  ImportAnswer,
  IMPORTS_PATH,
  type ImportRequest,
} from "../contract/outbox-export.ts";
import { askAdmin } from "./admin/ask-admin.ts";
import { whereOf } from "./issue-words.ts";
import { parseJson } from "./parse-json.ts";
import { settingsFrom, type Settings } from "./settings.ts";
import { runCommand } from "./run-command.ts";
import { StartupError } from "./startup-error.ts";

// `npm run import`: brings the file that a kiosk saved to the running proxy, part by part.

const USAGE = "Usage: npm run import -- <file that a kiosk saved>.";

/** Ours: room for the header and the envelope in a request. */
const PART_BYTES = MAX_BATCH_BYTES - 8_192;

await runCommand(() => run(process.argv.slice(2)));

async function run([file, ...more]: readonly string[]): Promise<void> {
  if (file === undefined || more.length > 0) throw new StartupError(USAGE);
  const settings = settingsFrom(process.env);
  if (!settings.ok) throw new StartupError(settings.error);
  const verdicts = new Map<string, number>();
  const reasons = new Set<string>();
  const seen = await eachPart(file, async (part) => {
    const answer = await bring(settings.value, part);
    for (const [verdict, count] of Object.entries(answer.verdicts)) {
      verdicts.set(verdict, (verdicts.get(verdict) ?? 0) + count);
    }
    for (const reason of answer.reasons) reasons.add(reason);
  });
  for (const [verdict, count] of verdicts) console.log(`${verdict}  ${count}`);
  for (const reason of reasons) console.error(reason);
  if (seen.found < seen.promised) {
    throw new StartupError(
      `${file} holds ${seen.found} of ${seen.promised} updates: it was cut; save it again at the kiosk.`,
    );
  }
  if (verdicts.has("retry")) {
    throw new StartupError(
      "Not all of it could be taken: mend what is said above, then import it again.",
    );
  }
}

/** Reads the file line by line, so that its size does not matter. */
async function eachPart(
  file: string,
  take: (part: ImportRequest) => Promise<void>,
): Promise<{ readonly found: number; readonly promised: number }> {
  let header: ExportHeader | undefined;
  let entries: unknown[] = [];
  let bytes = 0;
  let found = 0;
  const send = async (): Promise<void> => {
    if (header === undefined || entries.length === 0) return;
    await take({ v: 1, header, entries });
    entries = [];
    bytes = 0;
  };
  for await (const line of linesOf(file)) {
    if (header === undefined) {
      header = headerFrom(file, line);
      continue;
    }
    const entry = parseJson(Buffer.from(line));
    // The last line of a file that was cut.
    if (entry === undefined) continue;
    if (entries.length === MAX_BATCH_ENTRIES || bytes + line.length > PART_BYTES) await send();
    entries.push(entry);
    bytes += line.length;
    found += 1;
  }
  await send();
  if (header === undefined) throw new StartupError(`${file} is empty. ${USAGE}`);
  return { found, promised: header.entries };
}

function headerFrom(file: string, line: string): ExportHeader {
  const header = ExportHeader.safeParse(parseJson(Buffer.from(line)));
  if (header.success) return header.data;
  throw new StartupError(`${file} was not saved by a kiosk: ${whereOf(header.error)}. ${USAGE}`);
}

async function* linesOf(file: string): AsyncGenerator<string> {
  try {
    yield* createInterface({ input: createReadStream(file), crlfDelay: Infinity });
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === undefined) throw cause;
    throw new StartupError(`${file} cannot be read (${code}). ${USAGE}`, { cause });
  }
}

async function bring(settings: Settings, part: ImportRequest): Promise<ImportAnswer> {
  return ImportAnswer.parse(await askAdmin(settings, IMPORTS_PATH, part));
}

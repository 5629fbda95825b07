import { createHash } from "node:crypto";
import { closeSync, createReadStream, fsyncSync, openSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import * as z from "zod";
import { StartupError } from "../startup-error.ts";

/** What a backup is: a folder with these files, and a list of them with checksums written last. */
export const DATABASE_FILE = "tarjeta.sqlite";
export const KEYS_FILE = "keys.json";
export const PRIVACY_LOG_FILE = "privacy.log";
export const MANIFEST_FILE = "manifest.json";

const ArchivedFile = z.object({
  name: z.enum([DATABASE_FILE, KEYS_FILE, PRIVACY_LOG_FILE]),
  bytes: z.int().nonnegative(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});
export type ArchivedFile = z.infer<typeof ArchivedFile>;

/** Of one form since the first: backups from before one of the files was in them lack it. */
const Manifest = z.object({
  v: z.literal(1),
  /** When the copy was begun, by the clock of the machine that made it. For people. */
  madeAtMs: z.int(),
  files: z.array(ArchivedFile).min(1).max(3),
});
export type Manifest = z.infer<typeof Manifest>;

export async function describeFile(
  folder: string,
  name: ArchivedFile["name"],
): Promise<ArchivedFile> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path.join(folder, name)), hash);
  return { name, bytes: statSync(path.join(folder, name)).size, sha256: hash.digest("hex") };
}

/**
 * The list of an archive whose files are all there and as they were written. Throws a `StartupError`
 * that names the file which is not.
 */
export async function readArchive(folder: string): Promise<Manifest> {
  const file = path.join(folder, MANIFEST_FILE);
  const parsed = Manifest.safeParse(jsonOf(file));
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new StartupError(
      `${file}: is not the list of a backup (${issue?.path.join(".") || "file"}: ${issue?.message}); name the folder that npm run backup made.`,
    );
  }
  for (const told of parsed.data.files) {
    const found = await describeFile(folder, told.name).catch(unreadable(folder, told.name));
    if (found.bytes !== told.bytes || found.sha256 !== told.sha256) {
      throw new StartupError(
        `${path.join(folder, told.name)}: is not what was backed up (its checksum differs); use another backup.`,
      );
    }
  }
  if (!parsed.data.files.some(({ name }) => name === DATABASE_FILE)) {
    throw new StartupError(`${file}: names no ${DATABASE_FILE}; use another backup.`);
  }
  return parsed.data;
}

/** Resolves names and contents to the disk, so that a power cut takes neither. */
export function syncToDisk(file: string): void {
  const handle = openSync(file, "r");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

function jsonOf(file: string): unknown {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new StartupError(
      `${file}: cannot be read (${code}); name the folder that npm run backup made.`,
      { cause },
    );
  }
  try {
    return JSON.parse(text);
  } catch {
    // What is not JSON is no list either; the caller says so.
    return undefined;
  }
}

function unreadable(folder: string, name: string): (cause: NodeJS.ErrnoException) => never {
  return (cause) => {
    throw new StartupError(`${path.join(folder, name)}: cannot be read (${cause.code}).`, {
      cause,
    });
  };
}

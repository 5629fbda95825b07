import { randomUUID } from "node:crypto";
import { open, readFile, rename, rm, stat } from "node:fs/promises";
import type { TokenLog, TokenSource } from "./token-source.ts";

/** A token as it lies in its file: on the first line, with its expiry on the second where it is known. */
export interface KeptToken {
  readonly token: string;
  /** Wall clock, in milliseconds since 1970. */
  readonly expiresMs?: number | undefined;
}

/** Ours: any header of printable ASCII, far longer than the 36 characters of Adobe's example. */
const TOKEN = /^[\x21-\x7e]{1,4096}$/;

/** Whether it can stand in a header. */
export function isToken(text: string): boolean {
  return TOKEN.test(text);
}

/** The token a file holds; nothing where there is no file, or no token in it. */
export async function readKeptToken(file: string): Promise<KeptToken | undefined> {
  const text = await readFile(file, "utf8").catch(nothingWhereMissing);
  const [token = "", expires = ""] = (text ?? "").split("\n").map((line) => line.trim());
  if (!isToken(token)) return undefined;
  const expiresMs = Date.parse(expires);
  return Number.isFinite(expiresMs) ? { token, expiresMs } : { token };
}

/** Readable by its owner only. A crash leaves the old file or the new one. */
export async function writeKeptToken(file: string, { token, expiresMs }: KeptToken): Promise<void> {
  const beside = `${file}.${randomUUID()}`;
  const expires = expiresMs === undefined ? "" : `${new Date(expiresMs).toISOString()}\n`;
  try {
    const handle = await open(beside, "wx", 0o600);
    try {
      await handle.writeFile(`${token}\n${expires}`);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(beside, file);
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
}

function nothingWhereMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code === "ENOENT") return undefined;
  throw error;
}

export interface TokenFileOptions {
  readonly file: string;
  readonly monoMs: () => number;
  /** Told when the changed file is of no use, never what stands in it. */
  readonly log?: TokenLog | undefined;
}

/** Ours: a changed file is seen this late at most. */
const LOOK_EVERY_MS = 1_000;

/**
 * `TARGET_TOKEN_FILE`: the token in a file that somebody else keeps current. It is read again when it
 * changed, so that a rotation reaches a running proxy. A file that is gone or holds no token leaves
 * the last one.
 *
 * @param first what the file held at the start
 */
export function followTokenFile(
  { file, monoMs, log }: TokenFileOptions,
  first: string,
): TokenSource {
  let current = first;
  let refusedToken: string | undefined;
  let mark: string | undefined;
  let lookedMonoMs = -Infinity;
  let looking: Promise<void> | undefined;

  const look = async (): Promise<void> => {
    const now = await markOf(file);
    if (now === mark) return;
    try {
      const kept = await readKeptToken(file);
      // Written to while it was read: looked at again, once it is at rest.
      if ((await markOf(file)) !== now) return;
      mark = now;
      if (kept !== undefined) current = kept.token;
      else log?.warn({ file }, "TARGET_TOKEN_FILE holds no token any more; the last one stays");
    } catch (error) {
      mark = now;
      const { code } = error as NodeJS.ErrnoException;
      log?.warn({ file, code }, "TARGET_TOKEN_FILE cannot be read; the last token stays");
    }
  };

  return {
    token: async () => {
      if (looking === undefined && monoMs() - lookedMonoMs >= LOOK_EVERY_MS) {
        lookedMonoMs = monoMs();
        looking = look().finally(() => (looking = undefined));
      }
      await looking;
      return current;
    },
    refused: (token) => {
      if (token !== current) return;
      // The next call need not wait to see that it was rotated.
      lookedMonoMs = -Infinity;
      if (token === refusedToken) return;
      refusedToken = token;
      log?.warn({ file }, "Target refuses TARGET_TOKEN_FILE's token; updates wait for another");
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
    return `gone ${(cause as NodeJS.ErrnoException).code ?? "unknown"}`;
  }
}

import { open } from "node:fs/promises";
import { StartupError } from "../startup-error.ts";

/** Ours: a thousand numbers of 128 characters, and as much again eight times in comments. */
const MAX_FILE_BYTES = 1_048_576;

/**
 * The text of `file`, without a byte order mark. Never holds more than a megabyte of it, whatever it
 * is. Throws a `StartupError` when it is larger or cannot be read, which does not repeat its name: a
 * card number may have been given in its place.
 */
export async function readCardFile(file: string): Promise<string> {
  const bytes = Buffer.alloc(MAX_FILE_BYTES + 1);
  let length = 0;
  try {
    const handle = await open(file);
    try {
      while (length < bytes.length) {
        const { bytesRead } = await handle.read(bytes, length, bytes.length - length);
        if (bytesRead === 0) break;
        length += bytesRead;
      }
    } finally {
      await handle.close();
    }
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new StartupError(
      `The file of card numbers cannot be read (${code ?? "unknown"}); name another.`,
      {
        cause,
      },
    );
  }
  if (length > MAX_FILE_BYTES) {
    throw new StartupError(
      "The file of card numbers is larger than a megabyte: it is no list of one number a line.",
    );
  }
  return new TextDecoder().decode(bytes.subarray(0, length));
}

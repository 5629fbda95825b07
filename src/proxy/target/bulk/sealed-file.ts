import {
  createCipheriv,
  createDecipheriv,
  createSecretKey,
  hkdfSync,
  randomBytes,
  type KeyObject,
} from "node:crypto";
import { open, type FileHandle } from "node:fs/promises";
import path from "node:path";

/**
 * A file whose text is on disk only sealed (rule PV8), written and read in pieces: whoever copies it
 * learns its length. Each piece is sealed with its place and whether it is the last, so that a file
 * that was changed, cut or put together anew is refused where it differs.
 */
export interface SealedWriter {
  readonly write: (text: string) => Promise<void>;
  /** Resolves when all of it, and its name, would survive a power cut. */
  readonly finish: () => Promise<void>;
  /** Leaves half a file behind, for whoever owns the folder to delete. */
  readonly abandon: () => Promise<void>;
}

/** What lies in a bulk folder is not what was written there. */
export class BulkFolderError extends Error {
  override readonly name = "BulkFolderError";
}

const ALGORITHM = "aes-256-gcm";
const KEY_BYTES = 32;
const SALT_BYTES = 16;
const TAG_BYTES = 16;

/** Ours: large enough that sealing costs nothing, small beside everything else in memory. */
const PIECE_BYTES = 65_536;

/**
 * Makes `file`, for its owner only, in place of one that a crash left half.
 *
 * @param key 32 bytes; each file is sealed under one derived from it and a salt of its own
 */
export async function openSealedWriter(file: string, key: KeyObject): Promise<SealedWriter> {
  const handle = await open(file, "w", 0o600);
  const salt = randomBytes(SALT_BYTES);
  const fileKey = fileKeyFrom(key, salt);
  await handle.write(salt);
  const piece = Buffer.alloc(PIECE_BYTES);
  let filled = 0;
  let count = 0;

  const flush = async (isLast: boolean) => {
    const cipher = createCipheriv(ALGORITHM, fileKey, nonceOf(count, isLast));
    const sealed = [cipher.update(piece.subarray(0, filled)), cipher.final(), cipher.getAuthTag()];
    count += 1;
    filled = 0;
    await handle.write(Buffer.concat(sealed));
  };

  return {
    write: async (text) => {
      let bytes = Buffer.from(text, "utf8");
      while (bytes.length > 0) {
        if (filled === PIECE_BYTES) await flush(false);
        const taken = bytes.copy(piece, filled);
        filled += taken;
        bytes = bytes.subarray(taken);
      }
    },
    finish: async () => {
      try {
        await flush(true);
        await handle.sync();
      } finally {
        await handle.close();
      }
      await syncFolder(path.dirname(file));
    },
    abandon: () => handle.close(),
  };
}

/** The text of a sealed file, piece by piece. Throws a `BulkFolderError` at the first that is wrong. */
export async function* readSealed(file: string, key: KeyObject): AsyncGenerator<Buffer> {
  const handle = await openToRead(file);
  try {
    const { size } = await handle.stat();
    const fileKey = fileKeyFrom(key, await readAt(handle, 0, SALT_BYTES));
    let at = SALT_BYTES;
    for (let count = 0; at < size || count === 0; count += 1) {
      const sealed = await readAt(handle, at, Math.min(PIECE_BYTES + TAG_BYTES, size - at));
      at += sealed.length;
      yield openPiece(file, sealed, fileKey, nonceOf(count, at >= size));
    }
  } finally {
    await handle.close();
  }
}

/** Resolves names to the disk, so that a power cut takes none of a folder's files. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function openPiece(file: string, sealed: Buffer, fileKey: KeyObject, nonce: Buffer): Buffer {
  const damaged = () =>
    new BulkFolderError(
      `${path.basename(file)}: is not as it was written; empty the bulk folder and start the run anew.`,
    );
  if (sealed.length < TAG_BYTES) throw damaged();
  const decipher = createDecipheriv(ALGORITHM, fileKey, nonce, { authTagLength: TAG_BYTES });
  decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(0, -TAG_BYTES)), decipher.final()]);
  } catch {
    // How GCM says that not every bit is as it was.
    throw damaged();
  }
}

function fileKeyFrom(key: KeyObject, salt: Buffer): KeyObject {
  const bytes = hkdfSync("sha256", key, salt, "tarjeta bulk file", KEY_BYTES);
  return createSecretKey(Buffer.from(bytes));
}

/** Source: NIST SP 800-38D, 8.2.1: 96 bits, each used once under a key; here a count and an end mark. */
function nonceOf(count: number, isLast: boolean): Buffer {
  const nonce = Buffer.alloc(12);
  nonce.writeUIntBE(count, 5, 6);
  nonce[11] = isLast ? 1 : 0;
  return nonce;
}

async function openToRead(file: string): Promise<FileHandle> {
  try {
    return await open(file, "r");
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new BulkFolderError(
      `${path.basename(file)}: cannot be read (${code}); give it back to this user, or empty the bulk folder and start the run anew.`,
      { cause },
    );
  }
}

async function readAt(handle: FileHandle, at: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(Math.max(0, length));
  let filled = 0;
  while (filled < bytes.length) {
    const { bytesRead } = await handle.read(bytes, filled, bytes.length - filled, at + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return bytes.subarray(0, filled);
}

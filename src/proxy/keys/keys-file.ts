import { createSecretKey, type KeyObject } from "node:crypto";
import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  statSync,
  writeSync,
} from "node:fs";
import path from "node:path";
import * as z from "zod";
import { StartupError } from "../startup-error.ts";
import {
  KEY_BYTES,
  makeKeys,
  privateKeyFrom,
  sealingKeyFrom,
  textOfPrivateKey,
  type Keys,
} from "./keys.ts";

const Kid = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, "must be letters, digits, - and _");

const NOT_A_KEY = `must be ${KEY_BYTES} bytes, base64url`;

const Bytes = z
  .base64url(NOT_A_KEY)
  .refine((text) => Buffer.from(text, "base64url").length === KEY_BYTES, NOT_A_KEY);

const Secret = Bytes.transform((text) => createSecretKey(Buffer.from(text, "base64url")));

const SealingPair = z
  .object({ kid: Kid, publicKey: Bytes, privateKey: Bytes })
  .transform(({ kid, publicKey, privateKey }, context) => {
    try {
      return sealingKeyFrom(kid, privateKeyFrom(privateKey, publicKey));
    } catch {
      // How node:crypto says that the two halves are not of one pair.
      context.issues.push({ code: "custom", message: "are no key pair", input: kid });
      return z.NEVER;
    }
  });

const KeysFile = z.object({
  v: z.literal(1),
  sealing: z.array(SealingPair).min(1),
  storage: z.array(z.object({ kid: Kid, key: Secret })).min(1),
  pepper: Secret,
  visitorIdKey: Secret,
});

/**
 * The keys in `file`. Throws a `StartupError` that names the wrong field and never what stood there,
 * and one when others than its owner may read it.
 */
export function readKeysFile(file: string): Keys {
  const parsed = KeysFile.safeParse(contentOf(file));
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const field = issue?.path.map(String).join(".") || "the whole file";
  throw new StartupError(
    `KEYS_FILE: ${file}: ${field}: ${issue?.message ?? "not usable"}; restore it from a backup.`,
  );
}

/** The keys in `file`, which is made if it is missing and `mayMake` allows it. */
export function openKeysFile(file: string, mayMake: boolean): Keys {
  if (!existsSync(file)) {
    if (!mayMake) {
      throw new StartupError(
        `KEYS_FILE: ${file} is missing although there is a database it belongs to; restore it from a backup.`,
      );
    }
    writeKeysFile(file, makeKeys());
  }
  return readKeysFile(file);
}

/** Whole and on disk, or as it was: half a key file would lock the proxy out of its own store. */
export function writeKeysFile(file: string, keys: Keys): void {
  const draft = `${file}.new`;
  const handle = openSync(draft, "w", 0o600);
  try {
    writeSync(handle, textOf(keys));
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  renameSync(draft, file);
  const folder = openSync(path.dirname(path.resolve(file)), "r");
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

function contentOf(file: string): unknown {
  try {
    const others = statSync(file).mode & 0o077;
    if (others !== 0) {
      throw new StartupError(`KEYS_FILE: others may read ${file}; run chmod 600 on it.`);
    }
    return JSON.parse(readFileSync(file, "utf8"));
  } catch (cause) {
    if (cause instanceof StartupError) throw cause;
    const why = cause instanceof SyntaxError ? "not JSON" : (cause as NodeJS.ErrnoException).code;
    throw new StartupError(
      `KEYS_FILE: ${file} cannot be read (${why}); restore it from a backup.`,
      { cause },
    );
  }
}

function textOf(keys: Keys): string {
  const secret = (key: KeyObject) => key.export().toString("base64url");
  const file: z.input<typeof KeysFile> = {
    v: 1,
    sealing: keys.sealing.map(({ kid, publicKey, privateKey }) => ({
      kid,
      publicKey,
      privateKey: textOfPrivateKey(privateKey),
    })),
    storage: keys.storage.map(({ kid, key }) => ({ kid, key: secret(key) })),
    pepper: secret(keys.pepper),
    visitorIdKey: secret(keys.visitorIdKey),
  };
  return `${JSON.stringify(file, undefined, 2)}\n`;
}

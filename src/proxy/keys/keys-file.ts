import { createSecretKey, type KeyObject } from "node:crypto";
import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  writeSync,
} from "node:fs";
import path from "node:path";
import * as z from "zod";
import { StartupError } from "../startup-error.ts";
import { KEY_BYTES, makeKeys, type Keys } from "./keys.ts";

const Secret = z
  .base64url()
  .transform((text) => Buffer.from(text, "base64url"))
  .refine((bytes) => bytes.length === KEY_BYTES, `must be ${KEY_BYTES} bytes`)
  .transform((bytes) => createSecretKey(bytes));

const KeysFile = z.object({
  v: z.literal(1),
  storage: z
    .array(z.object({ kid: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/), key: Secret }))
    .min(1),
  pepper: Secret,
  visitorIdKey: Secret,
});

/**
 * The keys in `file`, made at the first start and readable by their owner only. Throws a
 * `StartupError` that names the wrong field and never what stood there.
 */
export function openKeysFile(file: string): Keys {
  if (!existsSync(file)) writeDurably(file, textOf(makeKeys()));
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(file, "utf8"));
  } catch (cause) {
    const why = cause instanceof SyntaxError ? "not JSON" : (cause as NodeJS.ErrnoException).code;
    throw new StartupError(`KEYS_FILE: ${file} cannot be read (${why}); restore it from a backup.`);
  }
  const parsed = KeysFile.safeParse(json);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new StartupError(
    `KEYS_FILE: ${file}: ${issue?.path.map(String).join(".") || "the whole file"}: ${issue?.message ?? "not usable"}; restore it from a backup.`,
  );
}

function textOf(keys: Keys): string {
  const secret = (key: KeyObject) => key.export().toString("base64url");
  const file = {
    v: 1,
    storage: keys.storage.map(({ kid, key }) => ({ kid, key: secret(key) })),
    pepper: secret(keys.pepper),
    visitorIdKey: secret(keys.visitorIdKey),
  };
  return `${JSON.stringify(file, undefined, 2)}\n`;
}

/** Whole and on disk, or not there: half a key file would lock the proxy out of its own store. */
function writeDurably(file: string, text: string): void {
  const draft = `${file}.new`;
  const handle = openSync(draft, "w", 0o600);
  writeSync(handle, text);
  fsyncSync(handle);
  closeSync(handle);
  renameSync(draft, file);
  const folder = openSync(path.dirname(file), "r");
  fsyncSync(folder);
  closeSync(folder);
}

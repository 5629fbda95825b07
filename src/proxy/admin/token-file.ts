import { randomBytes } from "node:crypto";
import {
  chmodSync,
  closeSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  writeSync,
} from "node:fs";
import path from "node:path";
import * as z from "zod";
import { Role, TokenName } from "../../contract/admin.ts";
import { PlaceId } from "../../contract/primitives.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import { StartupError } from "../startup-error.ts";
import { digestOf } from "./token-digest.ts";

/** One named token as it is kept: never itself. */
const KeptToken = z.strictObject({
  name: TokenName,
  role: Role,
  /** What the role `store` sees. One without, from an earlier version, sees nothing. */
  storeId: z.optional(PlaceId),
  /** SHA-256 in hex. A token has 192 bits of chance, so that nothing slower is needed. */
  digest: z.string().regex(/^[0-9a-f]{64}$/),
  createdMs: z.number(),
});
export type KeptToken = z.infer<typeof KeptToken>;

/** Ours: people and programs that administer one installation. */
const MAX_TOKENS = 200;

const TokenFile = z.strictObject({ v: z.literal(1), tokens: z.array(KeptToken).max(MAX_TOKENS) });

/** The name of the token the proxy was started with; no other may have it. */
export const FIRST_NAME = "admin";

/** `DATA_DIR/admin-tokens.json`, readable by its owner only. */
export interface TokenStore {
  /** As the file stands now, so that a revocation has its effect at once. */
  readonly list: () => readonly KeptToken[];
  /**
   * Gives the token, this once; only its digest is kept. `storeId` for the role `store`, and for no
   * other. An error names the field.
   */
  readonly add: (
    name: string,
    role: Role,
    nowMs: number,
    storeId?: string,
  ) => Result<string, string>;
  readonly revoke: (name: string) => Result<void, string>;
}

export function openTokenStore(dataDir: string): TokenStore {
  const file = path.join(dataDir, "admin-tokens.json");
  const list = () => readTokens(file);
  return {
    list,
    add: (name, role, nowMs, storeId) => {
      const wrongStore = checkStore(role, storeId);
      if (wrongStore !== undefined) return err(wrongStore);
      if (!TokenName.safeParse(name).success) {
        return err(
          "name: lowercase letters, digits and hyphens, at most 32, beginning with a letter.",
        );
      }
      const tokens = list();
      if (name === FIRST_NAME || tokens.some((each) => each.name === name)) {
        return err(`name: ${name} is taken; revoke it first, or choose another.`);
      }
      if (tokens.length >= MAX_TOKENS)
        return err(`${MAX_TOKENS} tokens are kept; revoke one first.`);
      const token = randomBytes(24).toString("base64url");
      const kept = { name, role, digest: digestOf(token), createdMs: nowMs };
      writeTokens(file, [...tokens, storeId === undefined ? kept : { ...kept, storeId }]);
      return ok(token);
    },
    revoke: (name) => {
      const tokens = list();
      if (!tokens.some((each) => each.name === name))
        return err(`name: there is no token ${name}.`);
      writeTokens(
        file,
        tokens.filter((each) => each.name !== name),
      );
      return ok(undefined);
    },
  };
}

/** What is wrong with the store a token is to be for; nothing when it fits its role. */
export function checkStore(role: Role, storeId: string | undefined): string | undefined {
  if (role !== "store") {
    return storeId === undefined ? undefined : `storeId: only the role store is for one store.`;
  }
  if (storeId === undefined)
    return "storeId: say which store the role store is to see (--store <id>).";
  return PlaceId.safeParse(storeId).success
    ? undefined
    : "storeId: letters, digits, dots, hyphens and underscores, at most 64.";
}

function readTokens(file: string): readonly KeptToken[] {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw new StartupError(`${file} cannot be read (${(cause as NodeJS.ErrnoException).code}).`, {
      cause,
    });
  }
  const parsed = TokenFile.safeParse(jsonOf(text));
  if (parsed.success) return parsed.data.tokens;
  const issue = parsed.error.issues[0];
  throw new StartupError(
    `${file}: ${issue?.path.map(String).join(".") || "the whole file"}: ${issue?.message}; ` +
      "mend it, or remove it and add the tokens anew.",
  );
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // A SyntaxError is how JSON.parse says no; the schema refuses nothing by name.
    return undefined;
  }
}

/** Beside it first, then over it: a crash leaves the old file or the new one. */
function writeTokens(file: string, tokens: readonly KeptToken[]): void {
  const beside = `${file}.new`;
  const handle = openSync(beside, "w", 0o600);
  try {
    writeSync(handle, `${JSON.stringify({ v: 1, tokens }, undefined, 2)}\n`);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  chmodSync(beside, 0o600); // One left by a crash may have been made by somebody else.
  renameSync(beside, file);
}

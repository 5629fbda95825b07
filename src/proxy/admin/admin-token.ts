import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

/**
 * The admin token: the given one, or one kept in `dataDir/admin-token`, made at the first start and
 * readable by its owner only. It is never printed; `file` says where it lies.
 */
export function adminToken(
  given: string | undefined,
  dataDir: string,
): { readonly token: string; readonly file: string | undefined } {
  if (given !== undefined) return { token: given, file: undefined };
  const file = path.join(dataDir, "admin-token");
  if (!existsSync(file)) {
    writeFileSync(file, `${randomBytes(24).toString("base64url")}\n`, { mode: 0o600 });
  }
  return { token: readFileSync(file, "utf8").trim(), file };
}

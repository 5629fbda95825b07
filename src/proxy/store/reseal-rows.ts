import type { Vault } from "../vault/vault.ts";
import { contextOf, type HeldKey } from "./held-rows.ts";
import type { Tx } from "./sql.ts";
import { DROPPED, PEPPER_KID } from "./vault-rows.ts";

/** After every hash, which are base64url: the visitors are done. */
const VISITORS_DONE = "~";

/**
 * Seals anew what lies under an older storage key, at most `limit` rows of one kind. Gives where to go
 * on; nothing when all is done, and then the older keys are proven no more and may go. What cannot be
 * opened stays as it is: no key helps it.
 */
export async function reseal(
  tx: Tx,
  vault: Vault,
  after: string,
  limit: number,
): Promise<string | undefined> {
  if (after !== VISITORS_DONE) {
    const last = await resealVisitors(tx, vault, after, limit);
    return last ?? VISITORS_DONE;
  }
  if (await resealHeld(tx, vault, limit)) return VISITORS_DONE;
  await tx.run("DELETE FROM vault_proof WHERE kid <> $1 AND kid <> $2", [PEPPER_KID, vault.kid]);
  return undefined;
}

/** The last visitor looked at; nothing when there are no more. */
async function resealVisitors(
  tx: Tx,
  vault: Vault,
  after: string,
  limit: number,
): Promise<string | undefined> {
  const page = await tx.all<{ visitor: string; sealed_id: string }>(
    `SELECT visitor, sealed_id FROM visitor WHERE visitor > $1 ORDER BY visitor LIMIT $2
     {{FOR UPDATE}}`,
    [after, limit],
  );
  const changes = page.flatMap(({ visitor, sealed_id: sealed }) => {
    const next = sealed === DROPPED ? undefined : resealed(vault, `visitor ${visitor}`, sealed);
    return next === undefined ? [] : [[visitor, next]];
  });
  if (changes.length > 0) {
    await tx.runMany("UPDATE visitor SET sealed_id = $2 WHERE visitor = $1", changes);
  }
  return page.length < limit ? undefined : page.at(-1)?.visitor;
}

/** Whether there may be more. */
async function resealHeld(tx: Tx, vault: Vault, limit: number): Promise<boolean> {
  const page = await tx.all<HeldKey & { readonly sealed: string }>(
    `SELECT epoch, seq, copy, sealed FROM held_update
     WHERE substr(sealed, 1, length($1)) <> $1 LIMIT $2 {{FOR UPDATE}}`,
    [prefixOf(vault), limit],
  );
  const changes = page.flatMap((row) => {
    const next = resealed(vault, contextOf(row), row.sealed);
    return next === undefined ? [] : [[row.epoch, row.seq, row.copy, next]];
  });
  if (changes.length > 0) {
    await tx.runMany(
      "UPDATE held_update SET sealed = $4 WHERE epoch = $1 AND seq = $2 AND copy = $3",
      changes,
    );
  }
  return page.length === limit && changes.length > 0;
}

function prefixOf(vault: Vault): string {
  return `${vault.kid}.`;
}

/** Nothing when it lies under the newest key already, or cannot be opened. */
function resealed(vault: Vault, context: string, sealed: string): string | undefined {
  if (sealed.startsWith(prefixOf(vault))) return undefined;
  const opened = vault.open(context, sealed);
  return opened.type === "opened" ? vault.seal(context, opened.text) : undefined;
}

/** Names of the storage keys without which this store does not open. */
export async function storageKids(tx: Tx): Promise<readonly string[]> {
  const rows = await tx.all<{ kid: string }>("SELECT kid FROM vault_proof WHERE kid <> $1", [
    PEPPER_KID,
  ]);
  return rows.map(({ kid }) => kid);
}

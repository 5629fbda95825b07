import type { VisitorId } from "../../domain/visitor-id.ts";
import type { Vault } from "../vault/vault.ts";
import { discardHeldBefore } from "./held-rows.ts";
import type { Unusable } from "./set-aside-some.ts";
import type { Params, Tx } from "./sql.ts";

/** The keys given are not those the store was written with. */
export class WrongKeysError extends Error {
  override readonly name = "WrongKeysError";
}

/** Hashed under the pepper and sealed under each storage key, to know them again. */
const PROOF: VisitorId = { kind: "browser", value: "proof" };

/**
 * Makes sure that these are the keys the store was written with, and notes the one that seals from
 * now on. With another pepper every visitor would silently become a stranger. Throws
 * `WrongKeysError`.
 */
export async function proveKeys(tx: Tx, vault: Vault): Promise<void> {
  const proofs = await tx.all<{ kid: string; proof: string }>(
    "SELECT kid, proof FROM vault_proof",
    [],
  );
  for (const { kid, proof } of proofs) {
    if (kid === PEPPER_KID) {
      if (proof !== vault.hashOf(PROOF)) throw new WrongKeysError("the pepper is another one");
      continue;
    }
    const opened = vault.open(PROOF_CONTEXT, proof);
    if (opened.type === "unknown-key") {
      throw new WrongKeysError(`the storage key ${opened.kid} is missing`);
    }
    if (opened.type === "damaged")
      throw new WrongKeysError(`the storage key ${kid} is another one`);
  }
  const isKnown = (kid: string) => proofs.some((each) => each.kid === kid);
  if (!isKnown(PEPPER_KID)) await saveProof(tx, PEPPER_KID, vault.hashOf(PROOF));
  if (!isKnown(vault.kid)) {
    await saveProof(tx, vault.kid, vault.seal(PROOF_CONTEXT, PROOF.value));
  }
}

/** No storage key has this name: theirs hold no space. */
export const PEPPER_KID = "the pepper";
const PROOF_CONTEXT = "proof";

async function saveProof(tx: Tx, kid: string, proof: string): Promise<void> {
  await tx.run("INSERT INTO vault_proof (kid, proof) VALUES ($1, $2)", [kid, proof]);
}

/** The visitor's id as the store keeps it, bound to the visitor's row. */
export function sealId(vault: Vault, hash: string, visitor: VisitorId): string {
  return vault.seal(`visitor ${hash}`, visitor.value);
}

/** The id back; nothing when it was dropped, or cannot be opened, with the reason in words. */
export function openId(vault: Vault, hash: string, sealed: string): OpenedId {
  if (sealed === DROPPED) {
    return { type: "gone", class: "id-dropped", reason: "the id was dropped at retention" };
  }
  const opened = vault.open(`visitor ${hash}`, sealed);
  switch (opened.type) {
    case "opened":
      return { type: "opened", value: opened.text };
    case "unknown-key":
      return {
        type: "gone",
        class: "key-missing",
        reason: `the id is sealed to the missing key ${opened.kid}`,
      };
    case "damaged":
      return { type: "gone", class: "damaged", reason: "the sealed id is damaged" };
  }
}

export type OpenedId =
  | { readonly type: "opened"; readonly value: string }
  | ({ readonly type: "gone" } & Unusable);

/** What stands in place of an id that was dropped. */
export const DROPPED = "";

/** Work a migration left to the program, since SQL alone cannot do it. */
const SEAL = "seal-visitors";
const COMPACT = "compact";

/**
 * Rewrites the visitors of a store from before ids were sealed: hash for key, sealed id for id. In
 * the transaction of the migration, so that a crash leaves the old store whole.
 */
export async function sealPlainVisitors(tx: Tx, vault: Vault): Promise<void> {
  if ((await tx.run("DELETE FROM owed_work WHERE name = $1", [SEAL])) === 0) return;
  const plain = await tx.all<{ visitor: string }>(
    "SELECT visitor FROM visitor UNION SELECT visitor FROM journal",
    [],
  );
  if (plain.length === 0) return;
  await tx.run("CREATE TABLE rekey (plain TEXT PRIMARY KEY, hash TEXT, sealed TEXT)", []);
  await tx.runMany(
    "INSERT INTO rekey (plain, hash, sealed) VALUES ($1, $2, $3)",
    plain.map(({ visitor }) => rekeyed(vault, visitor)),
  );
  await tx.run(
    `UPDATE visitor SET last_scan_ms = first_dirty_ms,
       sealed_id = (SELECT sealed FROM rekey WHERE plain = visitor.visitor)`,
    [],
  );
  for (const table of ["visitor", "attribute", "journal"]) {
    await tx.run(
      `UPDATE ${table} SET visitor = (SELECT hash FROM rekey WHERE plain = ${table}.visitor)`,
      [],
    );
  }
  await tx.run("DROP TABLE rekey", []);
  await tx.run("INSERT INTO owed_work (name) VALUES ($1)", [COMPACT]);
}

function rekeyed(vault: Vault, plain: string): Params {
  const colon = plain.indexOf(":");
  const kind = plain.slice(0, colon) === "browser" ? "browser" : "member";
  const visitor: VisitorId = { kind, value: plain.slice(colon + 1) };
  const hash = vault.hashOf(visitor);
  return [plain, hash, sealId(vault, hash, visitor)];
}

/** Whether pages that once held ids in the clear must still be written anew. */
export async function needsCompacting(tx: Tx): Promise<boolean> {
  return (await tx.all("SELECT name FROM owed_work WHERE name = $1", [COMPACT])).length > 0;
}

export async function noteCompacted(tx: Tx): Promise<void> {
  await tx.run("DELETE FROM owed_work WHERE name = $1", [COMPACT]);
}

/**
 * Ours: where Target answers, all looks after a call, and after the one that repeats it, take fewer
 * days. Where it never does, nobody's id is kept for the sake of a look.
 */
const LOOKS_END_WITHIN_MS = 7 * 86_400_000;

/**
 * Drops the ids of visitors not scanned since `beforeMs`, unless they still owe Target something, and as
 * many held updates that nobody decided about since. Who is yet to be looked at there has a week more.
 * Looks at `limit` visitors in the order of their hashes, from the one after `after`; gives the last
 * of them, or nothing when it has been through all.
 */
export async function dropIds(
  tx: Tx,
  beforeMs: number,
  after: string,
  limit: number,
): Promise<string | undefined> {
  await discardHeldBefore(tx, beforeMs, limit);
  const page = await tx.all<{ visitor: string }>(
    "SELECT visitor FROM visitor WHERE visitor > $1 ORDER BY visitor LIMIT $2 {{FOR UPDATE}}",
    [after, limit],
  );
  const last = page.at(-1)?.visitor;
  if (last === undefined) return undefined;
  await tx.run(
    `UPDATE visitor SET sealed_id = '' WHERE visitor > $1 AND visitor <= $2
       AND last_scan_ms < $3 AND state NOT IN ('waiting', 'absent') AND sealed_id <> ''
       AND (last_scan_ms < $4 OR NOT EXISTS (
         SELECT 1 FROM read_back r WHERE r.visitor = visitor.visitor AND r.look IS NOT NULL
       ))`,
    [after, last, beforeMs, beforeMs - LOOKS_END_WITHIN_MS],
  );
  return page.length < limit ? undefined : last;
}

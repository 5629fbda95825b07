import type { AuditedAct } from "../../contract/admin.ts";
import type { Tx } from "./sql.ts";

export async function appendAudit(tx: Tx, act: AuditedAct): Promise<void> {
  await tx.run(
    `INSERT INTO audit (number, at_ms, who, role, what, outcome)
     SELECT coalesce(max(number), 0) + 1, $1, $2, $3, $4, $5 FROM audit`,
    [act.atMs, act.who, act.role, act.what, act.outcome],
  );
}

/** Newest first. */
export async function listAudit(tx: Tx, limit: number): Promise<readonly AuditedAct[]> {
  const rows = await tx.all<Omit<AuditedAct, "atMs"> & { readonly at_ms: number }>(
    "SELECT at_ms, who, role, what, outcome FROM audit ORDER BY number DESC LIMIT $1",
    [limit],
  );
  return rows.map(({ at_ms: atMs, who, role, what, outcome }) => ({
    atMs,
    who,
    role,
    what,
    outcome,
  }));
}

import type { IngestReceipt } from "../../contract/ingest.ts";
import type { Tx } from "./sql.ts";
import type { IngestBatch, IngestResult } from "./store.ts";

/** Ours: longer than any client repeats a request it has not seen the answer of. */
const NONCE_KEPT_MS = 86_400_000;

/** The answer to a nonce that came before (rule IN4); nothing when it is new. */
export async function findNonce(tx: Tx, batch: IngestBatch): Promise<IngestResult | undefined> {
  const rows = await tx.all<{ digest: string; receipt: string }>(
    "SELECT digest, receipt FROM nonce WHERE device_id = $1 AND nonce = $2",
    [batch.device.deviceId, batch.nonce],
  );
  const row = rows[0];
  if (row === undefined) return undefined;
  return row.digest === batch.digest
    ? { type: "repeated", receipt: JSON.parse(row.receipt) }
    : { type: "nonce-reused" };
}

export async function saveNonce(tx: Tx, batch: IngestBatch, receipt: IngestReceipt): Promise<void> {
  await tx.run(
    "INSERT INTO nonce (device_id, nonce, digest, receipt, expires_ms) VALUES ($1, $2, $3, $4, $5)",
    [
      batch.device.deviceId,
      batch.nonce,
      batch.digest,
      JSON.stringify(receipt),
      receipt.proxyTimeMs + NONCE_KEPT_MS,
    ],
  );
}

/** Forgets receipts nobody can ask for again. True when there may be more of them. */
export async function pruneNonces(tx: Tx, nowMs: number): Promise<boolean> {
  const pruned = await tx.run(
    `DELETE FROM nonce WHERE (device_id, nonce) IN
       (SELECT device_id, nonce FROM nonce WHERE expires_ms <= $1 ORDER BY expires_ms LIMIT $2)`,
    [nowMs, PRUNED_AT_ONCE],
  );
  return pruned === PRUNED_AT_ONCE;
}

/** Ours: few enough that nobody waits for it. */
const PRUNED_AT_ONCE = 200;

import type { IngestReceipt } from "../../contract/ingest.ts";
import type { Tx } from "./sql.ts";
import type { IngestBatch, IngestResult } from "./store.ts";

/** Ours: longer than any client repeats a request it has not seen the answer of. */
const NONCE_KEPT_MS = 86_400_000;

/** A request as its repeats are recognised (rule IN4). */
interface NoncedRequest {
  readonly deviceId: string;
  readonly nonce: string;
  /** SHA-256 of the body in hex. */
  readonly digest: string;
}

/** What a nonce that came before was answered; nothing when it is new. */
export async function findReceipt(
  tx: Tx,
  { deviceId, nonce, digest }: NoncedRequest,
): Promise<{ type: "repeated"; receipt: unknown } | { type: "nonce-reused" } | undefined> {
  const rows = await tx.all<{ digest: string; receipt: string }>(
    "SELECT digest, receipt FROM nonce WHERE device_id = $1 AND nonce = $2",
    [deviceId, nonce],
  );
  const row = rows[0];
  if (row === undefined) return undefined;
  return row.digest === digest
    ? { type: "repeated", receipt: JSON.parse(row.receipt) }
    : { type: "nonce-reused" };
}

export async function saveReceipt(
  tx: Tx,
  { deviceId, nonce, digest }: NoncedRequest,
  receipt: unknown,
  endsMs: number,
): Promise<void> {
  await tx.run(
    "INSERT INTO nonce (device_id, nonce, digest, receipt, expires_ms) VALUES ($1, $2, $3, $4, $5)",
    [deviceId, nonce, digest, JSON.stringify(receipt), endsMs],
  );
}

/** The answer to a batch whose nonce came before. */
export async function findNonce(tx: Tx, batch: IngestBatch): Promise<IngestResult | undefined> {
  const found = await findReceipt(tx, { ...batch, deviceId: batch.device.deviceId });
  return found?.type === "repeated"
    ? { type: "repeated", receipt: found.receipt as IngestReceipt }
    : found;
}

export async function saveNonce(tx: Tx, batch: IngestBatch, receipt: IngestReceipt): Promise<void> {
  const request = { ...batch, deviceId: batch.device.deviceId };
  await saveReceipt(tx, request, receipt, receipt.proxyTimeMs + NONCE_KEPT_MS);
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

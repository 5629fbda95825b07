import { IngestReceipt } from "../../contract/ingest.ts";
import type { Tx } from "./sql.ts";
import { DamagedRowError } from "./store-error.ts";
import { storedJson } from "./stored-json.ts";
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

/**
 * What a nonce that came before was answered; nothing when it is new. Throws `DamagedRowError` when
 * that is not the receipt it should be: whoever asks does so again with another nonce.
 */
export async function findReceipt<T>(
  tx: Tx,
  { deviceId, nonce, digest }: NoncedRequest,
  isExpected: (value: unknown) => value is T,
): Promise<{ type: "repeated"; receipt: T } | { type: "nonce-reused" } | undefined> {
  const rows = await tx.all<{ digest: string; receipt: string }>(
    "SELECT digest, receipt FROM nonce WHERE device_id = $1 AND nonce = $2",
    [deviceId, nonce],
  );
  const row = rows[0];
  if (row === undefined) return undefined;
  return row.digest === digest
    ? { type: "repeated", receipt: storedJson("nonce.receipt", row.receipt, isExpected) }
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
  const request = { ...batch, deviceId: batch.device.deviceId };
  return findReceipt(tx, request, isIngestReceipt);
}

function isIngestReceipt(value: unknown): value is IngestReceipt {
  return IngestReceipt.safeParse(value).success;
}

/**
 * Takes what receipts still kept say of these updates out of them. Those that cannot be read are
 * dropped: a repeat is then recognised by its number, while nobody could say whom they name.
 */
export async function forgetVerdicts(
  tx: Tx,
  deviceId: string,
  ids: ReadonlySet<string>,
  nowMs: number,
): Promise<void> {
  const rows = await tx.all<{ nonce: string; receipt: string }>(
    "SELECT nonce, receipt FROM nonce WHERE device_id = $1 AND expires_ms > $2",
    [deviceId, nowMs],
  );
  for (const { nonce, receipt } of rows) {
    const said = verdictsIn(receipt);
    if (said === "other") continue;
    if (said === "damaged") {
      await tx.run("DELETE FROM nonce WHERE device_id = $1 AND nonce = $2", [deviceId, nonce]);
      continue;
    }
    const verdicts = said.verdicts.filter(({ id }) => !ids.has(id));
    if (verdicts.length === said.verdicts.length) continue;
    await tx.run("UPDATE nonce SET receipt = $3 WHERE device_id = $1 AND nonce = $2", [
      deviceId,
      nonce,
      JSON.stringify({ ...said, verdicts }),
    ]);
  }
}

/** The receipt of a batch; of a heartbeat and the like, which name no update, `other`. */
function verdictsIn(receipt: string): IngestReceipt | "other" | "damaged" {
  try {
    const said = storedJson("nonce.receipt", receipt, isReceipt);
    return "verdicts" in said ? said : "other";
  } catch (error) {
    if (error instanceof DamagedRowError) return "damaged";
    throw error;
  }
}

function isReceipt(value: unknown): value is IngestReceipt | { readonly receiptMs: number } {
  if (typeof value !== "object" || value === null) return false;
  return isIngestReceipt(value) || (!("verdicts" in value) && "receiptMs" in value);
}

export async function saveNonce(tx: Tx, batch: IngestBatch, receipt: IngestReceipt): Promise<void> {
  const request = { ...batch, deviceId: batch.device.deviceId };
  await saveReceipt(tx, request, receipt, receipt.proxyTimeMs + NONCE_KEPT_MS);
}

/** Forgets receipts nobody can ask for again. True when there may be more of them. */
export async function pruneNonces(tx: Tx, nowMs: number): Promise<boolean> {
  const pruned = await tx.run(
    `DELETE FROM nonce WHERE (device_id, nonce) IN
       (SELECT device_id, nonce FROM nonce WHERE expires_ms <= $1 ORDER BY expires_ms LIMIT $2
        {{FOR UPDATE SKIP LOCKED}})`,
    [nowMs, PRUNED_AT_ONCE],
  );
  return pruned === PRUNED_AT_ONCE;
}

/** Ours: few enough that nobody waits for it. */
const PRUNED_AT_ONCE = 200;

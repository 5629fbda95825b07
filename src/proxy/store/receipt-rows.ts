import type { ConsentReceipt } from "../../contract/consent-receipts.ts";
import { Ground } from "../../contract/update.ts";
import type { Vault } from "../vault/vault.ts";
import type { Tx } from "./sql.ts";
import { storedJson } from "./stored-json.ts";
import type { ReceiptCursor, ReceiptsAsk } from "./store.ts";

interface ReceiptRow {
  readonly id: string;
  readonly epoch: string;
  readonly seq: number;
  readonly copy: number;
  readonly visitor: string;
  readonly effective_ms: number;
  readonly received_ms: number;
  readonly store_id: string | null;
  readonly kiosk_id: string | null;
  readonly occasion: string;
  readonly ground: string;
  readonly config_version: string;
  readonly verdict: string;
}

/** A page of the journal in the order of its key, as far as it says why something was kept. */
export async function receipts(
  tx: Tx,
  vault: Vault,
  { visitor, after, limit }: ReceiptsAsk,
): Promise<{ readonly receipts: readonly ConsentReceipt[]; readonly next?: ReceiptCursor }> {
  const { epoch = "", seq = 0, copy = 0 } = after ?? {};
  const rows = await tx.all<ReceiptRow>(
    `SELECT j.id, j.epoch, j.seq, j.copy, j.visitor, j.effective_ms, j.received_ms, j.occasion,
       j.ground, j.config_version, j.verdict,
       coalesce(r.store_id, d.store_id) AS store_id, coalesce(r.kiosk_id, d.kiosk_id) AS kiosk_id
     FROM journal j
     LEFT JOIN device_record r ON r.device_id = j.device_id
     LEFT JOIN device d ON d.device_id = j.device_id
     WHERE (j.epoch, j.seq, j.copy) > ($1, $2, $3) ${visitor === undefined ? "" : "AND j.visitor = $5"}
     ORDER BY j.epoch, j.seq, j.copy LIMIT $4`,
    [epoch, seq, copy, limit, ...(visitor === undefined ? [] : [vault.hashOf(visitor)])],
  );
  const last = rows.at(-1);
  return {
    receipts: rows.map(receiptOf),
    ...(last === undefined || rows.length < limit
      ? {}
      : { next: { epoch: last.epoch, seq: last.seq, copy: last.copy } }),
  };
}

function receiptOf(row: ReceiptRow): ConsentReceipt {
  return {
    id: row.id,
    visitor: row.visitor,
    effectiveMs: row.effective_ms,
    receivedMs: row.received_ms,
    storeId: row.store_id ?? "",
    kioskId: row.kiosk_id ?? "",
    occasion: row.occasion,
    ground: storedJson("journal.ground", row.ground, isGround),
    configVersion: row.config_version,
    verdict: row.verdict,
  };
}

function isGround(value: unknown): value is Ground {
  return Ground.safeParse(value).success;
}

import type { HeldReceipt } from "../../contract/admin.ts";
import type { Vault } from "../vault/vault.ts";
import {
  discardVisitor,
  forgetHeld,
  openHeld,
  tellHeld,
  type HeldOrder,
  type HeldRow,
} from "./held-rows.ts";
import { mergeVisitors, type VisitorWrite } from "./merge-visitor.ts";
import { createScanTally } from "./scan-counts.ts";
import type { Tx } from "./sql.ts";
import { suppressionOf } from "./suppression.ts";

/**
 * Merges what is held, oldest first, as if it had just arrived: with the times fixed when it came
 * (rules CL1, MG1), and nothing of who has withdrawn since (rule PV6).
 */
export async function releaseHeld(tx: Tx, vault: Vault, order: HeldOrder): Promise<HeldReceipt> {
  await tx.lock("suppression", "shared");
  const rows = await tx.all<HeldRow>(
    `SELECT h.epoch, h.seq, h.copy, h.visitor, h.effective_ms, h.sealed, j.occasion,
       (SELECT d.store_id FROM device d WHERE d.device_id = h.device_id) AS store_id
     FROM held_update h
     JOIN journal j ON j.epoch = h.epoch AND j.seq = h.seq AND j.copy = h.copy
     WHERE h.device_id = $1
     ORDER BY h.effective_ms, h.epoch, h.seq, h.copy LIMIT $2 OFFSET $3 {{FOR UPDATE}}`,
    [order.deviceId, order.limit, order.skip],
  );
  const opened: { readonly row: HeldRow; readonly write: VisitorWrite }[] = [];
  let unopened = 0;
  for (const row of rows) {
    const write = openHeld(vault, row);
    if (write === undefined) {
      unopened += 1;
    } else if ((await suppressionOf(tx, row.visitor)) !== undefined) {
      await discardVisitor(tx, row.visitor, order.nowMs);
    } else {
      opened.push({ row, write });
    }
  }
  const tally = createScanTally();
  const outcomes = await mergeVisitors(
    tx,
    vault,
    opened.map(({ write }) => write),
    order.nowMs,
    tally,
  );
  await tally.save(tx);
  await tx.runMany(
    "UPDATE journal SET verdict = $4, version = $5 WHERE epoch = $1 AND seq = $2 AND copy = $3",
    opened.map(({ row, write }) => {
      const outcome = outcomes.get(write)!;
      return outcome.type === "merged"
        ? [row.epoch, row.seq, row.copy, "accepted", outcome.version]
        : [row.epoch, row.seq, row.copy, "superseded", 0];
    }),
  );
  await forgetHeld(
    tx,
    opened.map(({ row }) => row),
  );
  await tellHeld(tx, order.deviceId, order.nowMs);
  return { updates: opened.length, unopened };
}

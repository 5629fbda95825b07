import type { HeartbeatRequest } from "../../contract/heartbeat.ts";
import { size } from "../../domain/intervals.ts";
import { findReception, lastKnownSeq, missingNumbers } from "./reception.ts";
import type { Tx } from "./sql.ts";
import type { HoldersAsk, KeyHolder } from "./store.ts";
import { areTexts, storedJson } from "./stored-json.ts";

// What kiosks say of the keys that their entries are sealed to, and whom a key is kept for (rule IN6).

/**
 * Ours: a kiosk's word counts when it was given so long after it heard of the newest key. Until then
 * another tab, or a scan on its way, may still seal to the one before.
 */
const SETTLED_AFTER_MS = 300_000;

/** The kiosks' seven days of keeping what was receipted, and one more. */
const KEPT_MS = 8 * 86_400_000;

/** Keeps a kiosk's word, and since when it knows of the newest key. */
export async function noteSealedTo(
  tx: Tx,
  { device, sealedTo }: HeartbeatRequest,
  toldKid: string,
  atMs: number,
): Promise<void> {
  await tx.run(
    `INSERT INTO sealing_word (device_id, told_kid, told_ms, sealed_to, said_ms)
     VALUES ($1, $2, $3, NULL, NULL)
     ON CONFLICT (device_id) DO UPDATE SET
       told_ms = CASE WHEN sealing_word.told_kid = excluded.told_kid
                      THEN sealing_word.told_ms ELSE excluded.told_ms END,
       told_kid = excluded.told_kid`,
    [device.deviceId, toldKid, atMs],
  );
  if (sealedTo === undefined) return;
  await tx.run("UPDATE sealing_word SET sealed_to = $2, said_ms = $3 WHERE device_id = $1", [
    device.deviceId,
    JSON.stringify(sealedTo),
    atMs,
  ]);
}

interface DeviceRow {
  readonly device_id: string;
  readonly store_id: string;
  readonly kiosk_id: string;
  readonly is_shut_out: number;
  readonly last_seen_ms: number | null;
  readonly told_kid: string | null;
  readonly told_ms: number | null;
  readonly sealed_to: string | null;
  readonly said_ms: number | null;
}

/** Kiosks that may still have entries sealed to `kid`. When in doubt a kiosk is among them. */
export async function sealingHolders(tx: Tx, ask: HoldersAsk): Promise<readonly KeyHolder[]> {
  const rows = await tx.all<DeviceRow>(
    `SELECT r.device_id, r.store_id, r.kiosk_id, d.last_seen_ms,
       w.told_kid, w.told_ms, w.sealed_to, w.said_ms,
       CASE WHEN EXISTS (SELECT 1 FROM device_key k
                         WHERE k.device_id = r.device_id AND k.state <> 'revoked')
            THEN 0 ELSE 1 END AS is_shut_out
     FROM device_record r
     LEFT JOIN device d ON d.device_id = r.device_id
     LEFT JOIN sealing_word w ON w.device_id = r.device_id
     ORDER BY r.store_id, r.kiosk_id, r.device_id`,
    [],
  );
  const holders: KeyHolder[] = [];
  for (const row of rows) {
    const why = row.is_shut_out === 1 ? await owedByShutOut(tx, row, ask) : wordOf(row, ask);
    if (why === undefined) continue;
    const { device_id: deviceId, store_id: storeId, kiosk_id: kioskId } = row;
    holders.push({ deviceId, storeId, kioskId, why });
  }
  return holders;
}

/** Why a kiosk that may send still counts, by its own last word. */
function wordOf(row: DeviceRow, { kid, newestKid }: HoldersAsk): string | undefined {
  const { told_kid: toldKid, told_ms: toldMs, said_ms: saidMs, sealed_to: sealedTo } = row;
  if (sealedTo === null || saidMs === null || toldMs === null || toldKid !== newestKid) {
    return "has not said yet which keys it needs";
  }
  const kids = storedJson("sealing_word.sealed_to", sealedTo, areTexts);
  if (kids.includes(kid)) return "has entries sealed to it";
  return saidMs - toldMs >= SETTLED_AFTER_MS ? undefined : "has known the new key too shortly";
}

/** A kiosk that was shut out may be paired again and send what it has. */
async function owedByShutOut(
  tx: Tx,
  row: DeviceRow,
  { nowMs }: HoldersAsk,
): Promise<string | undefined> {
  const epochs = await tx.all<{ epoch: string }>(
    "SELECT epoch FROM epoch_received WHERE device_id = $1",
    [row.device_id],
  );
  for (const { epoch } of epochs) {
    const reception = (await findReception(tx, epoch))!;
    if (size(missingNumbers(reception, lastKnownSeq(reception))) > 0) {
      return "was shut out and owes updates: have it paired again, or write them off";
    }
    if (size(reception.kept) > 0 && nowMs - (row.last_seen_ms ?? 0) < KEPT_MS) {
      return "was shut out less than eight days ago and may have kept some";
    }
  }
  return undefined;
}

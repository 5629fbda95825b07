import { PublicKey } from "../../contract/pairing.ts";
import { DamagedRowError } from "./store-error.ts";
import { storedJson } from "./stored-json.ts";
import type { Tx } from "./sql.ts";
import { findReceipt, saveReceipt } from "./nonce-rows.ts";
import { notReceived } from "./reception.ts";
import { noteReplaced } from "./replaced-rows.ts";
import type {
  DeviceStore,
  FollowingKey,
  FollowOutcome,
  LeavingOutcome,
  LeavingWish,
  KeyedDevice,
  NewPairing,
  NoncedWish,
  PairAsk,
  PairOutcome,
  PairingGrant,
  ShutOutDevice,
} from "./device-store.ts";

interface KeyedRow {
  readonly key_id: string;
  readonly public_key: string;
  readonly state: KeyedDevice["state"];
  readonly made_ms: number;
  readonly ends_ms: number | null;
  readonly device_id: string;
  readonly store_id: string;
  readonly kiosk_id: string;
  readonly time_zone: string;
  readonly name: string;
  readonly paired_ms: number;
  readonly replaces: string | null;
  readonly replaced_by: string | null;
}

const KEYED = `SELECT k.key_id, k.public_key, k.state, k.made_ms, k.ends_ms, d.device_id, d.store_id,
    d.kiosk_id, d.time_zone, d.name, d.paired_ms, d.replaces, d.replaced_by
  FROM device_key k JOIN device_record d ON d.device_id = k.device_id`;

/** Every key ever paired, newest pairing first. */
export async function keyedDevices(tx: Tx): Promise<readonly KeyedDevice[]> {
  const rows = await tx.all<KeyedRow>(`${KEYED} ORDER BY d.paired_ms DESC, k.made_ms DESC`, []);
  return rows.map(keyedDevice);
}

/** Devices all of whose keys are revoked: a handful, where all of them would be thousands. */
export async function shutOutDevices(tx: Tx): Promise<readonly ShutOutDevice[]> {
  const rows = await tx.all<{ device_id: string; replaced_by: string | null }>(
    `SELECT d.device_id, d.replaced_by FROM device_record d
     WHERE EXISTS (SELECT 1 FROM device_key k WHERE k.device_id = d.device_id)
       AND NOT EXISTS (SELECT 1 FROM device_key k
         WHERE k.device_id = d.device_id AND k.state <> 'revoked')
     ORDER BY d.device_id`,
    [],
  );
  return rows.map(({ device_id: deviceId, replaced_by }) => ({
    deviceId,
    ...(replaced_by === null ? {} : { replacedBy: replaced_by }),
  }));
}

export async function isAnyPaired(tx: Tx): Promise<boolean> {
  return (await tx.all("SELECT 1 FROM device_key LIMIT 1", [])).length > 0;
}

/** Keeps a code until it ends; forgets those that ended a day ago. */
export async function addPairing(tx: Tx, pairing: NewPairing): Promise<void> {
  await tx.run("DELETE FROM pairing WHERE ends_ms < $1", [pairing.atMs - DAY_MS]);
  await tx.run(
    `INSERT INTO pairing
       (code_hash, store_id, kiosk_id, time_zone, name, replaces, ends_ms, used_by)
     VALUES ($1, $2, $3, $4, $5, $6, $7, NULL)`,
    [
      pairing.codeHash,
      pairing.storeId,
      pairing.kioskId,
      pairing.timeZone ?? null,
      pairing.name,
      pairing.replaces ?? null,
      pairing.endsMs,
    ],
  );
}

const DAY_MS = 86_400_000;

/**
 * Pairs a key, once: who asks again with the same key is told the same again. A code is used up by
 * the first key it pairs, and replacing takes the old kiosk's keys away in the same moment.
 */
export async function pair(tx: Tx, ask: PairAsk): Promise<PairOutcome> {
  const before = await findKey(tx, ask.keyId);
  if (before !== undefined) return refusedOrPaired(before);
  const grant =
    ask.grant.type === "code"
      ? await takeCode(tx, ask.grant.codeHash, ask.keyId, ask.atMs)
      : ask.grant;
  if (grant === undefined) return refusedOrPaired(await findKey(tx, ask.keyId));

  const { replaces } = grant;
  await tx.run(
    `INSERT INTO device_record
       (device_id, store_id, kiosk_id, time_zone, name, paired_ms, replaces, replaced_by)
     VALUES ($1, $2, $3, $4, $5, $6, $7, NULL)`,
    [
      ask.deviceId,
      grant.storeId,
      grant.kioskId,
      grant.timeZone ?? ask.timeZone,
      grant.name,
      ask.atMs,
      replaces ?? null,
    ],
  );
  await addKey(tx, { ...ask, state: ask.needsApproval ? "waiting" : "active" });
  const revoked =
    replaces === undefined || ask.needsApproval
      ? []
      : await replace(tx, replaces, ask.deviceId, ask.atMs);
  return { type: "paired", device: (await findKey(tx, ask.keyId))!, revoked };
}

/** What a key is told that asks again; also where its first ask was answered in the same moment. */
function refusedOrPaired(known: KeyedDevice | undefined): PairOutcome {
  return known === undefined || known.state === "revoked"
    ? { type: "refused" }
    : { type: "paired", device: known, revoked: [] };
}

/** Nobody else gives or takes keys of this kiosk until the transaction ends. */
export async function lockRecord(tx: Tx, deviceId: string): Promise<void> {
  await tx.all("SELECT device_id FROM device_record WHERE device_id = $1 {{FOR UPDATE}}", [
    deviceId,
  ]);
}

/** The old kiosk's place is taken: none of its keys opens anything from now on; what it owes stays known. */
async function replace(
  tx: Tx,
  oldId: string,
  newId: string,
  atMs: number,
): Promise<readonly string[]> {
  await tx.run("UPDATE device_record SET replaced_by = $2 WHERE device_id = $1", [oldId, newId]);
  await noteReplaced(tx, oldId, newId, atMs);
  return revokeDevice(tx, oldId);
}

async function takeCode(
  tx: Tx,
  codeHash: string,
  keyId: string,
  atMs: number,
): Promise<PairingGrant | undefined> {
  const rows = await tx.all<{
    store_id: string;
    kiosk_id: string;
    time_zone: string | null;
    name: string;
    replaces: string | null;
  }>(
    `SELECT store_id, kiosk_id, time_zone, name, replaces FROM pairing
     WHERE code_hash = $1 AND used_by IS NULL AND ends_ms > $2 {{FOR UPDATE}}`,
    [codeHash, atMs],
  );
  const row = rows[0];
  if (row === undefined) return undefined;
  await tx.run("UPDATE pairing SET used_by = $2 WHERE code_hash = $1", [codeHash, keyId]);
  return {
    storeId: row.store_id,
    kioskId: row.kiosk_id,
    timeZone: row.time_zone ?? undefined,
    name: row.name,
    replaces: row.replaces ?? undefined,
  };
}

interface NewKey {
  readonly keyId: string;
  readonly deviceId: string;
  readonly publicKey: PublicKey;
  readonly state: KeyedDevice["state"];
  readonly atMs: number;
}

async function addKey(tx: Tx, key: NewKey): Promise<void> {
  await tx.run(
    `INSERT INTO device_key (key_id, device_id, public_key, state, made_ms, ends_ms)
     VALUES ($1, $2, $3, $4, $5, NULL)`,
    [key.keyId, key.deviceId, JSON.stringify(key.publicKey), key.state, key.atMs],
  );
}

/** Gives a kiosk its next key and lets the one it had go on until `endsMs`. */
export async function followKey(tx: Tx, key: FollowingKey): Promise<FollowOutcome> {
  await lockRecord(tx, key.deviceId);
  const before = await findReceipt(tx, key, isAnswer);
  if (before?.type === "nonce-reused") return before;
  const known = await findKey(tx, key.keyId);
  if (known !== undefined) {
    const isItsOwn = known.device.deviceId === key.deviceId && known.state === "active";
    if (!isItsOwn) return { type: "conflict" };
    if (before === undefined) await saveAnswer(tx, key);
    return { type: "followed", device: known, atMs: before?.receipt.receiptMs ?? key.atMs };
  }
  const active = await tx.all(
    "SELECT key_id FROM device_key WHERE device_id = $1 AND state = 'active'",
    [key.deviceId],
  );
  // Shut out since its request was let through, perhaps by another replica.
  if (active.length === 0) return { type: "conflict" };
  await tx.run(
    `UPDATE device_key SET ends_ms = $2
     WHERE device_id = $1 AND state = 'active' AND (ends_ms IS NULL OR ends_ms > $2)`,
    [key.deviceId, key.endsMs],
  );
  await addKey(tx, { ...key, state: "active" });
  await saveAnswer(tx, key);
  return { type: "followed", device: (await findKey(tx, key.keyId))!, atMs: key.atMs };
}

/** Says whether a kiosk may go; the same request again is told the same. */
export async function askToLeave(tx: Tx, wish: LeavingWish): Promise<LeavingOutcome> {
  const before = await findReceipt(tx, wish, isAnswer);
  if (before?.type === "nonce-reused") return before;
  if (before !== undefined) return { type: "answered", missing: before.receipt.missing ?? 0 };
  const missing = await notReceived(tx, wish.owed);
  await saveAnswer(tx, wish, missing);
  return { type: "answered", missing };
}

async function saveAnswer(tx: Tx, wish: NoncedWish, missing?: number): Promise<void> {
  const answer: Answer = { receiptMs: wish.atMs, ...(missing === undefined ? {} : { missing }) };
  await saveReceipt(tx, wish, answer, wish.atMs + NONCE_KEPT_MS);
}

/** Ours: longer than the window within which the same signature may come again. */
const NONCE_KEPT_MS = 900_000;

interface Answer {
  readonly receiptMs: number;
  readonly missing?: number;
}

function isAnswer(value: unknown): value is Answer {
  return typeof value === "object" && value !== null && "receiptMs" in value;
}

/** Takes every key of a kiosk away; gives those it had. */
export async function revokeDevice(tx: Tx, deviceId: string): Promise<readonly string[]> {
  await lockRecord(tx, deviceId);
  const rows = await tx.all<{ key_id: string }>(
    "SELECT key_id FROM device_key WHERE device_id = $1 AND state <> 'revoked'",
    [deviceId],
  );
  await tx.run("UPDATE device_key SET state = 'revoked' WHERE device_id = $1", [deviceId]);
  return rows.map((row) => row.key_id);
}

/** As `replace` or `revokeDevice` did, in a database that has not heard of it. */
export async function shutOut(
  tx: Tx,
  { deviceId, replacedBy, atMs }: Parameters<DeviceStore["shutOut"]>[0],
): Promise<void> {
  const rows = await tx.all<{ replaced_by: string | null }>(
    "SELECT replaced_by FROM device_record WHERE device_id = $1 {{FOR UPDATE}}",
    [deviceId],
  );
  // What a replaced kiosk owes is noted once: it may have been written off since.
  if (replacedBy !== undefined && rows[0]?.replaced_by === null) {
    await replace(tx, deviceId, replacedBy, atMs);
  } else {
    await revokeDevice(tx, deviceId);
  }
}

/** Lets a waiting kiosk in; gives nothing when none of that id waits. */
export async function approveDevice(tx: Tx, deviceId: string, atMs: number): Promise<PairOutcome> {
  await lockRecord(tx, deviceId);
  const approved = await tx.run(
    "UPDATE device_key SET state = 'active' WHERE device_id = $1 AND state = 'waiting'",
    [deviceId],
  );
  const rows = await tx.all<KeyedRow>(`${KEYED} WHERE k.device_id = $1`, [deviceId]);
  if (approved === 0 || rows[0] === undefined) return { type: "refused" };
  const device = keyedDevice(rows[0]);
  const { replaces } = device;
  const revoked = replaces === undefined ? [] : await replace(tx, replaces, deviceId, atMs);
  return { type: "paired", device, revoked };
}

async function findKey(tx: Tx, keyId: string): Promise<KeyedDevice | undefined> {
  const rows = await tx.all<KeyedRow>(`${KEYED} WHERE k.key_id = $1`, [keyId]);
  return rows[0] === undefined ? undefined : keyedDevice(rows[0]);
}

function keyedDevice(row: KeyedRow): KeyedDevice {
  return {
    keyId: row.key_id,
    publicKey: publicKeyIn(row.public_key),
    state: row.state,
    endsMs: row.ends_ms ?? undefined,
    device: {
      deviceId: row.device_id,
      storeId: row.store_id,
      kioskId: row.kiosk_id,
      timeZone: row.time_zone,
    },
    name: row.name,
    pairedMs: row.paired_ms,
    replaces: row.replaces ?? undefined,
    replacedBy: row.replaced_by ?? undefined,
  };
}

function publicKeyIn(text: string): PublicKey | undefined {
  try {
    return storedJson("device_key.public_key", text, isPublicKey);
  } catch (error) {
    if (error instanceof DamagedRowError) return undefined;
    throw error;
  }
}

function isPublicKey(value: unknown): value is PublicKey {
  return PublicKey.safeParse(value).success;
}

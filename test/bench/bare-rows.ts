import type { Params } from "../../src/proxy/store/sql.ts";
import { sealId } from "../../src/proxy/store/vault-rows.ts";
import { createVault } from "../../src/proxy/vault/vault.ts";
import { KEYS } from "../support/keys.ts";
import { aDevice, NOW } from "../support/store-builders.ts";
import { ATTRIBUTES, capturedMs, CLIENTS, nonceOf, sketchesOf } from "./store-load.ts";

/** The rows that taking in one request writes, made beforehand: the limit hashes, seals and judges nothing. */
export interface BareRows {
  readonly journal: readonly Params[];
  readonly attribute: readonly Params[];
  readonly visitor: readonly Params[];
  readonly nonce: readonly Params[];
}

/** One database written by hand: the same rows with the same durability, and nothing read or answered. */
export interface BareDatabase {
  /** One transaction for each group of requests, one group after the other on each connection; milliseconds. */
  readonly commit: (groups: readonly (readonly BareRows[])[]) => Promise<number>;
  readonly close: () => Promise<void>;
}

/** Columns by name: further ones that have defaults do not change what the limit is. */
export const BARE_SQL = {
  journal: `INSERT INTO journal
      (epoch, seq, copy, id, device_id, visitor, occasion, ground, config_version, effective_ms,
       received_ms, verdict, version, capture_minute)
    VALUES ($1, $2, 0, $3, $4, $5, 'scan', $6, '1', $7, $7, 'accepted', 1, $8)`,
  attribute: `INSERT INTO attribute (visitor, name, value, effective_ms, epoch, seq, version, sent_values)
    VALUES ($1, $2, $3, $4, $5, $6, 1, '[]')
    ON CONFLICT (visitor, name) DO UPDATE SET value = excluded.value,
      effective_ms = excluded.effective_ms, epoch = excluded.epoch, seq = excluded.seq
    WHERE (excluded.effective_ms, excluded.epoch, excluded.seq)
        > (attribute.effective_ms, attribute.epoch, attribute.seq)`,
  visitor: `INSERT INTO visitor
      (visitor, kind, sealed_id, version, acked_version, state, due_ms, not_before_ms, first_dirty_ms,
       lease_until_ms, fence, claimed_version, charge_bucket, attempts, last_scan_ms, open_scans, open_updates)
    VALUES ($1, 'member', $2, 1, 0, 'waiting', $3, 0, $3, 0, 0, 0, 0, 0, $3, $4, $5)
    ON CONFLICT (visitor) DO UPDATE SET version = visitor.version + 1,
      open_scans = excluded.open_scans, open_updates = excluded.open_updates`,
  nonce:
    "INSERT INTO nonce (device_id, nonce, digest, receipt, expires_ms) VALUES ($1, $2, $3, $4, $5)",
} as const satisfies Record<keyof BareRows, string>;

export const BARE_TABLES = ["visitor", "attribute", "journal", "nonce"] as const;

const VAULT = createVault(KEYS);
const GROUND = JSON.stringify({ type: "terms", version: "2026-01" });
const OPEN_SCANS = JSON.stringify([[Math.floor(NOW / 86_400_000), 1, 1]]);
const OPEN_UPDATES = JSON.stringify([[Math.floor(NOW / 3_600_000), "S-1", "", 1, 1]]);

export function bareRowsOf(round: number, request: number): BareRows {
  const { deviceId } = aDevice(request % CLIENTS);
  const scans = sketchesOf(round, request).map((sketch) => {
    const visitor = { kind: "member", value: sketch.card } as const;
    const key = VAULT.hashOf(visitor);
    return { ...sketch, key, sealed: sealId(VAULT, key, visitor) };
  });
  const verdicts = scans.map(({ id }) => ({ id, verdict: "accepted" }));
  const receipt = JSON.stringify({ verdicts });
  return {
    journal: scans.map(({ epoch, seq, id, key }) => {
      const minute = String(Math.floor(capturedMs(round, seq) / 60_000)).padStart(10, "0");
      const counted = deviceId.slice(-16) + minute;
      return [epoch, seq, id, deviceId, key, GROUND, NOW + round, counted];
    }),
    attribute: scans.flatMap(({ key, seq, epoch }) =>
      ATTRIBUTES.map((name) => [key, name, `${name}-${seq}`, NOW + round, epoch, seq]),
    ),
    visitor: scans.map(({ key, sealed }) => [key, sealed, NOW, OPEN_SCANS, OPEN_UPDATES]),
    nonce: [[deviceId, nonceOf(round, request), "d".repeat(64), receipt, NOW]],
  };
}

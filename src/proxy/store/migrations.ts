import type { Tx } from "./sql.ts";

/**
 * The schema, step by step. A step that was released is never edited again; index + 1 is the
 * version it leads to.
 */
export const MIGRATIONS: readonly (readonly string[])[] = [
  [
    // A kiosk as we know it. `drained_ms` is the last contact at which it owed nothing, or its first:
    // whatever it still sends was captured after that. `clocks` holds the segments its heartbeats
    // came from, as JSON `[segment, offset of its monotonic clock]`, newest last.
    `CREATE TABLE device (
      device_id TEXT PRIMARY KEY,
      store_id TEXT NOT NULL,
      kiosk_id TEXT NOT NULL,
      time_zone TEXT NOT NULL,
      app_version TEXT,
      storage_persisted INTEGER,
      first_seen_ms BIGINT NOT NULL,
      last_seen_ms BIGINT NOT NULL,
      drained_ms BIGINT NOT NULL,
      clocks TEXT NOT NULL,
      owed BIGINT NOT NULL,
      accepted BIGINT NOT NULL,
      duplicate BIGINT NOT NULL,
      superseded BIGINT NOT NULL,
      rejected BIGINT NOT NULL,
      retry BIGINT NOT NULL
    )`,
    // How a clock segment is dated, fixed at the first entry of it (CL1).
    `CREATE TABLE segment (
      device_id TEXT NOT NULL,
      segment TEXT NOT NULL,
      dating TEXT NOT NULL,
      contact_ms BIGINT NOT NULL,
      PRIMARY KEY (device_id, segment)
    )`,
    // What came of every epoch, for ever, and what its kiosk last said of it; intervals as JSON.
    `CREATE TABLE epoch_received (
      epoch TEXT PRIMARY KEY,
      device_id TEXT NOT NULL,
      received TEXT NOT NULL,
      first_seq BIGINT NOT NULL,
      last_seq BIGINT NOT NULL,
      owed TEXT NOT NULL,
      void TEXT NOT NULL,
      aside TEXT NOT NULL,
      lost TEXT NOT NULL,
      wiped INTEGER NOT NULL
    )`,
    // Every update ever taken in. `copy` is 0, and more where a kiosk used a number twice.
    `CREATE TABLE journal (
      epoch TEXT NOT NULL,
      seq BIGINT NOT NULL,
      copy INTEGER NOT NULL,
      id TEXT NOT NULL,
      device_id TEXT NOT NULL,
      visitor TEXT NOT NULL,
      occasion TEXT NOT NULL,
      ground TEXT NOT NULL,
      config_version TEXT NOT NULL,
      effective_ms BIGINT NOT NULL,
      received_ms BIGINT NOT NULL,
      verdict TEXT NOT NULL,
      version BIGINT NOT NULL,
      PRIMARY KEY (epoch, seq, copy)
    )`,
    // The merged truth. `sent_values` is JSON, newest first; `claimed_value` what the running or
    // last claim carries.
    `CREATE TABLE attribute (
      visitor TEXT NOT NULL,
      name TEXT NOT NULL,
      value TEXT NOT NULL,
      effective_ms BIGINT NOT NULL,
      epoch TEXT NOT NULL,
      seq BIGINT NOT NULL,
      version BIGINT NOT NULL,
      sent_values TEXT NOT NULL,
      claimed_value TEXT,
      PRIMARY KEY (visitor, name)
    )`,
    // The queue is the state of a visitor: `waiting`, `idle`, or `dead` until something newer comes.
    // Leases are in ledger time, which no clock step can shorten.
    `CREATE TABLE visitor (
      visitor TEXT PRIMARY KEY,
      kind TEXT NOT NULL,
      value TEXT NOT NULL,
      version BIGINT NOT NULL,
      acked_version BIGINT NOT NULL,
      state TEXT NOT NULL,
      due_ms BIGINT NOT NULL,
      not_before_ms BIGINT NOT NULL,
      first_dirty_ms BIGINT NOT NULL,
      lease_until_ms BIGINT NOT NULL,
      fence BIGINT NOT NULL,
      claimed_version BIGINT NOT NULL,
      charge_bucket BIGINT NOT NULL,
      attempts INTEGER NOT NULL,
      reason TEXT,
      dead_ms BIGINT
    )`,
    `CREATE INDEX visitor_due ON visitor (due_ms, first_dirty_ms) WHERE state = 'waiting'`,
    `CREATE INDEX visitor_dead ON visitor (dead_ms) WHERE state = 'dead'`,
    `CREATE TABLE nonce (
      device_id TEXT NOT NULL,
      nonce TEXT NOT NULL,
      digest TEXT NOT NULL,
      receipt TEXT NOT NULL,
      expires_ms BIGINT NOT NULL,
      PRIMARY KEY (device_id, nonce)
    )`,
    `CREATE INDEX nonce_expires ON nonce (expires_ms)`,
    // Calls charged, by the minute of ledger time in which the last of them could have arrived.
    `CREATE TABLE allowance_bucket (bucket BIGINT PRIMARY KEY, calls BIGINT NOT NULL)`,
    `CREATE TABLE allowance_clock (id INTEGER PRIMARY KEY, ledger_ms BIGINT)`,
    `INSERT INTO allowance_clock (id, ledger_ms) VALUES (1, NULL)`,
    `CREATE TABLE incident (
      id TEXT PRIMARY KEY,
      type TEXT NOT NULL,
      device_id TEXT NOT NULL,
      store_id TEXT NOT NULL,
      kiosk_id TEXT NOT NULL,
      epoch TEXT NOT NULL,
      detail TEXT NOT NULL,
      first_at_ms BIGINT NOT NULL,
      last_at_ms BIGINT NOT NULL,
      open INTEGER NOT NULL
    )`,
    `CREATE INDEX incident_last ON incident (last_at_ms)`,
  ],
  [
    // Who did what on the admin listener. Rows are only ever added.
    `CREATE TABLE audit (
      number BIGINT PRIMARY KEY,
      at_ms BIGINT NOT NULL,
      who TEXT NOT NULL,
      role TEXT NOT NULL,
      what TEXT NOT NULL,
      outcome TEXT NOT NULL
    )`,
    // How much there is of one kiosk, for the limits.
    `CREATE INDEX epoch_received_device ON epoch_received (device_id)`,
    `CREATE INDEX nonce_device ON nonce (device_id, expires_ms)`,
    `CREATE INDEX segment_device ON segment (device_id, contact_ms)`,
  ],
  [
    // `visitor` is everywhere a keyed hash from here on, and the id lies only here, sealed; empty
    // once it was dropped. `last_scan_ms` is the newest effective time of a scan.
    `ALTER TABLE visitor RENAME COLUMN value TO sealed_id`,
    `ALTER TABLE visitor ADD COLUMN last_scan_ms BIGINT NOT NULL DEFAULT 0`,
    // By which the keys this store was written with are known again.
    `CREATE TABLE vault_proof (kid TEXT PRIMARY KEY, proof TEXT NOT NULL)`,
    // Who withdrew or was erased, by hash, for ever: what refuses a scan that arrives years late.
    `CREATE TABLE suppression (visitor TEXT PRIMARY KEY, act TEXT NOT NULL, at_ms BIGINT NOT NULL)`,
    // What SQL alone cannot do: done by the program in the same transaction, or right after.
    `CREATE TABLE owed_work (name TEXT PRIMARY KEY)`,
    `INSERT INTO owed_work (name) VALUES ('seal-visitors')`,
  ],
  [
    // What the kiosk still keeps of what was receipted (OB7); intervals as JSON.
    `ALTER TABLE epoch_received ADD COLUMN kept TEXT NOT NULL DEFAULT '[]'`,
    // 1 after a restore, until the calls that nobody knows of have been charged (QT1).
    `ALTER TABLE allowance_clock ADD COLUMN restored INTEGER NOT NULL DEFAULT 0`,
  ],
  [
    // Who a paired kiosk is. Never deleted: what it once sent names it.
    `CREATE TABLE device_record (
      device_id TEXT PRIMARY KEY,
      store_id TEXT NOT NULL,
      kiosk_id TEXT NOT NULL,
      time_zone TEXT NOT NULL,
      name TEXT NOT NULL,
      paired_ms BIGINT NOT NULL,
      replaces TEXT,
      replaced_by TEXT
    )`,
    // Public keys by their thumbprint. `state` is `waiting`, `active` or `revoked`; a key that was
    // followed by another one ends at `ends_ms`.
    `CREATE TABLE device_key (
      key_id TEXT PRIMARY KEY,
      device_id TEXT NOT NULL,
      public_key TEXT NOT NULL,
      state TEXT NOT NULL,
      made_ms BIGINT NOT NULL,
      ends_ms BIGINT
    )`,
    `CREATE INDEX device_key_device ON device_key (device_id)`,
    // One-time codes, known only by a slow hash. `used_by` is the key that a code paired.
    `CREATE TABLE pairing (
      code_hash TEXT PRIMARY KEY,
      store_id TEXT NOT NULL,
      kiosk_id TEXT NOT NULL,
      time_zone TEXT,
      name TEXT NOT NULL,
      replaces TEXT,
      ends_ms BIGINT NOT NULL,
      used_by TEXT
    )`,
  ],
  [
    // In which minute of capture of which sender an update counts; see `card-excess.ts`.
    `ALTER TABLE journal ADD COLUMN capture_minute TEXT`,
    `CREATE INDEX journal_capture_minute ON journal (capture_minute)`,
    // Updates kept for an operator, beside their row in the journal; visitor and values sealed.
    `CREATE TABLE held_update (
      epoch TEXT NOT NULL,
      seq BIGINT NOT NULL,
      copy INTEGER NOT NULL,
      device_id TEXT NOT NULL,
      visitor TEXT NOT NULL,
      capture_minute TEXT NOT NULL,
      effective_ms BIGINT NOT NULL,
      sealed TEXT NOT NULL,
      PRIMARY KEY (epoch, seq, copy)
    )`,
    `CREATE INDEX held_update_device ON held_update (device_id, effective_ms)`,
    `CREATE INDEX held_update_visitor ON held_update (visitor)`,
    // Numbers whose loss somebody accepted; intervals as JSON.
    `ALTER TABLE epoch_received ADD COLUMN written_off TEXT NOT NULL DEFAULT '[]'`,
    // What a kiosk had still to bring when its place was taken: numbers up to `last_seq`.
    `CREATE TABLE replaced_epoch (
      device_id TEXT NOT NULL,
      epoch TEXT NOT NULL,
      last_seq BIGINT NOT NULL,
      PRIMARY KEY (device_id, epoch)
    )`,
    `CREATE INDEX replaced_epoch_epoch ON replaced_epoch (epoch)`,
  ],
  [
    // Every configuration that was ever published, by version and SHA-256 of its JSON.
    `CREATE TABLE published_config (
      version TEXT NOT NULL,
      digest TEXT NOT NULL,
      content TEXT NOT NULL,
      first_ms BIGINT NOT NULL,
      PRIMARY KEY (version, digest)
    )`,
  ],
  [
    // Since when a kiosk knows of the newest sealing key, and which keys it last said to need; JSON.
    `CREATE TABLE sealing_word (
      device_id TEXT PRIMARY KEY,
      told_kid TEXT NOT NULL,
      told_ms BIGINT NOT NULL,
      sealed_to TEXT,
      said_ms BIGINT
    )`,
  ],
  [
    // What became of the scans: how many of a day (since 1970, UTC) are `applied`, `waiting`,
    // `unknown` or `refused`; and of each visitor those that are not applied yet, as JSON
    // `[day, scans, newest version]`. Counted from this version on.
    `CREATE TABLE scan_count (
      day BIGINT NOT NULL,
      fate TEXT NOT NULL,
      scans BIGINT NOT NULL,
      PRIMARY KEY (day, fate)
    )`,
    `ALTER TABLE visitor ADD COLUMN open_scans TEXT NOT NULL DEFAULT '[]'`,
    // Two more states of a visitor: `absent`, not in Target and looked for, and `unknown`, at rest
    // after that was in vain.
    `CREATE INDEX visitor_away ON visitor (state) WHERE state IN ('absent', 'unknown')`,
    // What is known of a profile beyond what Target acknowledged. `look` is `check`, `search` or
    // nothing; `book` is JSON, see `read-back-rows.ts`.
    `CREATE TABLE read_back (
      visitor TEXT PRIMARY KEY,
      confirmed_ms BIGINT NOT NULL,
      look TEXT,
      due_ms BIGINT NOT NULL,
      fence BIGINT NOT NULL,
      tries INTEGER NOT NULL,
      version BIGINT NOT NULL,
      missed_ms BIGINT NOT NULL,
      book TEXT NOT NULL
    )`,
    `CREATE INDEX read_back_due ON read_back (look, due_ms) WHERE look IS NOT NULL`,
    // Members Target does not have, page by page.
    `CREATE INDEX visitor_absent ON visitor (visitor)
     WHERE state = 'absent' AND kind = 'member'`,
  ],
  [
    // What bulk files on their way said of members who owed something: up to which version, and in
    // which file.
    `CREATE TABLE filed (
      visitor TEXT PRIMARY KEY,
      version BIGINT NOT NULL,
      file TEXT NOT NULL
    )`,
    `CREATE INDEX filed_file ON filed (file, visitor)`,
  ],
  [
    // The pace of the allowance, in microseconds of ledger time: the next slot, and from one to the
    // next, as it was reckoned in that minute.
    `ALTER TABLE allowance_clock ADD COLUMN slot_us BIGINT NOT NULL DEFAULT 0`,
    `ALTER TABLE allowance_clock ADD COLUMN interval_us BIGINT NOT NULL DEFAULT 0`,
    `ALTER TABLE allowance_clock ADD COLUMN paced_minute BIGINT NOT NULL DEFAULT -1`,
    // Who is fresh, among the millions that may wait.
    `CREATE INDEX visitor_fresh ON visitor (last_scan_ms) WHERE state = 'waiting'`,
    // How many visitors came to owe Target something, by the minute of receipt; of the last hours.
    `CREATE TABLE arrival (minute BIGINT PRIMARY KEY, visitors BIGINT NOT NULL)`,
  ],
  [
    // What operations see. How far a kiosk's wall clock was ahead as it last spoke.
    `ALTER TABLE device ADD COLUMN clock_offset_ms BIGINT`,
    // The attribute an answer wrote; nothing for a scan, whose configuration says what it writes.
    `ALTER TABLE journal ADD COLUMN question TEXT`,
    // A visitor's journey, and what an erasure deletes.
    `CREATE INDEX journal_visitor ON journal (visitor)`,
    // Of each visitor the updates that are not applied yet, as JSON `[hour, store, question, updates,
    // newest version]` (hours since 1970; a scan's question is empty), and the last calls that Target
    // acknowledged, newest first, as JSON `[version, sent, acknowledged, applied]` (0 where not yet).
    `ALTER TABLE visitor ADD COLUMN open_updates TEXT NOT NULL DEFAULT '[]'`,
    `ALTER TABLE visitor ADD COLUMN calls TEXT NOT NULL DEFAULT '[]'`,
    // The counts that go by them, moved in the transaction that decides a fate. Counted from this
    // version on.
    `CREATE TABLE update_count (
      day BIGINT NOT NULL,
      store_id TEXT NOT NULL,
      question TEXT NOT NULL,
      fate TEXT NOT NULL,
      updates BIGINT NOT NULL,
      PRIMARY KEY (day, store_id, question, fate)
    )`,
    `CREATE TABLE hour_count (
      hour BIGINT NOT NULL,
      store_id TEXT NOT NULL,
      fate TEXT NOT NULL,
      scans BIGINT NOT NULL,
      PRIMARY KEY (hour, store_id, fate)
    )`,
  ],
  [
    // What all replicas know together of Target as a whole, in one row. `open_until_ms`,
    // `probe_until_ms` and the witnesses' times are ledger time; a witness is a mark too short to tell
    // whose it is; see `refusal-guard.ts`. `paused_ms` and what follows are an operator's word.
    `CREATE TABLE forwarding (
      id INTEGER PRIMARY KEY,
      failures BIGINT NOT NULL,
      open_until_ms BIGINT,
      probe BIGINT NOT NULL,
      probe_until_ms BIGINT,
      refused_in_a_row BIGINT NOT NULL,
      witness TEXT,
      witness_ms BIGINT,
      earlier_witness TEXT,
      earlier_witness_ms BIGINT,
      paused_ms BIGINT,
      paused_by TEXT,
      pause_reason TEXT
    )`,
    `INSERT INTO forwarding (id, failures, probe, refused_in_a_row) VALUES (1, 0, 0, 0)`,
    // Why a visitor is dead, by class; meant only while it is. `look_first` is 1 for one that was, until
    // something of it was acknowledged.
    `ALTER TABLE visitor ADD COLUMN dead_class TEXT`,
    `ALTER TABLE visitor ADD COLUMN look_first INTEGER NOT NULL DEFAULT 0`,
    `UPDATE visitor SET dead_class = CASE
       WHEN reason LIKE 'visitor id: %' THEN 'visitor-id'
       WHEN reason LIKE 'attribute %: not an attribute''s name%' THEN 'attribute-name'
       WHEN reason LIKE 'attribute %: half a surrogate pair%' THEN 'malformed-value'
       WHEN reason LIKE 'attribute %: longer than %' THEN 'value-too-long'
       WHEN reason LIKE 'attribute %: too large for any call%' THEN 'call-too-large'
       WHEN reason LIKE 'attribute %: no room for it%' THEN 'profile-full'
       WHEN reason LIKE 'Target acknowledged it twice%' THEN 'not-shown'
       WHEN reason = 'the id was dropped at retention' THEN 'id-dropped'
       WHEN reason LIKE 'the id is sealed to the missing key %' THEN 'key-missing'
       WHEN reason = 'the sealed id is damaged' OR reason LIKE '% does not hold what it should'
         THEN 'damaged'
       WHEN reason LIKE 'status 4%' THEN 'refused'
       ELSE 'other' END
     WHERE state = 'dead'`,
    `CREATE INDEX visitor_dead_page ON visitor (dead_ms, visitor, dead_class)
     WHERE state = 'dead'`,
    // Updates that came too late to change anything, among the superseded ones.
    `ALTER TABLE device ADD COLUMN too_old BIGINT NOT NULL DEFAULT 0`,
    // Up to which number the journal of an outbox was deleted, and the latest effective time there.
    `ALTER TABLE epoch_received ADD COLUMN trimmed_seq BIGINT NOT NULL DEFAULT 0`,
    `ALTER TABLE epoch_received ADD COLUMN trimmed_ms BIGINT NOT NULL DEFAULT 0`,
  ],
  [
    // How a kiosk fares by its last heartbeat, and what it refused: JSON, see `health-rows.ts`.
    `ALTER TABLE device ADD COLUMN health TEXT`,
  ],
  [
    // Who asked for help at which kiosk. `state` is `open`, or how it ended: `answered`, `here` (staff at
    // the kiosk itself), `left`, `replaced` by another call, `unanswered`. Nothing of anybody's visit.
    `CREATE TABLE help_call (
      call_id TEXT PRIMARY KEY,
      device_id TEXT NOT NULL,
      store_id TEXT NOT NULL,
      kiosk_id TEXT NOT NULL,
      reason TEXT NOT NULL,
      state TEXT NOT NULL,
      called_ms BIGINT NOT NULL,
      ended_ms BIGINT
    )`,
    `CREATE INDEX help_call_called ON help_call (called_ms)`,
    `CREATE INDEX help_call_device ON help_call (device_id, called_ms)`,
  ],
];

/** The file was written by a newer version of this program. */
export class NewerSchemaError extends Error {
  override readonly name = "NewerSchemaError";
}

/**
 * Brings the schema to the newest version; one transaction, so that a crash leaves the old one.
 * Throws `NewerSchemaError` rather than touch what it does not know.
 *
 * From version 10 on steps only add: a replica of the version before may be at work on the database
 * while a newer one migrates it, and after. What is needed no more goes in a later version, when
 * nobody knows it any more.
 *
 * @param say told of every step that a database which is in use is brought on by: it may take minutes
 */
export async function migrate(
  tx: Tx,
  steps = MIGRATIONS,
  say: (sentence: string) => void = () => {},
): Promise<void> {
  await tx.run("CREATE TABLE IF NOT EXISTS schema_version (version INTEGER NOT NULL)", []);
  const rows = await tx.all<{ version: number }>("SELECT version FROM schema_version", []);
  const found = rows[0]?.version ?? 0;
  if (found > steps.length) {
    throw new NewerSchemaError(
      `schema ${found}, and this version of the program knows ${steps.length}`,
    );
  }
  if (found === steps.length) return;
  for (const [index, step] of steps.entries()) {
    if (index < found) continue;
    if (found > 0) say(`The database is brought to schema ${index + 1} of ${steps.length}.`);
    for (const statement of step) await tx.run(statement, []);
  }
  await tx.run("DELETE FROM schema_version", []);
  await tx.run("INSERT INTO schema_version (version) VALUES ($1)", [steps.length]);
}

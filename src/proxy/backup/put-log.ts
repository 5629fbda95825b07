import { existsSync, renameSync } from "node:fs";
import { readPrivacyLog, writePrivacyLog, type PrivacyRecord } from "../privacy/privacy-log.ts";
import { notePrivacyLog } from "../store/privacy-log-rows.ts";
import type { Tx } from "../store/sql.ts";
import type { Vault } from "../vault/vault.ts";
import { stamp } from "./take-backup.ts";

/** The privacy log as a restore leaves it. */
export interface PutLog {
  readonly records: readonly PrivacyRecord[];
  /**
   * Of the one that was there: `current` when it had all that the backup's has, `older` when it had
   * not, `missing` when there was none, or another installation's.
   */
  readonly state: "current" | "older" | "missing";
  /** What is there cannot be read with these keys, and is kept aside. */
  readonly isReplacing: boolean;
}

/**
 * What is there, and behind it what only the backup's has. Throws a `StartupError` when one of them is
 * damaged.
 *
 * @param isForeign the keys that are there are another installation's, and so is the log
 */
export function planLog(
  archived: string | undefined,
  present: string,
  vault: Vault,
  isForeign: boolean,
): PutLog {
  const ofBackup = archived === undefined ? [] : readPrivacyLog(archived, vault);
  if (!existsSync(present) || isForeign) {
    return { records: ofBackup, state: "missing", isReplacing: existsSync(present) };
  }
  const there = readPrivacyLog(present, vault);
  const known = new Set(there.map(nameOf));
  const further = ofBackup.filter((record) => !known.has(nameOf(record)));
  return {
    records: [...there, ...further],
    state: further.length === 0 ? "current" : "older",
    isReplacing: false,
  };
}

/** What is not known any more is told in the database that is put back. */
export async function noteLog(
  tx: Tx,
  { state }: PutLog,
  madeAtMs: number,
  nowMs: number,
): Promise<void> {
  if (state === "current") return;
  const since = new Date(madeAtMs).toISOString();
  const what = state === "missing" ? "was missing" : "was older than the backup";
  await notePrivacyLog(
    tx,
    `the privacy log ${what} when the backup of ${since} was put back: who withdrew, was erased or shut out since is not known here; do it again`,
    nowMs,
  );
}

/** Whole and on disk, or as it was. */
export async function putLog(
  { records, state, isReplacing }: PutLog,
  file: string,
  vault: Vault,
  nowMs: number,
): Promise<void> {
  if (isReplacing) renameSync(file, `${file}.before-${stamp(nowMs)}`);
  if (state !== "current") await writePrivacyLog(file, records, vault);
}

/** The same act is the same record, wherever it stands. */
function nameOf(record: PrivacyRecord): string {
  return record.act === "shut-out"
    ? `${record.act} ${record.deviceId}`
    : `${record.act} ${record.visitorKey} ${record.atMs}`;
}

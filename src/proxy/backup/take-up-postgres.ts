import { readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { CREATION_FOLDER } from "../data-dir.ts";
import { readKeysFile } from "../keys/keys-file.ts";
import {
  readPrivacyLog,
  type PrivacyRecord,
  type ShutOutRecord,
  type VisitorRecord,
} from "../privacy/privacy-log.ts";
import { StartupError } from "../startup-error.ts";
import { markPostgresRestored, openPostgresStore } from "../store/postgres-store.ts";
import { createVault, type Vault } from "../vault/vault.ts";

export interface TakeUpOptions {
  /** `postgres://…`; never printed. */
  readonly databaseUrl: string;
  /** The one its proxies have. */
  readonly keysFile: string;
  /** The privacy log of every proxy that was on it. */
  readonly privacyLogs: readonly string[];
  /** One of them is gone: who was in it alone is not known any more. */
  readonly isLogLost: boolean;
  /** Where files that create members wait, on the machine whose proxy makes them. */
  readonly dataDir: string;
  /** What an attribute is overwritten with after a withdrawal, by name. */
  readonly cleared: Readonly<Record<string, string>>;
  readonly nowMs: number;
  readonly warn: (sentence: string) => void;
}

export interface TakenUp {
  /** Visitors that the logs say withdrew or were erased, and kiosks that they say were shut out. */
  readonly visitors: number;
  readonly kiosks: number;
  /** `behind` when a log is gone, or the database knows of somebody whom none of them does. */
  readonly privacyLog: "current" | "behind";
}

/**
 * Makes a database fit to go on that `pg_restore` put back, before any proxy starts on it.
 *
 * Its proxies went on charging after the dump was made: so it is marked, and all that is left of the
 * last 24 hours is charged before the first call (rule BK3). And they went on being told who withdraws,
 * each writing that into a log of its own: all of those are applied here, since the first proxy that
 * starts knows only its own, and would send what somebody withdrew at another (rules PV6, PR4). What was
 * taken in since the dump comes again from the kiosks (rule IN5).
 *
 * May be run again; the same again changes nothing. Throws a `StartupError`: a log cannot be read, the
 * keys are other ones, the database cannot be used, or a proxy runs on it.
 */
export async function takeUpPostgres(options: TakeUpOptions): Promise<TakenUp> {
  const { databaseUrl: url, cleared, nowMs } = options;
  const keys = readKeysFile(options.keysFile);
  const vault = createVault(keys);
  const records = options.privacyLogs.flatMap((file) => recordsOf(file, vault));
  const shutOuts = records.filter((record) => record.act === "shut-out");
  const orders = ordersIn(records);

  await markPostgresRestored({ url, keys });
  const store = await openPostgresStore({ url, keys, warn: options.warn });
  try {
    const known = new Set(orders.map(({ visitorKey }) => visitorKey));
    const isBehind = (await store.suppressions()).some(({ visitorKey }) => !known.has(visitorKey));
    for (const record of shutOuts) await store.shutOut(record);
    for (const order of orders) await store.suppress({ ...order, nowMs, cleared });
    if (options.isLogLost || isBehind) await store.notePrivacyLog(LOST, nowMs);
    // Files of a later time: this database knows nothing of who is in them.
    rmSync(path.join(options.dataDir, CREATION_FOLDER), { recursive: true, force: true });
    return {
      visitors: orders.length,
      kiosks: new Set(shutOuts.map(({ deviceId }: ShutOutRecord) => deviceId)).size,
      privacyLog: options.isLogLost || isBehind ? "behind" : "current",
    };
  } finally {
    await store.close();
  }
}

const LOST =
  "a privacy log was missing or older than the dump when the database was put back: who withdrew, was erased or shut out since is not known here; do it again";

function recordsOf(file: string, vault: Vault): readonly PrivacyRecord[] {
  try {
    readFileSync(file);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new StartupError(
      `${file}: cannot be read (${code}); name the PRIVACY_LOG_FILE of every proxy, and give --log-lost where one is gone.`,
      { cause },
    );
  }
  return readPrivacyLog(file, vault);
}

/**
 * One order for each visitor: another proxy's log may have the same without the names of what had
 * reached Target, or the withdrawal that came before an erasure.
 */
function ordersIn(records: readonly PrivacyRecord[]): readonly VisitorRecord[] {
  const orders = new Map<string, VisitorRecord>();
  for (const record of records) {
    if (record.act === "shut-out") continue;
    const other = orders.get(record.visitorKey);
    orders.set(record.visitorKey, other === undefined ? record : bothOf(other, record));
  }
  return [...orders.values()];
}

function bothOf(a: VisitorRecord, b: VisitorRecord): VisitorRecord {
  return {
    act: a.act === "erase" ? "erase" : b.act,
    visitorKey: a.visitorKey,
    atMs: Math.min(a.atMs, b.atMs),
    attributes: [...new Set([...(a.attributes ?? []), ...(b.attributes ?? [])])],
  };
}

import type { PrivacyReceipt } from "../../contract/privacy.ts";
import type { Clock } from "../../domain/clock.ts";
import type { VisitorId } from "../../domain/visitor-id.ts";
import { StartupError } from "../startup-error.ts";
import { isStoreTrouble } from "../store/store-error.ts";
import type { Store, Suppression } from "../store/store.ts";
import type { Vault } from "../vault/vault.ts";
import type { VisitorIds } from "../visitor-ids/visitor-ids.ts";
import { adobePrivacyJob } from "./adobe-privacy-job.ts";
import { MAX_NAMES, type PrivacyLog, type VisitorRecord } from "./privacy-log.ts";

export interface PrivacyDeps {
  readonly store: Pick<
    Store,
    "suppress" | "sentAttributes" | "suppressions" | "notePrivacyLog" | "isAnyPaired"
  >;
  readonly vault: Vault;
  readonly log: PrivacyLog;
  readonly visitorIds: VisitorIds;
  readonly clock: Pick<Clock, "wallMs">;
  /** What an attribute is overwritten with, by name; the empty text where none is given. */
  readonly cleared: Readonly<Record<string, string>>;
  /** The organization the Privacy Service knows the company by, `…@AdobeOrg`. */
  readonly organization: string;
  /** Told when clearing values wait to be sent. */
  readonly onClearing: () => void;
  /** Other proxies write into the same database, and what they are asked for into logs of their own. */
  readonly isShared: boolean;
}

/** Withdrawal and erasure (rule PV6). */
export interface Privacy {
  /**
   * Resolves when it would survive a power cut, and a restore of the database too. Throws
   * `OrderKeptError` when the log has it and the database could not follow.
   */
  readonly apply: (act: Suppression["act"], visitor: VisitorId) => Promise<PrivacyReceipt>;
  /**
   * Applies all of the log to a database that may be older; before anything is forwarded. Throws a
   * `StartupError` when that is not possible: nothing may leave then.
   */
  readonly applyAgain: () => Promise<void>;
  /** Somebody has asked again for all that a lost log had: its incident is over. */
  readonly settleLog: () => Promise<void>;
}

/** Ours: names a request in a report; 64 bits tell any two of them apart. */
const KEY_LENGTH = 11;

export function createPrivacy(deps: PrivacyDeps): Privacy {
  const { store, vault, log, clock, cleared } = deps;

  const jobFor = async (visitor: VisitorId, visitorKey: string) => {
    const mapped = await deps.visitorIds.idFor(visitor);
    if (mapped.type !== "mapped") return { adobePrivacyJobMissing: mapped.type };
    const key = visitorKey.slice(0, KEY_LENGTH);
    return { adobePrivacyJob: adobePrivacyJob(mapped.visitor, deps.organization, key) };
  };

  return {
    apply: async (act, visitor) => {
      const atMs = clock.wallMs();
      const visitorKey = vault.hashOf(visitor);
      const attributes = (await store.sentAttributes(visitorKey)).slice(0, MAX_NAMES);
      // The log first: what the database has and the log has not, a restore would undo.
      await log.append({ act, visitorKey, atMs, attributes });
      const order = { act, visitorKey, visitor, atMs, nowMs: atMs, cleared, attributes };
      const { clearing } = await store.suppress(order).catch(orderKept);
      if (clearing.length > 0) deps.onClearing();
      const job = act === "erase" ? await jobFor(visitor, visitorKey) : {};
      return { v: 1, act, atMs, clearing: [...clearing], ...job };
    },
    settleLog: () => store.notePrivacyLog(undefined, clock.wallMs()),
    applyAgain: async () => {
      const nowMs = clock.wallMs();
      await catchUp(deps, nowMs).catch(cannotStart);
      for (const record of log.records) {
        if (record.act === "shut-out") continue;
        await store.suppress({ ...record, nowMs, cleared }).catch(cannotStart);
      }
    },
  };
}

/**
 * Gives a log that is behind what the database knows, and says so: with the log that was lost, what a
 * database put back had not heard of is lost too. Found out by a log that was not there, and by orders
 * that only the database has, since the log always has them first.
 */
async function catchUp({ store, log, isShared }: PrivacyDeps, nowMs: number): Promise<void> {
  const known = new Set(
    log.records.flatMap((each) => (each.act === "shut-out" ? [] : [nameOf(each)])),
  );
  const further = (await store.suppressions()).filter((each) => !known.has(nameOf(each)));
  for (const record of further) await log.append(record);
  // What another proxy was asked for was never here, and is no sign of a log that was lost.
  if (isShared) return;
  // A folder in which nobody was ever paired is a new one, and so is its log.
  const isLost = log.isNew && (await store.isAnyPaired());
  if (further.length === 0 && !isLost) return;
  const what = log.isNew ? "was not there" : "was older than the database";
  await store.notePrivacyLog(
    `the privacy log ${what} at a start; ${further.length} orders were put back from the database, and others it did not know are lost: do them again`,
    nowMs,
  );
}

function nameOf({ act, visitorKey }: VisitorRecord): string {
  return `${act} ${visitorKey}`;
}

/** The order is in the log, and is carried out at the next start at the latest. */
export class OrderKeptError extends Error {
  override readonly name = "OrderKeptError";
}

function orderKept(cause: unknown): never {
  if (!isStoreTrouble(cause)) throw cause;
  throw new OrderKeptError(
    `${cause.message}; the order is kept: ask again, or it is carried out at the next start`,
    { cause },
  );
}

/** What the log names cannot be applied to the database: then the proxy does not start. */
export function cannotStart(cause: unknown): never {
  if (!isStoreTrouble(cause)) throw cause;
  throw new StartupError(
    `DATA_DIR: what the privacy log names cannot be applied (${cause.message}); restore a backup, or free some space.`,
    { cause },
  );
}

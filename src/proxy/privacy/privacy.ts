import type { PrivacyReceipt } from "../../contract/privacy.ts";
import type { Clock } from "../../domain/clock.ts";
import type { VisitorId } from "../../domain/visitor-id.ts";
import { StartupError } from "../startup-error.ts";
import { isStoreTrouble } from "../store/store-error.ts";
import type { Store, Suppression } from "../store/store.ts";
import type { Vault } from "../vault/vault.ts";
import type { VisitorIds } from "../visitor-ids/visitor-ids.ts";
import { adobePrivacyJob } from "./adobe-privacy-job.ts";
import type { PrivacyLog } from "./privacy-log.ts";

export interface PrivacyDeps {
  readonly store: Pick<Store, "suppress">;
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
}

/** Ours: names a request in a report; 64 bits tell any two of them apart. */
const KEY_LENGTH = 11;

export function createPrivacy(deps: PrivacyDeps): Privacy {
  const { store, vault, log, clock, cleared } = deps;

  const jobFor = async (visitor: VisitorId, visitorKey: string) => {
    const mapped = await deps.visitorIds.idFor(visitor);
    if (mapped.type !== "mapped") return {};
    const key = visitorKey.slice(0, KEY_LENGTH);
    return { adobePrivacyJob: adobePrivacyJob(mapped.visitor, deps.organization, key) };
  };

  return {
    apply: async (act, visitor) => {
      const atMs = clock.wallMs();
      const visitorKey = vault.hashOf(visitor);
      // The log first: what the database has and the log has not, a restore would undo.
      await log.append({ act, visitorKey, atMs });
      const order = { act, visitorKey, visitor, atMs, nowMs: atMs, cleared };
      const { clearing } = await store.suppress(order).catch(orderKept);
      if (clearing.length > 0) deps.onClearing();
      const job = act === "erase" ? await jobFor(visitor, visitorKey) : {};
      return { v: 1, act, atMs, clearing: [...clearing], ...job };
    },
    applyAgain: async () => {
      const nowMs = clock.wallMs();
      for (const record of log.records) {
        if (record.act === "shut-out") continue;
        await store.suppress({ ...record, nowMs, cleared }).catch(cannotStart);
      }
    },
  };
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

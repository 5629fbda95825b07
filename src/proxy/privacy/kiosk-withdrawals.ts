import type { Clock } from "../../domain/clock.ts";
import type { VisitorId } from "../../domain/visitor-id.ts";
import type { Store, Suppression } from "../store/store.ts";
import type { Vault } from "../vault/vault.ts";
import { MAX_NAMES, type PrivacyLog } from "./privacy-log.ts";

export interface KioskWithdrawalsDeps {
  readonly store: Pick<Store, "sentAttributes">;
  readonly vault: Pick<Vault, "hashOf">;
  readonly log: Pick<PrivacyLog, "records" | "append">;
  readonly clock: Clock;
  readonly cleared: Suppression["cleared"];
}

/** What is asked for at kiosks, before the store carries it out (rule PV6). */
export interface KioskWithdrawals {
  /** What an attribute is overwritten with, by name. */
  readonly cleared: Suppression["cleared"];
  /**
   * Puts into the log outside the database whom the store is about to withdraw, so that a restored backup
   * brings nobody back: resolves when that would survive a power cut. A repeat adds nothing.
   *
   * Gives, in the order asked, who may be withdrawn now. The others come faster from that kiosk than
   * people could bring cards, and are to wait on it: they are in no log. Throws `StoreFullError` where the
   * log takes no more; the kiosk then keeps what it owes.
   */
  readonly note: (senderId: string, visitors: readonly VisitorId[]) => Promise<readonly boolean[]>;
}

/**
 * Ours: further cards one kiosk may withdraw at once, and then in a minute. What people asked for during a
 * week's outage goes through in minutes; somebody else's key cannot end a programme overnight unseen.
 */
export const WITHDRAWALS_AT_ONCE = 120;
export const WITHDRAWALS_PER_MINUTE = 60;

export function createKioskWithdrawals(deps: KioskWithdrawalsDeps): KioskWithdrawals {
  const { store, vault, log, clock, cleared } = deps;
  const logged = namesByVisitor(log);
  const spend = createSpending(clock);

  const append = async (visitorKey: string, attributes: readonly string[]): Promise<void> => {
    await log.append({
      act: "withdraw",
      visitorKey,
      atMs: clock.wallMs(),
      attributes: [...attributes],
    });
    logged.set(visitorKey, new Set([...(logged.get(visitorKey) ?? []), ...attributes]));
  };

  return {
    cleared,
    async note(senderId, visitors) {
      const may: boolean[] = [];
      for (const visitor of visitors) {
        const visitorKey = vault.hashOf(visitor);
        const known = logged.get(visitorKey);
        if (known === undefined && !spend(senderId)) {
          may.push(false);
          continue;
        }
        const sent = (await store.sentAttributes(visitorKey)).slice(0, MAX_NAMES);
        // The log first: what the database has and the log has not, a restore would undo.
        if (known === undefined || sent.some((name) => !known.has(name))) {
          await append(visitorKey, sent);
        }
        may.push(true);
      }
      return may;
    },
  };
}

function namesByVisitor({
  records,
}: Pick<PrivacyLog, "records">): Map<string, ReadonlySet<string>> {
  const names = new Map<string, ReadonlySet<string>>();
  for (const record of records) {
    if (record.act === "shut-out") continue;
    const { visitorKey, attributes = [] } = record;
    names.set(visitorKey, new Set([...(names.get(visitorKey) ?? []), ...attributes]));
  }
  return names;
}

const MINUTE_MS = 60_000;

/** Says whether one more may be taken of a kiosk, and counts it. */
function createSpending(clock: Pick<Clock, "monoMs">): (senderId: string) => boolean {
  const spentBySender = new Map<string, { readonly spent: number; readonly atMs: number }>();
  return (senderId) => {
    const nowMs = clock.monoMs();
    const last = spentBySender.get(senderId);
    const regained =
      last === undefined ? 0 : ((nowMs - last.atMs) * WITHDRAWALS_PER_MINUTE) / MINUTE_MS;
    const spent = Math.max(0, (last?.spent ?? 0) - regained);
    if (spent + 1 > WITHDRAWALS_AT_ONCE) return false;
    spentBySender.set(senderId, { spent: spent + 1, atMs: nowMs });
    return true;
  };
}

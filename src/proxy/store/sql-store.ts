import type { Vault } from "../vault/vault.ts";
import { chargedCalls, furthestLedgerMs } from "./allowance.ts";
import { forgetArrivals } from "./arrivals.ts";
import { appendAudit, listAudit } from "./audit-rows.ts";
import { chargeAnother, claim, recordSending, settle } from "./claim-transaction.ts";
import { publishConfig, publishedConfigs } from "./config-rows.ts";
import { absentMembers, recordCreating } from "./creation-transaction.ts";
import { deadLetters, deadLettersByClass, expireDeadLetters, redrive } from "./dead-letter-rows.ts";
import { figures } from "./figures-query.ts";
import {
  forwardingState,
  noteTarget,
  pauseForwarding,
  resumeForwarding,
} from "./forwarding-rows.ts";
import {
  addPairing,
  approveDevice,
  askToLeave,
  followKey,
  isAnyPaired,
  keyedDevices,
  pair,
  revokeDevice,
  shutOut,
  shutOutDevices,
} from "./device-rows.ts";
import { discardHeld, listHeld } from "./held-rows.ts";
import { releaseHeld } from "./held-release.ts";
import { heartbeat } from "./heartbeat-transaction.ts";
import { answerHelp, forgetHelp, hearHelp, openHelpCalls } from "./help-rows.ts";
import { listIncidents } from "./incident-rows.ts";
import { ingest } from "./ingest-transaction.ts";
import { journey } from "./journey-query.ts";
import { trimJournal } from "./journal-trim.ts";
import { claimLooks, settleLook } from "./look-transaction.ts";
import { keepNewestNonces, STORE_LIMITS, type StoreLimits } from "./limits.ts";
import { pruneNonces } from "./nonce-rows.ts";
import { backlog, recordFiled, settleFiled } from "./overflow-transaction.ts";
import { notePrivacyLog, suppressions } from "./privacy-log-rows.ts";
import { receipts } from "./receipt-rows.ts";
import { reseal, storageKids } from "./reseal-rows.ts";
import { sealingHolders } from "./sealing-words.ts";
import { writeOff } from "./replaced-rows.ts";
import { matchRate, pruneCounts, storeScans } from "./scan-slots.ts";
import type { Tx } from "./sql.ts";
import type { Store } from "./store.ts";
import { sentAttributes, suppress } from "./suppression.ts";
import { dropIds } from "./vault-rows.ts";

/** What the store does, without what opening and closing an engine is. */
export type StoreOperations = Omit<Store, "close">;

/** One operation by name with its arguments: plain data, fit for another thread. */
export type StoreCall = {
  [Name in keyof StoreOperations]: {
    readonly name: Name;
    readonly args: Parameters<StoreOperations[Name]>;
  };
}[keyof StoreOperations];

/**
 * What happens inside the transaction an engine has begun for a call. `onForgotten` is told when the
 * transaction forgets somebody: once it is committed, what the engine keeps beside the rows must
 * forget too.
 */
export type StoreScripts = (tx: Tx, call: StoreCall, onForgotten: () => void) => Promise<unknown>;

export interface ScriptOptions {
  /** Turns visitors into the store's keys and seals their ids. */
  readonly vault: Vault;
  /** From `lastReceiptMs`, as the store was opened. */
  readonly lastReceiptMs: number;
  /** Others write into the same database, by clocks of their own. */
  readonly isShared: boolean;
  readonly limits?: StoreLimits | undefined;
}

/** The operations of a port whose engine does `call`. */
export function storeOperations(
  call: <Name extends StoreCall["name"]>(name: Name) => StoreOperations[Name],
): StoreOperations {
  return {
    ingest: call("ingest"),
    heartbeat: call("heartbeat"),
    claim: call("claim"),
    chargeAnother: call("chargeAnother"),
    recordSending: call("recordSending"),
    settle: call("settle"),
    noteTarget: call("noteTarget"),
    pauseForwarding: call("pauseForwarding"),
    resumeForwarding: call("resumeForwarding"),
    forwarding: call("forwarding"),
    claimLooks: call("claimLooks"),
    settleLook: call("settleLook"),
    absentMembers: call("absentMembers"),
    recordCreating: call("recordCreating"),
    backlog: call("backlog"),
    recordFiled: call("recordFiled"),
    settleFiled: call("settleFiled"),
    dropIds: call("dropIds"),
    suppress: call("suppress"),
    sentAttributes: call("sentAttributes"),
    suppressions: call("suppressions"),
    notePrivacyLog: call("notePrivacyLog"),
    ledgerTimeMs: call("ledgerTimeMs"),
    held: call("held"),
    releaseHeld: call("releaseHeld"),
    discardHeld: call("discardHeld"),
    incidents: call("incidents"),
    deadLetters: call("deadLetters"),
    deadLettersByClass: call("deadLettersByClass"),
    redrive: call("redrive"),
    expireDeadLetters: call("expireDeadLetters"),
    trimJournal: call("trimJournal"),
    appendAudit: call("appendAudit"),
    audit: call("audit"),
    keyedDevices: call("keyedDevices"),
    shutOutDevices: call("shutOutDevices"),
    isAnyPaired: call("isAnyPaired"),
    addPairing: call("addPairing"),
    pair: call("pair"),
    followKey: call("followKey"),
    revokeDevice: call("revokeDevice"),
    shutOut: call("shutOut"),
    approveDevice: call("approveDevice"),
    askToLeave: call("askToLeave"),
    sealingHolders: call("sealingHolders"),
    reseal: call("reseal"),
    storageKids: call("storageKids"),
    publishConfig: call("publishConfig"),
    publishedConfigs: call("publishedConfigs"),
    receipts: call("receipts"),
    writeOff: call("writeOff"),
    figures: call("figures"),
    matchRate: call("matchRate"),
    storeScans: call("storeScans"),
    chargedCalls: call("chargedCalls"),
    journey: call("journey"),
    hearHelp: call("hearHelp"),
    openHelpCalls: call("openHelpCalls"),
    answerHelp: call("answerHelp"),
    forgetHelp: call("forgetHelp"),
  };
}

/** Ours: looking for receipts to forget more often than this gains nothing. */
const PRUNE_EVERY_MS = 60_000;

/** Ours: how long a replica may go by its own clock before it hears how far the others are. */
const HEAR_OTHERS_EVERY_MS = 1_000;

/** Ours: counts go by hours and days. */
const PRUNE_COUNTS_EVERY_MS = 3_600_000;

/** Ours: whoever sends much is met by it soon enough. */
const THIN_EVERY_BATCHES = 32;

/**
 * The store's operations over any engine. Remembers only what makes time monotone: a proxy clock
 * that steps back must not date a later scan before an earlier one. Of one kiosk that holds across
 * replicas at once, of two kiosks within the second after which the others' time is looked up.
 */
export function createStoreScripts({
  vault,
  lastReceiptMs: openedMs,
  isShared,
  limits = STORE_LIMITS,
}: ScriptOptions): StoreScripts {
  let batches = 0;
  let furthestMs = openedMs;
  let hearAtMs = 0;
  let pruneAtMs = 0;
  let pruneCountsAtMs = 0;

  const receiptFrom = async (tx: Tx, nowMs: number) => {
    furthestMs = Math.max(furthestMs, nowMs);
    if (isShared && furthestMs >= hearAtMs) {
      hearAtMs = furthestMs + HEAR_OTHERS_EVERY_MS;
      furthestMs = Math.max(furthestMs, await lastReceiptMs(tx));
    }
    return furthestMs;
  };

  const ingestAndPrune = async (tx: Tx, batch: Parameters<Store["ingest"]>[0]) => {
    const receiptMs = await receiptFrom(tx, batch.receiptMs);
    const result = await ingest(tx, vault, batch, receiptMs, limits);
    batches += 1;
    if (batches % THIN_EVERY_BATCHES === 0) {
      await keepNewestNonces(tx, limits, batch.device.deviceId);
    }
    await prune(tx, receiptMs);
    return result;
  };

  const hearAndPrune = async (
    tx: Tx,
    beat: Parameters<Store["heartbeat"]>[0],
    nowMs: number,
    digest = "",
    toldKid?: string,
  ) => {
    const receiptMs = await receiptFrom(tx, nowMs);
    const result = await heartbeat(tx, beat, { receiptMs, digest, toldKid }, limits);
    await prune(tx, receiptMs);
    return result;
  };

  const prune = async (tx: Tx, receiptMs: number) => {
    if (receiptMs >= pruneCountsAtMs) {
      pruneCountsAtMs = receiptMs + PRUNE_COUNTS_EVERY_MS;
      await pruneCounts(tx, receiptMs);
    }
    if (receiptMs < pruneAtMs) return;
    pruneAtMs = (await pruneNonces(tx, receiptMs)) ? receiptMs : receiptMs + PRUNE_EVERY_MS;
    await forgetArrivals(tx, receiptMs);
  };

  return async (tx, call, onForgotten) => {
    switch (call.name) {
      case "ingest":
        if ((call.args[0].withdrawals ?? []).length > 0) onForgotten();
        return ingestAndPrune(tx, ...call.args);
      case "heartbeat":
        return hearAndPrune(tx, ...call.args);
      case "claim":
        return claim(tx, vault, ...call.args);
      case "chargeAnother":
        return chargeAnother(tx, ...call.args);
      case "recordSending":
        return recordSending(tx, ...call.args);
      case "settle":
        return settle(tx, onForgotten, ...call.args);
      case "noteTarget":
        return noteTarget(tx, ...call.args);
      case "pauseForwarding":
        return pauseForwarding(tx, ...call.args);
      case "resumeForwarding":
        return resumeForwarding(tx);
      case "forwarding":
        return forwardingState(tx, ...call.args);
      case "claimLooks":
        return claimLooks(tx, vault, ...call.args);
      case "settleLook":
        return settleLook(tx, ...call.args);
      case "absentMembers":
        return absentMembers(tx, vault, ...call.args);
      case "recordCreating":
        return recordCreating(tx, ...call.args);
      case "backlog":
        return backlog(tx, vault, ...call.args);
      case "recordFiled":
        return recordFiled(tx, ...call.args);
      case "settleFiled":
        return settleFiled(tx, ...call.args);
      case "suppress":
        onForgotten();
        return suppress(tx, vault, ...call.args);
      case "sentAttributes":
        return sentAttributes(tx, ...call.args);
      case "suppressions":
        return suppressions(tx);
      case "notePrivacyLog":
        return notePrivacyLog(tx, ...call.args);
      case "dropIds":
        return dropIds(tx, ...call.args);
      case "ledgerTimeMs":
        return furthestLedgerMs(tx);
      case "held":
        return listHeld(tx, ...call.args);
      case "releaseHeld":
        return releaseHeld(tx, vault, ...call.args);
      case "discardHeld":
        onForgotten();
        return discardHeld(tx, ...call.args);
      case "incidents":
        return listIncidents(tx, ...call.args);
      case "deadLetters":
        return deadLetters(tx, ...call.args);
      case "deadLettersByClass":
        return deadLettersByClass(tx);
      case "redrive":
        return redrive(tx, ...call.args);
      case "expireDeadLetters":
        return expireDeadLetters(tx, ...call.args);
      case "trimJournal":
        return trimJournal(tx, ...call.args);
      case "appendAudit":
        return appendAudit(tx, ...call.args);
      case "audit":
        return listAudit(tx, ...call.args);
      case "keyedDevices":
        return keyedDevices(tx);
      case "shutOutDevices":
        return shutOutDevices(tx);
      case "isAnyPaired":
        return isAnyPaired(tx);
      case "addPairing":
        return addPairing(tx, ...call.args);
      case "pair":
        return pair(tx, ...call.args);
      case "followKey":
        return followKey(tx, ...call.args);
      case "revokeDevice":
        return revokeDevice(tx, ...call.args);
      case "shutOut":
        return shutOut(tx, ...call.args);
      case "approveDevice":
        return approveDevice(tx, ...call.args);
      case "sealingHolders":
        return sealingHolders(tx, ...call.args);
      case "reseal":
        return reseal(tx, vault, ...call.args);
      case "storageKids":
        return storageKids(tx);
      case "publishConfig":
        return publishConfig(tx, ...call.args);
      case "publishedConfigs":
        return publishedConfigs(tx);
      case "receipts":
        return receipts(tx, vault, ...call.args);
      case "askToLeave":
        return askToLeave(tx, ...call.args);
      case "writeOff":
        return writeOff(tx, ...call.args);
      case "figures":
        return figures(tx, ...call.args);
      case "matchRate":
        return matchRate(tx, ...call.args);
      case "storeScans":
        return storeScans(tx, ...call.args);
      case "chargedCalls":
        return chargedCalls(tx, ...call.args);
      case "journey":
        return journey(tx, vault, ...call.args);
      case "hearHelp":
        return hearHelp(tx, ...call.args);
      case "openHelpCalls":
        return openHelpCalls(tx, ...call.args);
      case "answerHelp":
        return answerHelp(tx, ...call.args);
      case "forgetHelp":
        return forgetHelp(tx, ...call.args);
    }
  };
}

/** The latest receipt time the store knows of; 0 in a new one. */
export async function lastReceiptMs(tx: Tx): Promise<number> {
  const rows = await tx.all<{ last: number | null }>(
    "SELECT max(last_seen_ms) AS last FROM device",
    [],
  );
  return rows[0]?.last ?? 0;
}

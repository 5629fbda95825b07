import { Entry, EntryHeader } from "../contract/entry.ts";
import { IngestRequest, type IngestReceipt, type Verdict } from "../contract/ingest.ts";
import type { ProblemCode } from "../contract/problem.ts";
import { Update } from "../contract/update.ts";
import { Withdrawal } from "../contract/withdrawal.ts";
import type { Clock } from "../domain/clock.ts";
import type { ConfigBook } from "./config-book.ts";
import type { Sender } from "./devices/gate.ts";
import { OTHER_NONCE } from "./devices/pairing.ts";
import type { OpenBody } from "./open-body.ts";
import type { KioskWithdrawals } from "./privacy/kiosk-withdrawals.ts";
import { isStoreTrouble } from "./store/store-error.ts";
import { whereOf } from "./issue-words.ts";
import type { IngestBatch, IngestResult, Store } from "./store/store.ts";

export interface IngestDeps {
  readonly store: Pick<Store, "ingest">;
  readonly clock: Clock;
  /** Turns a sealed body into JSON text. */
  readonly openBody: OpenBody;
  /** Whether an update's configuration could have made it. */
  readonly judge: ConfigBook["judge"];
  /** False while the disk is so full that what is left is for forwarding. */
  readonly hasRoom?: (() => boolean) | undefined;
  /** Without it withdrawals wait on their kiosks. */
  readonly withdrawals?: KioskWithdrawals | undefined;
}

export type IngestReply =
  | { readonly type: "receipt"; readonly receipt: IngestReceipt }
  | {
      readonly type: "problem";
      readonly code: Extract<
        ProblemCode,
        | "invalid-body"
        | "bad-signature"
        | "nonce-reused"
        | "no-room"
        | "store-unavailable"
        | "limit-reached"
      >;
      readonly detail: string;
      readonly retryAfterSeconds?: number;
    };

/** Takes a body that `sender` signed. */
export type Ingest = (
  rawBody: Uint8Array,
  sender: Pick<Sender, "device" | "nonce" | "digest">,
) => Promise<IngestReply>;

/**
 * Takes in one request's body and answers with a verdict per entry, once all of it is on disk.
 *
 * Entries are judged one by one: a bad one never condemns its neighbours (rule IN2). What a reply
 * says about a bad entry is where in it, never what stood there (rule PV2).
 */
export function createIngest(deps: IngestDeps): Ingest {
  return async (rawBody, sender) => {
    const request = IngestRequest.safeParse(jsonOfBytes(rawBody));
    if (!request.success) {
      return { type: "problem", code: "invalid-body", detail: whereOf(request.error) };
    }
    const { nonce, clock, entries } = request.data;
    if (nonce !== sender.nonce) return { type: "problem", ...NOT_ITS_NONCE };
    // The device as it was paired: what a kiosk says of itself does not count.
    const { device, digest } = sender;
    return takeIn(deps, { nonce, digest, device, clock, entries });
  };
}

/** Entries that came in whatever way, and who answers for them. */
export interface HandedOver extends Pick<
  IngestBatch,
  "nonce" | "digest" | "device" | "pairedMs" | "clock"
> {
  readonly entries: readonly unknown[];
}

/** Takes entries in; resolves once all of it is on disk. */
export async function takeIn(
  { store, clock, openBody, judge, hasRoom, withdrawals }: IngestDeps,
  { entries, ...batch }: HandedOver,
): Promise<IngestReply> {
  if (hasRoom?.() === false) return { type: "problem", ...NO_ROOM };
  const receiptMs = clock.wallMs();
  const judged = await judgeEntries(entries, openBody, judge);
  return replyOnceKept(async () => {
    const noted = await noteWithdrawals(withdrawals, batch.device.deviceId, judged);
    return store.ingest({ ...batch, receiptMs, ...judged, ...noted });
  });
}

const NOT_ITS_NONCE = { code: "bad-signature", detail: OTHER_NONCE.detail } as const;

/** Ours: room is not made in seconds, and whoever makes it is not to wait for long. */
const NO_ROOM_RETRY_SECONDS = 60;

/** What a kiosk is told while the disk is nearly full: it keeps its entries and comes back. */
export const NO_ROOM = {
  code: "no-room",
  detail: "Less is free on the disk of the database than DISK_RESERVE_MB; free some space.",
  retryAfterSeconds: NO_ROOM_RETRY_SECONDS,
} as const;

/** Ours: come back within this many seconds. */
const BUSY_RETRY_SECONDS = 5;

/** Ours: a limit on what is kept is not lifted in minutes. */
const LIMIT_RETRY_SECONDS = 600;

/** Ours: a minute lets as many more be taken as one brings. */
const HELD_BACK_RETRY_MS = 60_000;

/** Who may be withdrawn now, once the log outside the database has them; the others are told to wait. */
async function noteWithdrawals(
  withdrawals: KioskWithdrawals | undefined,
  senderId: string,
  judged: Judged,
): Promise<
  Pick<IngestBatch, "withdrawals" | "cleared" | "withdrawalsHeldBack" | "verdicts"> | undefined
> {
  const asked = judged.withdrawals;
  if (asked.length === 0) return undefined;
  const visitors = asked.map(({ withdrawal }) => withdrawal.visitor);
  const may = await withdrawals?.note(senderId, visitors);
  const waiting = asked.filter((_each, index) => may?.[index] !== true);
  return {
    withdrawals: asked.filter((_each, index) => may?.[index] === true),
    cleared: withdrawals?.cleared ?? {},
    withdrawalsHeldBack: may === undefined ? 0 : waiting.length,
    verdicts: [
      ...judged.verdicts,
      ...waiting.map(({ header }) =>
        may === undefined
          ? later(header.id, "unknown-occasion")
          : { ...later(header.id, "limit-reached"), retryAfterMs: HELD_BACK_RETRY_MS },
      ),
    ],
  };
}

async function replyOnceKept(keep: () => Promise<IngestResult>): Promise<IngestReply> {
  try {
    return replyTo(await keep());
  } catch (error) {
    // Nothing was kept, and the kiosk is told so: it keeps its entries and comes back.
    if (isStoreTrouble(error)) {
      return {
        type: "problem",
        code: "store-unavailable",
        detail: `${error.message}.`,
        retryAfterSeconds: BUSY_RETRY_SECONDS,
      };
    }
    throw error;
  }
}

function replyTo(result: IngestResult): IngestReply {
  switch (result.type) {
    case "stored":
    case "repeated":
      return { type: "receipt", receipt: result.receipt };
    case "nonce-reused":
      return {
        type: "problem",
        code: "nonce-reused",
        detail: "The same nonce came before with another body; nothing was changed.",
      };
    case "limit-reached":
      return {
        type: "problem",
        code: "limit-reached",
        detail: "No further kiosk is kept here; nothing was changed.",
        retryAfterSeconds: LIMIT_RETRY_SECONDS,
      };
  }
}

interface Judged extends Pick<
  IngestBatch,
  "updates" | "verdicts" | "unreadable" | "unknownKeys" | "unknownConfigs"
> {
  readonly withdrawals: NonNullable<IngestBatch["withdrawals"]>;
}

/** Sorts entries into what the store can take, what is answered without it, and what nobody can name. */
async function judgeEntries(
  entries: readonly unknown[],
  openBody: OpenBody,
  judge: ConfigBook["judge"],
): Promise<Judged> {
  const updates: IngestBatch["updates"][number][] = [];
  const withdrawals: Judged["withdrawals"][number][] = [];
  const verdicts: Verdict[] = [];
  const unreadable: number[] = [];
  const seen = new Set<string>();
  const unknownKeys = new Set<string>();
  const unknownConfigs = new Set<string>();
  for (const [position, raw] of entries.entries()) {
    const header = EntryHeader.safeParse(memberOf(raw, "header"));
    if (!header.success) {
      unreadable.push(position);
      continue;
    }
    const { id } = header.data;
    // The same entry twice in one batch is one entry.
    if (seen.has(id)) continue;
    seen.add(id);
    const judged = await judgeEntry(id, raw, openBody, judge);
    if (judged.type === "update") {
      updates.push({ header: header.data, update: judged.update });
    } else if (judged.type === "withdrawal") {
      withdrawals.push({ header: header.data, withdrawal: judged.withdrawal });
    } else {
      verdicts.push(judged.verdict);
    }
    if (judged.type === "unknown-key") unknownKeys.add(header.data.kid);
    if (judged.type === "unknown-config") unknownConfigs.add(judged.version);
  }
  return {
    updates,
    withdrawals,
    verdicts,
    unreadable,
    unknownKeys: [...unknownKeys],
    unknownConfigs: [...unknownConfigs],
  };
}

type JudgedEntry =
  | { readonly type: "update"; readonly update: Update }
  | { readonly type: "withdrawal"; readonly withdrawal: Withdrawal }
  | { readonly type: "verdict" | "unknown-key"; readonly verdict: Verdict }
  | { readonly type: "unknown-config"; readonly verdict: Verdict; readonly version: string };

async function judgeEntry(
  id: string,
  raw: unknown,
  openBody: OpenBody,
  judge: ConfigBook["judge"],
): Promise<JudgedEntry> {
  const entry = Entry.safeParse(raw);
  if (!entry.success) return rejected(id, whereOf(entry.error));
  const opened = await openBody(entry.data);
  switch (opened.type) {
    case "unknown-key":
      return { type: "unknown-key", verdict: later(id, opened.type) };
    case "not-sealed":
      return { type: "verdict", verdict: later(id, opened.type) };
    case "altered":
      return rejected(id, "the body does not open: it, or its header, is not what was sealed");
    case "opened":
      break;
  }
  const content = jsonOf(opened.text);
  if (content === undefined) return rejected(id, "the body is not JSON");
  const occasion = memberOf(content, "occasion");
  if (occasion === "withdrawal") return judgeWithdrawal(id, content);
  // A newer kiosk's: it keeps what this proxy cannot take yet.
  if (isUnknownOccasion(occasion)) {
    return { type: "verdict", verdict: later(id, "unknown-occasion") };
  }
  const update = Update.safeParse(content);
  if (!update.success) return rejected(id, whereOf(update.error));
  const judgement = judge(update.data);
  switch (judgement.type) {
    case "allowed":
      return { type: "update", update: update.data };
    case "unknown-config":
      return {
        type: "unknown-config",
        verdict: later(id, judgement.type),
        version: update.data.configVersion,
      };
    case "refused":
      return rejected(id, judgement.reason);
  }
}

/** Under whatever configuration: nobody published may keep somebody from leaving. */
function judgeWithdrawal(id: string, content: unknown): JudgedEntry {
  const withdrawal = Withdrawal.safeParse(content);
  return withdrawal.success
    ? { type: "withdrawal", withdrawal: withdrawal.data }
    : rejected(id, whereOf(withdrawal.error));
}

/** Ours: what an occasion to come may look like. Anything else is no entry of ours. */
const OCCASION = /^[a-z][a-z-]{0,31}$/;

function isUnknownOccasion(occasion: unknown): boolean {
  return (
    typeof occasion === "string" &&
    OCCASION.test(occasion) &&
    !Update.shape.occasion.options.some((known) => known === occasion)
  );
}

function later(id: string, reason: string): Verdict & { readonly verdict: "retry" } {
  return { id, verdict: "retry", reason };
}

function rejected(id: string, reason: string): JudgedEntry {
  return { type: "verdict", verdict: { id, verdict: "rejected", reason } };
}

/** Nothing when the bytes are not UTF-8: replacing what cannot be read would change an update. */
function jsonOfBytes(bytes: Uint8Array): unknown {
  try {
    return jsonOf(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    // A TypeError is how a fatal decoder says no.
    return undefined;
  }
}

/** Nothing when it is not JSON. Nesting however deep is only held, never walked. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // A SyntaxError is how JSON.parse says no.
    return undefined;
  }
}

function memberOf(raw: unknown, name: string): unknown {
  return typeof raw === "object" && raw !== null ? Reflect.get(raw, name) : undefined;
}

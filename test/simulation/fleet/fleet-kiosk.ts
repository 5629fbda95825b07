import { randomUUID } from "node:crypto";
import type { Entry } from "../../../src/contract/entry.ts";
import { HEARTBEAT_PATH, HeartbeatReceipt } from "../../../src/contract/heartbeat.ts";
import { INGEST_PATH, IngestReceipt } from "../../../src/contract/ingest.ts";
import type { Resend } from "../../../src/contract/resend.ts";
import type { Update } from "../../../src/contract/update.ts";
import type { Clock } from "../../../src/domain/clock.ts";
import { add, EMPTY, type Intervals } from "../../../src/domain/intervals.ts";
import type { Identity } from "../../../src/outbox/identity.ts";
import { signedFetchTo } from "../../support/devices.ts";
import { sealForTest } from "../../support/sealing.ts";

/** What a shopper was thanked for: one value of one attribute, which no other scan ever has. */
export interface Scan {
  readonly id: string;
  readonly epoch: string;
  readonly seq: number;
  readonly card: string;
  readonly name: string;
  readonly value: string;
  readonly capturedMs: number;
}

/** A kiosk that may ask any proxy of a fleet, on the fleet's clock; signs and seals as the real one. */
export interface FleetKiosk {
  readonly identity: Identity;
  readonly scan: (card: string, name: string) => Scan;
  /**
   * Sends what it owes once: to one proxy, or the same bytes to several at once, as Chromium may. What
   * a receipt names goes, whoever gave it; without one everything stays.
   */
  readonly sendTo: (...urls: readonly string[]) => Promise<void>;
  /** Sends once more what was receipted last. */
  readonly repeatTo: (url: string) => Promise<void>;
  /** Says what it owes and keeps, and hears what is wanted again (rule IN5). */
  readonly beatTo: (url: string) => Promise<void>;
  readonly owes: () => number;
  /** Scans that were refused for good: those of somebody who withdrew. */
  readonly refused: () => readonly Scan[];
  /** Of all it ever captured, what a receipt called taken in. */
  readonly acknowledged: () => readonly Scan[];
}

export interface KioskOptions {
  readonly identity: Identity;
  /** What its values begin with. */
  readonly name: string;
  readonly epoch: string;
  readonly clock: Clock;
  /** Whether it keeps what was receipted (rule OB7). */
  readonly keeps: boolean;
  /** Counts what is under way, so that the clock stands still meanwhile. */
  readonly during: <T>(work: Promise<T>) => Promise<T>;
}

/** Ours: what a kiosk sends after a short outage. */
const BATCH_ENTRIES = 50;

export function createFleetKiosk({
  identity,
  name: kioskName,
  epoch,
  clock,
  keeps,
  during,
}: KioskOptions): FleetKiosk {
  const { device } = identity;
  const segment = `${randomUUID()}.0`;
  const reading = () => ({ segment, wallMs: clock.wallMs(), monoMs: clock.monoMs() });
  const scans = new Map<string, Scan>();
  const acknowledged = new Map<string, Scan>();
  const owed = new Map<string, Entry>();
  const kept = new Map<string, Entry>();
  const aside = new Map<string, Entry>();
  let last: Entry | undefined;

  const request = (entries: readonly Entry[]) => {
    const nonce = randomUUID();
    return { nonce, body: JSON.stringify({ v: 1, nonce, device, clock: reading(), entries }) };
  };
  const post = (url: string, path: string, { nonce, body }: { nonce: string; body: string }) => {
    const headers = { "content-type": "application/json" };
    const signedFetch = signedFetchTo(url, identity, clock);
    return during(signedFetch(path, { method: "POST", headers, body, nonce }));
  };

  const hear = (receipt: IngestReceipt) => {
    for (const { id, verdict } of receipt.verdicts) {
      const entry = owed.get(id);
      if (verdict === "retry" || entry === undefined) continue;
      owed.delete(id);
      if (verdict === "rejected") {
        aside.set(id, entry);
        continue;
      }
      acknowledged.set(id, scans.get(id)!);
      last = entry;
      if (keeps) kept.set(id, entry);
    }
    bringBack(receipt.resend);
  };
  const bringBack = (resend: Resend = []) => {
    for (const { epoch: of, from, to } of resend) {
      for (const [id, entry] of kept) {
        const { seq } = entry.header;
        if (of !== epoch || seq < from || seq > to) continue;
        kept.delete(id);
        owed.set(id, entry);
      }
    }
  };
  const sendEntries = async (entries: readonly Entry[], urls: readonly string[]) => {
    if (entries.length === 0) return;
    const asked = request(entries);
    await Promise.all(
      urls.map(async (url) => {
        const answer = await post(url, INGEST_PATH, asked).catch(noAnswer);
        const receipt = IngestReceipt.safeParse(await answer?.json().catch(noAnswer));
        if (receipt.success && receipt.data.nonce === asked.nonce) hear(receipt.data);
      }),
    );
  };

  return {
    identity,
    scan: (card, name) => {
      const seq = scans.size + 1;
      const header = { v: 1 as const, id: randomUUID(), epoch, seq, ...reading(), heldUntil: 0 };
      const value = `${kioskName}-${seq}`;
      const update: Update = {
        device,
        visitor: { kind: "member", value: card },
        occasion: "scan",
        ground: { type: "terms", version: "casa-olmo-terms-1" },
        configVersion: "example-1",
        attributes: [{ name, value: { type: "text", text: value } }],
      };
      const { body, ...key } = sealForTest(header, JSON.stringify(update));
      const scan = { id: header.id, epoch, seq, card, name, value, capturedMs: header.wallMs };
      scans.set(scan.id, scan);
      owed.set(scan.id, { header: { ...header, ...key }, body });
      return scan;
    },
    sendTo: (...urls) => sendEntries([...owed.values()].slice(0, BATCH_ENTRIES), urls),
    repeatTo: (url) => sendEntries(last === undefined ? [] : [last], [url]),
    beatTo: async (url) => {
      const nonce = randomUUID();
      const witness = {
        epoch,
        firstSeq: 1,
        lastSeq: scans.size,
        owed: numbersOf(owed),
        void: EMPTY,
        aside: numbersOf(aside),
        kept: numbersOf(kept),
      };
      const beat = {
        v: 1,
        nonce,
        device,
        clock: reading(),
        appVersion: "fleet",
        witnesses: [witness],
        incidents: [],
        storagePersisted: true,
        refusedScans: {},
      };
      const body = JSON.stringify(beat);
      const answer = await post(url, HEARTBEAT_PATH, { nonce, body }).catch(noAnswer);
      const receipt = HeartbeatReceipt.safeParse(await answer?.json().catch(noAnswer));
      if (receipt.success && receipt.data.nonce === nonce) bringBack(receipt.data.resend);
    },
    owes: () => owed.size,
    refused: () => [...aside.keys()].map((id) => scans.get(id)!),
    acknowledged: () => [...acknowledged.values()],
  };
}

/** Without an answer nothing is known, and everything stays (rule FL1). */
function noAnswer(): undefined {
  return undefined;
}

function numbersOf(entries: ReadonlyMap<string, Entry>): Intervals {
  return [...entries.values()].reduce<Intervals>((all, { header }) => add(all, header.seq), EMPTY);
}

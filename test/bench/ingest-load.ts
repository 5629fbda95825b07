import { Pool } from "undici";
import type { Entry } from "../../src/contract/entry.ts";
import { INGEST_PATH, IngestReceipt, type IngestRequest } from "../../src/contract/ingest.ts";
import type { Device, Update } from "../../src/contract/update.ts";
import type { Identity } from "../../src/outbox/identity.ts";
import { sealForTest } from "../support/sealing.ts";
import { memberCard } from "../support/cards.ts";
import { pairAs, signedHeaders, type PairingPlace } from "../support/devices.ts";
import { SEGMENT, sampleEntry, sampleUpdate } from "./pages/sample-entry.ts";

/** Ours: what a kiosk sends after a short outage, and a chain of them all the time. */
export const BATCH_ENTRIES = 50;

/** Ours: shoppers the load is spread over. */
const VISITORS = 100_000;

/** Ours: how long these kiosks have been up; longer than any of them captures. */
const LONG_UP_MS = 1e9;

/** One kiosk: an outbox of its own, numbered gapless. */
interface Kiosk {
  readonly device: Device;
  readonly identity: Identity;
  readonly epoch: string;
  seq: number;
}

export interface IngestLoad {
  /** Sends batch after batch on `lanes` connections for `ms`; gives updates acknowledged a second. */
  readonly saturate: (lanes: number, ms: number) => Promise<number>;
  /**
   * Sends `perSecond` updates a second for `ms` whatever the answers do, and gives the milliseconds
   * from the moment each batch was due until its receipt.
   */
  readonly pace: (perSecond: number, ms: number) => Promise<readonly number[]>;
  readonly close: () => Promise<void>;
}

export async function createIngestLoad(at: PairingPlace, connections: number): Promise<IngestLoad> {
  const pool = new Pool(at.kioskUrl, { connections });
  const kiosks: Kiosk[] = [];
  for (let count = 0; count < connections; count += 1) kiosks.push(await newKiosk(at));

  const sendFrom = async (kiosk: Kiosk): Promise<void> => {
    const batch = batchOf(kiosk);
    const body = JSON.stringify(batch);
    const answer = await pool.request({
      path: INGEST_PATH,
      method: "POST",
      headers: await signedHeaders(kiosk.identity, INGEST_PATH, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body,
        nonce: batch.nonce,
      }),
      body,
    });
    const receipt = IngestReceipt.parse(await answer.body.json());
    if (receipt.verdicts.some(({ verdict }) => verdict === "rejected" || verdict === "retry")) {
      throw new Error("a batch was not taken in");
    }
  };

  return {
    async saturate(lanes, ms) {
      const endMs = performance.now() + ms;
      let batches = 0;
      await Promise.all(
        kiosks.slice(0, lanes).map(async (kiosk) => {
          for (; performance.now() < endMs; batches += 1) await sendFrom(kiosk);
        }),
      );
      return (batches * BATCH_ENTRIES * 1_000) / ms;
    },

    async pace(perSecond, ms) {
      const gapMs = (BATCH_ENTRIES * 1_000) / perSecond;
      const startMs = performance.now();
      const times: number[] = [];
      const sent: Promise<void>[] = [];
      for (let index = 0; index * gapMs < ms; index += 1) {
        const dueMs = startMs + index * gapMs;
        const waitMs = dueMs - performance.now();
        if (waitMs > 0) await new Promise((wake) => setTimeout(wake, waitMs));
        const kiosk = kiosks[index % kiosks.length]!;
        sent.push(sendFrom(kiosk).then(() => void times.push(performance.now() - dueMs)));
      }
      await Promise.all(sent);
      return times;
    },

    close: () => pool.close(),
  };
}

async function newKiosk(at: PairingPlace): Promise<Kiosk> {
  const identity = await pairAs(await at.pairingCode(), (path, init) =>
    fetch(at.kioskUrl + path, init),
  );
  return {
    device: identity.device,
    identity,
    epoch: crypto.randomUUID(),
    seq: 0,
  };
}

function batchOf(kiosk: Kiosk): IngestRequest {
  const entries = Array.from({ length: BATCH_ENTRIES }, () => {
    kiosk.seq += 1;
    const { header, body } = sampleEntry(kiosk.epoch, kiosk.seq, updateOf(kiosk.device));
    // A second apart, as after an outage: what is captured faster is held for an operator.
    return sealed({ header: { ...header, monoMs: kiosk.seq * 1_000 }, body });
  });
  return {
    v: 1,
    nonce: crypto.randomUUID(),
    device: kiosk.device,
    clock: { segment: SEGMENT, wallMs: Date.now(), monoMs: LONG_UP_MS + performance.now() },
    entries,
  };
}

function sealed({ header, body }: Entry): Entry {
  const { kid: _kid, enc: _enc, ...clear } = header;
  const { body: sealedBody, ...key } = sealForTest(clear, body);
  return { header: { ...clear, ...key }, body: sealedBody };
}

function updateOf(device: Device): Update {
  const value = memberCard(Math.floor(Math.random() * VISITORS));
  return { ...sampleUpdate(), device, visitor: { kind: "member", value } };
}

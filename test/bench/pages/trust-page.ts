import { openDB } from "idb";
import type { SealingKey } from "../../../src/contract/sealing.ts";
import { createSealer, type Seal } from "../../../src/kiosk/sealer.ts";
import { newKeyPair } from "../../../src/kiosk/signing-key.ts";
import type { UnsealedHeader } from "../../../src/outbox/outbox.ts";
import { createSignedFetch } from "../../../src/outbox/signed-fetch.ts";
import { sampleEntry, sampleUpdate } from "./sample-entry.ts";

/** The kiosk's side of the trust bench: the product's own sealing and signing, in a page. */
const trustPage = {
  /** Microseconds each, one figure per block of operations: a page's clock is too coarse for one. */
  async measure(key: SealingKey, blocks: number): Promise<TrustTimes> {
    const text = JSON.stringify(sampleUpdate());
    const header = headerOf(1);
    const fresh = (): Seal =>
      createSealer({
        sealingKey: async () => key,
        clock: { monoMs: () => performance.now() },
      });
    const seal = fresh();
    const batch = await batchOf(seal, text);
    const sign = await signer();
    const put = await putter();
    const entry = { header, ...(await seal(header, text)) };

    const times: TrustTimes = { first: [], seal: [], sign: [], put: [] };
    for (let block = 0; block <= blocks; block += 1) {
      const taken = {
        first: await perOperation(10, () => fresh()(header, text)),
        seal: await perOperation(200, () => seal(header, text)),
        sign: await perOperation(20, () => sign(batch)),
        put: await perOperation(20, () => put(entry)),
      };
      // The first block warms everything up.
      if (block === 0) continue;
      for (const name of ["first", "seal", "sign", "put"] as const) times[name].push(taken[name]);
    }
    return times;
  },
};

export interface TrustTimes {
  /** The first entry of a page life: a key of its own is made for it. */
  readonly first: number[];
  readonly seal: number[];
  /** A batch of 500. */
  readonly sign: number[];
  /** A bare strict put of one sealed entry. */
  readonly put: number[];
}

/** Microseconds of one `work`, out of `count` in a row. */
async function perOperation(count: number, work: () => Promise<unknown>): Promise<number> {
  const startMs = performance.now();
  for (let done = 0; done < count; done += 1) await work();
  return ((performance.now() - startMs) / count) * 1_000;
}

function headerOf(seq: number): UnsealedHeader {
  const { kid: _kid, enc: _enc, ...header } = sampleEntry(crypto.randomUUID(), seq).header;
  return header;
}

async function batchOf(seal: Seal, text: string): Promise<string> {
  const entries = [];
  for (let seq = 1; seq <= 500; seq += 1) {
    const { body, ...key } = await seal(headerOf(seq), text);
    entries.push({ header: { ...headerOf(seq), ...key }, body });
  }
  return JSON.stringify({ v: 1, nonce: crypto.randomUUID(), entries });
}

async function signer(): Promise<(body: string) => Promise<unknown>> {
  const key = await newKeyPair(crypto.subtle);
  const fetch = createSignedFetch({
    fetch: async () => new Response(),
    key: async () => key,
    kept: { get: async () => 0, put: async () => undefined },
    clock: { wallMs: () => Date.now(), monoMs: () => performance.now() },
    newNonce: () => crypto.randomUUID(),
  });
  return (body) => fetch("/v1/updates", { method: "POST", body });
}

async function putter(): Promise<(entry: unknown) => Promise<unknown>> {
  const db = await openDB("trust-bench", 1, {
    upgrade: (opened) => void opened.createObjectStore("entries", { autoIncrement: true }),
  });
  return async (entry) => {
    const tx = db.transaction("entries", "readwrite", { durability: "strict" });
    void tx.store.add(entry);
    await tx.done;
  };
}

declare global {
  var trustPage: TrustPage;
}
type TrustPage = typeof trustPage;
globalThis.trustPage = trustPage;

import { randomUUID } from "node:crypto";
import type { Entry } from "../../src/contract/entry.ts";
import { INGEST_PATH, IngestReceipt, type Verdict } from "../../src/contract/ingest.ts";
import type { SealingKey } from "../../src/contract/sealing.ts";
import type { Device, Update } from "../../src/contract/update.ts";
import type { Identity } from "../../src/outbox/identity.ts";
import type { SignedFetch } from "../../src/outbox/signed-fetch.ts";
import { pairAs, signedFetchTo, type PairingPlace, type Stand } from "./devices.ts";
import { sealForTest, sealingTo, type SealForTest } from "./sealing.ts";

/** A kiosk without a browser: speaks the contract over real HTTP and keeps what is not receipted. */
export interface RawKiosk {
  readonly device: Device;
  /** With the key that everything it sends is signed with. */
  readonly identity: Identity;
  readonly epoch: string;
  /** Numbers an update of one attribute and keeps it; gives its id. */
  readonly add: (
    card: string,
    attribute?: { readonly name: string; readonly text: string },
    configVersion?: string,
  ) => string;
  readonly owed: () => readonly Entry[];
  /**
   * Sends all that is owed once. What a receipt names goes; when none comes, the link's error is
   * thrown and everything stays.
   */
  readonly send: () => Promise<readonly Verdict[]>;
  /** The request `send` would make, for a test that sends it in its own way. */
  readonly request: () => { readonly nonce: string; readonly body: string };
  /** Signs whatever is sent with it. */
  readonly fetch: SignedFetch;
  /** Sends a body as it is, signed. */
  readonly post: (
    body: string,
    options?: { readonly nonce?: string; readonly headers?: Readonly<Record<string, string>> },
  ) => Promise<Response>;
  /** The same outbox, signing with another key. */
  readonly signingWith: (identity: Identity) => RawKiosk;
  /** From now on, updates are sealed to this key. */
  readonly sealTo: (key: SealingKey) => Promise<void>;
  /** The same outbox on a kiosk that was paired anew: what it owes was captured before that. */
  readonly pairAgain: (at: PairingPlace, stand?: Stand) => Promise<RawKiosk>;
}

/** Pairs with a code, as the kiosk's page does. */
export async function createRawKiosk(at: PairingPlace, stand: Stand = {}): Promise<RawKiosk> {
  const code = await at.pairingCode({ timeZone: "Europe/Madrid", ...stand });
  const identity = await pairAs(code, (path, init) => fetch(at.kioskUrl + path, init));
  return rawKioskOf(at.kioskUrl, identity, { epoch: randomUUID(), owed: [], seq: 0 });
}

interface RawOutbox {
  readonly epoch: string;
  owed: Entry[];
  seq: number;
  seal?: SealForTest;
}

/** A kiosk that is paired already. */
export function rawKioskOf(
  url: string,
  identity: Identity,
  outbox: RawOutbox = { epoch: randomUUID(), owed: [], seq: 0 },
): RawKiosk {
  const { device } = identity;
  const { epoch } = outbox;
  const segment = `${randomUUID()}.0`;
  const signedFetch = signedFetchTo(url, identity);

  const clock = () => ({ segment, wallMs: Date.now(), monoMs: performance.now() });
  const request = () => {
    const nonce = randomUUID();
    const { owed: entries } = outbox;
    return { nonce, body: JSON.stringify({ v: 1, nonce, device, clock: clock(), entries }) };
  };
  const post: RawKiosk["post"] = (body, { nonce = nonceIn(body), headers = {} } = {}) =>
    signedFetch(INGEST_PATH, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body,
      ...(nonce === undefined ? {} : { nonce }),
    });

  return {
    device,
    identity,
    epoch,
    owed: () => outbox.owed,
    request,
    fetch: signedFetch,
    post,
    add: (card, attribute = { name: "visitReason", text: "gift" }, configVersion = "example-1") => {
      const id = randomUUID();
      outbox.seq += 1;
      const update: Update = {
        device,
        visitor: { kind: "member", value: card },
        occasion: "scan",
        ground: { type: "terms", version: "casa-olmo-terms-1" },
        configVersion,
        attributes: [
          { name: attribute.name, value: { type: "text", text: attribute.text } },
          { name: "lastScanAt", value: { type: "instant" } },
        ],
      };
      const header = { v: 1 as const, id, epoch, seq: outbox.seq, ...clock(), heldUntil: 0 };
      const { seal = sealForTest } = outbox;
      const { body, ...key } = seal(header, JSON.stringify(update));
      outbox.owed.push({ header: { ...header, ...key }, body });
      return id;
    },
    send: async () => {
      const { nonce, body } = request();
      const answer = await post(body);
      const receipt = IngestReceipt.parse(await answer.json());
      if (receipt.nonce !== nonce) throw new Error("The receipt is for another request.");
      const done = new Set(
        receipt.verdicts.filter(({ verdict }) => verdict !== "retry").map(({ id }) => id),
      );
      outbox.owed = outbox.owed.filter(({ header }) => !done.has(header.id));
      return receipt.verdicts;
    },
    signingWith: (next) => rawKioskOf(url, next, outbox),
    sealTo: async (key) => {
      outbox.seal = await sealingTo(key);
    },
    pairAgain: async (at, stand) => {
      const again = await createRawKiosk(at, stand);
      return rawKioskOf(at.kioskUrl, again.identity, outbox);
    },
  };
}

/** A body's own nonce, however broken the rest of it is. */
export function nonceIn(body: string): string | undefined {
  return /"nonce":"([0-9a-f-]{36})"/.exec(body)?.[1];
}

/** Sends without signing anything. */
export function postBatch(
  url: string,
  body: string,
  headers: Readonly<Record<string, string>> = { "content-type": "application/json" },
): Promise<Response> {
  return fetch(url + INGEST_PATH, {
    method: "POST",
    headers,
    body,
    signal: AbortSignal.timeout(10_000),
  });
}

import { randomUUID } from "node:crypto";
import type { Entry } from "../../src/contract/entry.ts";
import { INGEST_PATH, IngestReceipt, type Verdict } from "../../src/contract/ingest.ts";
import type { Device, Update } from "../../src/contract/update.ts";
import { sealForTest } from "./sealing.ts";

/** A kiosk without a browser: speaks the contract over real HTTP and keeps what is not receipted. */
export interface RawKiosk {
  readonly device: Device;
  readonly epoch: string;
  /** Numbers an update of one attribute and keeps it; gives its id. */
  readonly add: (
    card: string,
    attribute?: { readonly name: string; readonly text: string },
  ) => string;
  readonly owed: () => readonly Entry[];
  /**
   * Sends all that is owed once. What a receipt names goes; when none comes, the link's error is
   * thrown and everything stays.
   */
  readonly send: () => Promise<readonly Verdict[]>;
  /** The request `send` would make, for a test that sends it in its own way. */
  readonly request: () => { readonly nonce: string; readonly body: string };
}

export function createRawKiosk(url: string, place: Partial<Device> = {}): RawKiosk {
  const device: Device = {
    deviceId: randomUUID(),
    storeId: "store-1",
    kioskId: "kiosk-1",
    timeZone: "Europe/Madrid",
    ...place,
  };
  const epoch = randomUUID();
  const segment = `${randomUUID()}.0`;
  let owed: Entry[] = [];
  let seq = 0;

  const clock = () => ({ segment, wallMs: Date.now(), monoMs: performance.now() });
  const request = () => {
    const nonce = randomUUID();
    return { nonce, body: JSON.stringify({ v: 1, nonce, device, clock: clock(), entries: owed }) };
  };

  return {
    device,
    epoch,
    owed: () => owed,
    request,
    add: (card, attribute = { name: "visitReason", text: "gift" }) => {
      const id = randomUUID();
      seq += 1;
      const update: Update = {
        device,
        visitor: { kind: "member", value: card },
        occasion: "scan",
        ground: { type: "terms", version: "casa-olmo-terms-1" },
        configVersion: "example-1",
        attributes: [
          { name: attribute.name, value: { type: "text", text: attribute.text } },
          { name: "lastScanAt", value: { type: "instant" } },
        ],
      };
      const header = { v: 1 as const, id, epoch, seq, ...clock(), heldUntil: 0 };
      const { body, ...key } = sealForTest(header, JSON.stringify(update));
      owed.push({ header: { ...header, ...key }, body });
      return id;
    },
    send: async () => {
      const { nonce, body } = request();
      const answer = await postBatch(url, body);
      const receipt = IngestReceipt.parse(await answer.json());
      if (receipt.nonce !== nonce) throw new Error("The receipt is for another request.");
      const done = new Set(
        receipt.verdicts.filter(({ verdict }) => verdict !== "retry").map(({ id }) => id),
      );
      owed = owed.filter(({ header }) => !done.has(header.id));
      return receipt.verdicts;
    },
  };
}

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

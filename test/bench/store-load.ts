import type { Entry } from "../../src/contract/entry.ts";
import { EXAMPLE_CONFIG } from "../../src/contract/example-config.ts";
import { createConfigBook } from "../../src/proxy/config-book.ts";
import { sealForTest } from "../support/sealing.ts";
import { aDevice, aHeader, anId, anUpdateBody, LOAD, NOW } from "../support/store-builders.ts";

/** A store on its way back from an outage: many kiosks, each sending its backlog. */
export const CLIENTS = 8;
export const UPDATES_PER_REQUEST = 50;
export const REQUESTS_PER_ROUND = 400;
export const ROUNDS = 4;

/** Five attributes an update; a hundred thousand cards, in no order. */
export const ATTRIBUTES = ["lastStore", "lastKiosk", "visitReason", "favourite", "channel"];
const CARDS = 100_000;

/** A configuration that writes those, so that every update is judged as in the product. */
export const BOOK = createConfigBook([
  {
    ...EXAMPLE_CONFIG,
    version: "1",
    terms: { version: "2026-01" },
    scanAttributes: ATTRIBUTES.map((name) => ({ name, from: "store" })),
    questions: [],
  },
]);

export interface Sketch {
  readonly seq: number;
  readonly card: string;
  readonly epoch: string;
  readonly id: string;
}

export function sketchesOf(round: number, request: number): readonly Sketch[] {
  const client = request % CLIENTS;
  const first = (round * REQUESTS_PER_ROUND + request) * UPDATES_PER_REQUEST;
  return Array.from({ length: UPDATES_PER_REQUEST }, (_, index) => ({
    // Gapless within each client's epoch of the round.
    seq: Math.floor(request / CLIENTS) * UPDATES_PER_REQUEST + index + 1,
    card: `2${((first + index) * 7_919) % CARDS}`,
    epoch: anId((round + 1) * 1_000 + client),
    id: anId(0xb_0000_0000 + first + index),
  }));
}

/** A second apart, as fast as a kiosk takes cards: what comes faster is held for an operator. */
export function capturedMs(round: number, seq: number): number {
  return NOW + (round * LONGEST_ROUND + seq) * 1_000;
}

/** Numbers one client gives in a round. */
const LONGEST_ROUND = (REQUESTS_PER_ROUND / CLIENTS) * UPDATES_PER_REQUEST;

export function bodyOf(round: number, request: number): Uint8Array {
  const device = aDevice(request % CLIENTS);
  const entries = sketchesOf(round, request).map((sketch): Entry => {
    const at = { atMs: capturedMs(round, sketch.seq), ...sketch, device };
    const attributes = Object.fromEntries(
      ATTRIBUTES.map((name) => [name, `${name}-${sketch.seq}`]),
    );
    const update = anUpdateBody({ ...at, attributes });
    const { kid: _kid, enc: _enc, ...clear } = aHeader(at);
    const { body, ...key } = sealForTest(clear, JSON.stringify(update));
    return { header: { ...clear, ...key }, body };
  });
  const nonce = nonceOf(round, request);
  const clock = { segment: `${LOAD}.0`, wallMs: NOW + 60_000, monoMs: 86_400_000 };
  return Buffer.from(JSON.stringify({ v: 1, nonce, device, clock, entries }));
}

/** Of the request a batch stands in. */
export function nonceOf(round: number, request: number): string {
  return anId(0xa_0000_0000 + round * REQUESTS_PER_ROUND + request);
}

import { createHash, randomUUID } from "node:crypto";
import { closeSync, openSync, readSync, unlinkSync, writeSync } from "node:fs";
import http from "node:http";
import path from "node:path";
import type { Entry } from "../../src/contract/entry.ts";
import { INGEST_PATH, IngestReceipt } from "../../src/contract/ingest.ts";
import { thumbprintText } from "../../src/contract/pairing.ts";
import { SIGNING_ALGORITHM } from "../../src/contract/request-signature.ts";
import type { Device } from "../../src/contract/update.ts";
import { retryAfterMs } from "../../src/domain/backoff.ts";
import type { SigningKey } from "../../src/outbox/identity.ts";
import { createPause } from "../../src/outbox/pause.ts";
import { createSignedFetch } from "../../src/outbox/signed-fetch.ts";
import { publicKeyOf } from "../../src/proxy/keys/keys.ts";
import { systemClock } from "../../src/proxy/system-clock.ts";
import { memberCard } from "../support/cards.ts";
import { KEYS } from "../support/keys.ts";
import { memoryKept } from "../support/kiosk-builders.ts";
import { sealingTo } from "../support/sealing.ts";
import type { FleetAsk, FleetReply, MadeKiosk } from "./fleet-messages.ts";
import { sampleUpdate } from "./pages/sample-entry.ts";

// A part of a fleet of kiosks, in a process of its own: makes each its key and its sealed batch, beforehand
// and into a file; then lets all of them reconnect at once.

interface Kiosk extends SigningKey {
  readonly device: Device;
  readonly nonce: string;
  readonly ids: ReadonlySet<string>;
  /** Where its batch lies in the file. */
  readonly from: number;
  readonly bytes: number;
}

/** Ours: requests that are being written at once; a machine that is ten thousand kiosks has a limit, too. */
const WRITTEN_AT_ONCE = 1_000;

/** Source: `outbox/ingest-client.ts`. */
const SEND_TIMEOUT_MS = 30_000;

/** Ours: shoppers of the whole chain. */
const VISITORS = 300_000;

const reply = (message: FleetReply) => process.send!(message);
let kiosks: readonly Kiosk[] = [];
let file = -1;

process.on("message", (ask: FleetAsk) => {
  const work = ask.type === "make" ? make(ask) : reconnect(ask.url);
  work.catch((error: unknown) => {
    throw error;
  });
});

async function make(ask: Extract<FleetAsk, { type: "make" }>): Promise<void> {
  const name = path.join(ask.folder, `batches-${process.pid}`);
  file = openSync(name, "w+");
  // Open until this process ends, and gone with it.
  unlinkSync(name);
  const made: Kiosk[] = [];
  const told: MadeKiosk[] = [];
  let from = 0;
  for (let count = 0; count < ask.kiosks; count += 1) {
    const pair = await crypto.subtle.generateKey(SIGNING_ALGORITHM, true, ["sign", "verify"]);
    const { x = "", y = "" } = await crypto.subtle.exportKey("jwk", pair.publicKey);
    const text = thumbprintText({ x, y });
    const keyId = createHash("sha256").update(text).digest("base64url");
    const storeId = `store-${Math.floor((ask.first + count) / 8)}`;
    const kioskId = `kiosk-${(ask.first + count) % 8}`;
    const device = { deviceId: randomUUID(), storeId, kioskId, timeZone: "Europe/Madrid" };
    const { nonce, ids, body } = await batchOf(device, ask.scans);
    const bytes = writeSync(file, body, from);
    made.push({ keyId, privateKey: pair.privateKey, device, nonce, ids, from, bytes });
    told.push({ device, keyId, publicKey: { x, y } });
    from += bytes;
  }
  kiosks = made;
  reply({ type: "made", kiosks: told });
}

/** An outage's scans, ten seconds apart, sealed in one page life. */
async function batchOf(device: Device, scans: number) {
  const seal = await sealingTo(publicKeyOf(KEYS));
  const nonce = randomUUID();
  const epoch = randomUUID();
  const segment = `${randomUUID()}.0`;
  const nowMs = Date.now();
  const upMs = 86_400_000;
  const entries = Array.from({ length: scans }, (_, index): Entry => {
    const agoMs = (scans - index) * 10_000;
    const header = {
      v: 1 as const,
      id: randomUUID(),
      epoch,
      seq: index + 1,
      segment,
      wallMs: nowMs - agoMs,
      monoMs: upMs - agoMs,
      heldUntil: 0,
    };
    const value = memberCard(Math.floor(Math.random() * VISITORS));
    const update = { ...sampleUpdate(), device, visitor: { kind: "member", value } };
    const { body, ...key } = seal(header, JSON.stringify(update));
    return { header: { ...header, ...key }, body };
  });
  const clock = { segment, wallMs: nowMs, monoMs: upMs };
  const body = JSON.stringify({ v: 1, nonce, device, clock, entries });
  return { nonce, ids: new Set(entries.map(({ header }) => header.id)), body };
}

async function reconnect(url: string): Promise<void> {
  const startMs = performance.now();
  const writing = createPlaces(WRITTEN_AT_ONCE);
  const outcomes = await Promise.all(
    kiosks.map(async (kiosk) => {
      const trouble = await drain(kiosk, url, writing);
      return { ...trouble, doneMs: performance.now() - startMs };
    }),
  );
  closeSync(file);
  reply({ type: "done", kiosks: outcomes });
}

type Places = ReturnType<typeof createPlaces>;

/** As a kiosk does: sends until a receipt names all, and rests as it is told (rules FL1, FL3). */
async function drain(kiosk: Kiosk, url: string, writing: Places) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  const pause = createPause({ kept: memoryKept(), clock: systemClock, random: Math.random });
  let leave = () => {};
  const signedFetch = createSignedFetch({
    fetch: (address, init) => send(url + address, init, agent, () => leave()),
    key: async () => kiosk,
    kept: memoryKept(),
    clock: systemClock,
    newNonce: randomUUID,
  });
  let sentAway = 0;
  let cutOff = 0;
  for (;;) {
    const rest = await pause.current();
    if (rest !== undefined) await new Promise((wake) => setTimeout(wake, rest.leftMs));
    leave = await writing.take();
    try {
      const answer = await signedFetch(INGEST_PATH, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: bodyOf(kiosk),
        nonce: kiosk.nonce,
      });
      if (answer.ok) {
        checkReceipt(kiosk, IngestReceipt.parse(await answer.json()));
        agent.destroy();
        return { sentAway, cutOff };
      }
      const askedMs = retryAfterMs(answer.headers.get("retry-after"), Date.now());
      // Where this machine is so busy that a request took a minute to write.
      if (answer.status === 408) throw new CutOffError("too slow");
      if (answer.status !== 503 || askedMs === undefined) {
        throw new Error(`A batch was answered ${answer.status}: ${await answer.text()}`);
      }
      sentAway += 1;
      await pause.begin({ reason: "http-503", retryAfterMs: askedMs, shutOut: false });
    } catch (error) {
      if (!(error instanceof CutOffError)) throw error;
      cutOff += 1;
      await pause.begin({ reason: "network", shutOut: false });
    } finally {
      leave();
    }
  }
}

function bodyOf({ from, bytes }: Kiosk): string {
  const buffer = Buffer.allocUnsafe(bytes);
  readSync(file, buffer, 0, bytes, from);
  return buffer.toString("latin1");
}

function checkReceipt({ nonce, ids }: Kiosk, receipt: IngestReceipt): void {
  const kept = receipt.verdicts.filter(
    ({ id, verdict }) => ids.has(id) && verdict !== "rejected" && verdict !== "retry",
  );
  if (receipt.nonce !== nonce || kept.length !== ids.size) {
    throw new Error(`${ids.size - kept.length} scans were not taken in.`);
  }
}

/** The link broke: no answer at all. */
class CutOffError extends Error {
  override readonly name = "CutOffError";
}

function send(
  url: string,
  init: RequestInit,
  agent: http.Agent,
  onWritten: () => void,
): Promise<Response> {
  const { method = "GET", body } = init;
  const headers = init.headers as Record<string, string>;
  return new Promise((resolve, reject) => {
    const cutOff = (cause: Error) => reject(new CutOffError(cause.message, { cause }));
    const request = http.request(url, { method, headers, agent, timeout: SEND_TIMEOUT_MS });
    request.once("finish", onWritten);
    request.once("timeout", () => request.destroy(new Error("timeout")));
    request.once("error", cutOff);
    request.once("response", (response) => {
      response.toArray().then((chunks) => {
        const said = Object.entries(response.headers).map(([name, value]) => [name, String(value)]);
        const { statusCode: status = 0 } = response;
        resolve(new Response(Buffer.concat(chunks), { status, headers: Object.fromEntries(said) }));
      }, cutOff);
    });
    request.end(typeof body === "string" ? body : "");
  });
}

/** So many at once; gives what hands the place on, which may be called again. */
function createPlaces(places: number) {
  const waiting: (() => void)[] = [];
  let free = places;
  const handOn = () => {
    const next = waiting.shift();
    if (next === undefined) free += 1;
    else next();
  };
  return {
    take: async (): Promise<() => void> => {
      if (free > 0) free -= 1;
      else await new Promise<void>((turn) => waiting.push(turn));
      let isHeld = true;
      return () => {
        if (isHeld) handOn();
        isHeld = false;
      };
    },
  };
}

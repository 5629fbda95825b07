import { createHash, randomUUID } from "node:crypto";
import { existsSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Entry } from "../../src/contract/entry.ts";
import { EXAMPLE_CONFIG } from "../../src/contract/example-config.ts";
import { INGEST_PATH } from "../../src/contract/ingest.ts";
import { thumbprintText } from "../../src/contract/pairing.ts";
import { SIGNING_ALGORITHM } from "../../src/contract/request-signature.ts";
import type { Device, Update } from "../../src/contract/update.ts";
import { CONTRACT_VERSION } from "../../src/contract/version.ts";
import { signedHeaders } from "../support/devices.ts";
import { KEYS } from "../support/keys.ts";
import { sealForTest } from "../support/sealing.ts";
import { released, type RecordedBatch } from "./recorded-batch.ts";

// `node test/contract/record-batch.ts`, then `npm run format`, once for each contract version: writes down a
// batch as kiosks of that version send it, with all that a proxy needs to take it in. What is there
// already is never written again: it is what kiosks in the field hold.

const file = path.join(released, `v${CONTRACT_VERSION}.json`);
if (existsSync(file)) throw new Error(`Version ${CONTRACT_VERSION} has been recorded.`);

const pair = await crypto.subtle.generateKey(SIGNING_ALGORITHM, true, ["sign", "verify"]);
const { x = "", y = "" } = await crypto.subtle.exportKey("jwk", pair.publicKey);
const keyId = createHash("sha256").update(thumbprintText({ x, y })).digest("base64url");
const device: Device = {
  deviceId: randomUUID(),
  storeId: "store-1",
  kioskId: "kiosk-1",
  timeZone: "Europe/Madrid",
};
const atMs = Date.now();
const nonce = randomUUID();
const segment = `${randomUUID()}.0`;
const epoch = randomUUID();

const terms = { type: "terms", version: EXAMPLE_CONFIG.terms.version } as const;
const made = { device, ground: terms, configVersion: EXAMPLE_CONFIG.version };
const { timeZone } = device;
const updates: readonly Update[] = [
  {
    ...made,
    visitor: { kind: "member", value: "2912345678906" },
    occasion: "scan",
    attributes: [
      { name: "lastStore", value: { type: "text", text: device.storeId } },
      { name: "lastKiosk", value: { type: "text", text: device.kioskId } },
      { name: "lastScanAt", value: { type: "instant" } },
      { name: "lastScanDay", value: { type: "day", timeZone } },
    ],
  },
  {
    ...made,
    visitor: { kind: "member", value: "2912345678906" },
    occasion: "answer",
    attributes: [{ name: "visitReason", value: { type: "text", text: "gift" } }],
  },
  {
    ...made,
    visitor: { kind: "browser", value: "0123456789abcdef0123456789abcdef.37_0" },
    occasion: "scan",
    attributes: [{ name: "lastScanAt", value: { type: "instant" } }],
  },
];

const entries = updates.map((update, index): Entry => {
  const wallMs = atMs - 60_000 + index * 5_000;
  const header = {
    v: CONTRACT_VERSION,
    id: randomUUID(),
    epoch,
    seq: index + 1,
    segment,
    wallMs,
    monoMs: wallMs - atMs + 3_600_000,
    heldUntil: wallMs + 10_000,
  } as const;
  const { body, ...key } = sealForTest(header, JSON.stringify(update));
  return { header: { ...header, ...key }, body };
});
const body = JSON.stringify({
  v: CONTRACT_VERSION,
  nonce,
  device,
  clock: { segment, wallMs: atMs, monoMs: 3_600_000 },
  entries,
});
const contentType = { "content-type": "application/json", accept: "application/json" };
const clock = { wallMs: () => atMs, monoMs: () => 0 };
const init = { method: "POST", headers: contentType, body, nonce } as const;
const headers = await signedHeaders(
  { keyId, privateKey: pair.privateKey },
  INGEST_PATH,
  init,
  clock,
);

const [sealing] = KEYS.sealing;
const recorded: RecordedBatch = {
  contractVersion: CONTRACT_VERSION,
  receivedMs: atMs,
  device,
  signingKey: { keyId, publicKey: { x, y } },
  sealingKey: {
    kid: sealing!.kid,
    pkcs8: sealing!.privateKey.export({ type: "pkcs8", format: "der" }).toString("base64"),
  },
  config: EXAMPLE_CONFIG,
  request: { method: "POST", path: INGEST_PATH, headers, body },
  updates,
};
writeFileSync(file, `${JSON.stringify(recorded, null, 2)}\n`);

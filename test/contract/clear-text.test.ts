import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { EntryHeader } from "../../src/contract/entry.ts";
import { HeartbeatRequest } from "../../src/contract/heartbeat.ts";
import { HelpRequest } from "../../src/contract/help-call.ts";
import { KioskHealth } from "../../src/contract/kiosk-health.ts";
import { KioskOutage, KioskTroubles } from "../../src/contract/kiosk-troubles.ts";
import { IngestRequest } from "../../src/contract/ingest.ts";
import { ExportHeader } from "../../src/contract/outbox-export.ts";
import { DeviceKeyRequest, LeavingRequest, PairingRequest } from "../../src/contract/pairing.ts";
import { ClockReading } from "../../src/contract/primitives.ts";
import {
  signatureParameters,
  signatureParametersFrom,
} from "../../src/contract/request-signature.ts";
import { Device } from "../../src/contract/update.ts";
import { Witness } from "../../src/contract/witness.ts";
import { STORES } from "../../src/outbox/schema.ts";

const NONCE = "00000000-0000-4000-8000-00000000abcd";

const SIGNATURE = signatureParametersFrom(
  `kiosk=${signatureParameters({ created: 1, nonce: NONCE, keyId: "A".repeat(43) })}`,
);

const names = (schema: { readonly shape: object }) => Object.keys(schema.shape);

/** In the order of the table, by what the contract itself says. */
const CLEAR: readonly (readonly [string, readonly string[]])[] = [
  ["an entry's header", names(EntryHeader)],
  ["a batch", names(IngestRequest)],
  ["a heartbeat", names(HeartbeatRequest)],
  ["its `witnesses`, numbers per outbox", names(Witness)],
  ["its `health`, of the machine alone", names(KioskHealth)],
  ["its `troubles`, likewise", names(KioskTroubles)],
  ["their `outOfService`", names(KioskOutage)],
  ["a help call", names(HelpRequest)],
  ["`device`, everywhere", names(Device)],
  ["`clock`, everywhere", names(ClockReading)],
  ["pairing", names(PairingRequest)],
  ["a next key", names(DeviceKeyRequest)],
  ["leaving", names(LeavingRequest)],
  ["every signature", Object.keys(SIGNATURE ?? {})],
  ["the first line of a saved file", names(ExportHeader)],
  ["the browser's database, by store", STORES],
];

it("is told in SECURITY.md, member by member", () => {
  const text = readFileSync(path.join(import.meta.dirname, "../../SECURITY.md"), "utf8");
  const [, section = ""] = /^## What the clear header[^\n]*\n([\s\S]*?)^## /m.exec(text) ?? [];
  const rows = [...section.matchAll(/^\| (.+?) \| (`.+`) \|$/gm)].map(([, where, members]) => [
    where,
    [...members!.matchAll(/`(\w+)`/g)].map(([, name]) => name),
  ]);
  expect(rows).toEqual(CLEAR);
});

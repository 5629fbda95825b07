import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Entry } from "../../src/contract/entry.ts";
import { EXAMPLE_CONFIG } from "../../src/contract/example-config.ts";
import { FieldPath } from "../../src/contract/kiosk-troubles.ts";
import { toldPath } from "../../src/kiosk/by-itself/troubles.ts";
import { KioskConfig } from "../../src/contract/kiosk-config.ts";
import { cardFromScan } from "../../src/domain/card.ts";
import { createConfigSource } from "../../src/kiosk/config.ts";
import { Epochs, Incidents, parsedOr } from "../../src/outbox/meta.ts";
import { storageMirror } from "../../src/outbox/mirror.ts";
import { createIngestClient } from "../../src/outbox/ingest-client.ts";
import { flushWedge, QUIET, stepWedge, type WedgeState } from "../../src/scanner/wedge.ts";
import type { WedgeKey } from "../../src/scanner/wedge-key.ts";
import { DEFAULT_WEDGE_SETTINGS } from "../../src/scanner/wedge-settings.ts";
import { anEntry } from "../support/entries.ts";
import { aDevice, memoryKept, memoryStorage, TAKEN } from "../support/kiosk-builders.ts";
import { aMovableClock } from "../support/movable-clock.ts";
import { fuzz, hostileText, nearly, nearlyBytes, soon } from "./fuzzing.ts";

const REFUSALS = ["payment-card", "not-ours", "bad-check-digit", "bad-visitor-id"];

const digits = fc.stringMatching(/^[0-9]{0,40}$/);

const scannedText = fc.oneof(
  hostileText,
  digits,
  digits.map((number) => `mboxPC:${number}.28_0`),
  hostileText.map((text) => `mboxPC:${text}`),
  hostileText.map((text) => `https://evil.example/?kiosk=${text}`),
  digits.map((number) => `%B${number}^A/B^2512`),
);

const wedgeKey: fc.Arbitrary<WedgeKey> = fc.record({
  key: fc.oneof(
    fc.string({ maxLength: 1 }),
    hostileText,
    fc.constantFrom("Enter", "Tab", "Alt", "Shift", "Dead", "Process", "Unidentified", "F1"),
  ),
  code: fc.oneof(hostileText, fc.constantFrom("Digit1", "KeyA", "Numpad7", "Enter", "")),
  timeStamp: fc.oneof(fc.double(), fc.integer({ min: 0, max: 500 })),
  repeat: fc.boolean(),
  ctrl: fc.boolean(),
  alt: fc.boolean(),
  altGraph: fc.boolean(),
  shift: fc.boolean(),
  capsLock: fc.boolean(),
  isComposing: fc.boolean(),
  target: fc.constantFrom("page", "typing", "secret"),
});

describe("what meets the kiosk from outside", () => {
  it("[HI1] a scanned text, a QR code's too, is a card of ours or a refusal that has a name", () =>
    fuzz(
      fc.property(scannedText, scannedText, hostileText, (text, repaired, aim) => {
        const scan = { text, repaired, aim, source: "wedge" } as const;
        const card = soon(() => cardFromScan(scan, EXAMPLE_CONFIG.cardRules));
        if (!card.ok) {
          expect(REFUSALS).toContain(card.error.type);
          return;
        }
        expect(card.value.visitor.value.length).toBeLessThanOrEqual(128);
      }),
    ));

  it("[HI1] key events, whatever they say, leave the decoder in a state of bounded size", () =>
    fuzz(
      fc.property(fc.array(wedgeKey, { maxLength: 60 }), (keys) => {
        let state: WedgeState = QUIET;
        for (const key of keys) {
          const step = soon(() => stepWedge(state, key, DEFAULT_WEDGE_SETTINGS));
          state = step.state;
          for (const effect of step.effects) expect(typeof effect.type).toBe("string");
        }
        const end = flushWedge(state, Number.MAX_VALUE, DEFAULT_WEDGE_SETTINGS);
        expect(JSON.stringify(end.state).length).toBeLessThan(100_000);
      }),
    ));

  it("[HI1] a configuration is taken whole or refused with the path of the field", () =>
    fuzz(
      fc.property(nearly(EXAMPLE_CONFIG), (value) => {
        const parsed = soon(() => KioskConfig.safeParse(value));
        if (parsed.success) return;
        expect(parsed.error.issues[0]?.message).toBeTruthy();
        expect(Array.isArray(parsed.error.issues[0]?.path)).toBe(true);
      }),
    ));

  it("[HI1] a proxy's configuration, or whatever was kept of one, never leaves the kiosk without", () =>
    fuzz(
      fc.asyncProperty(nearlyBytes(EXAMPLE_CONFIG), nearly(EXAMPLE_CONFIG), async (sent, kept) => {
        const source = createConfigSource({
          kept: memoryKept({ config: { checkedBy: "another", config: kept } }),
          fetch: async () =>
            new Response(new Uint8Array(sent), { headers: { "content-type": "application/json" } }),
          appVersion: "1",
          warn: (sentence) => expect(sentence).toMatch(/^The kiosk configuration was ignored: ./),
          // Whichever it is, a heartbeat may tell it.
          onChecked: (field) => void FieldPath.parse(toldPath(field ?? "")),
        });
        expect(KioskConfig.safeParse(await source.last()).success).toBe(true);
        const newest = await source.fetchNewest();
        if (newest !== undefined) expect(KioskConfig.safeParse(newest).success).toBe(true);
      }),
    ));

  it("[HI1] an answer to a batch is a receipt or a named trouble; nothing else comes of it", () => {
    const receipt = {
      v: 1,
      nonce: "00000000-0000-4000-8000-000000000002",
      proxyTimeMs: 1,
      verdicts: [{ id: "00000000-0000-4000-8000-000000000003", verdict: "accepted" }],
      unreadable: [0],
    };
    const clock = aMovableClock();
    return fuzz(
      fc.asyncProperty(
        nearlyBytes(receipt),
        fc.constantFrom(200, 201, 301, 400, 403, 404, 413, 418, 429, 500, 503),
        fc.stringMatching(/^[ -~]{0,40}$/),
        async (bytes, status, header) => {
          const headers = {
            "content-type": "application/json",
            "retry-after": header,
            date: header,
          };
          const client = createIngestClient({
            fetch: async () => new Response(new Uint8Array(bytes), { status, headers }),
            clock,
            newNonce: () => receipt.nonce,
          });
          const batch = { device: aDevice(), clock: TAKEN, entries: [] };
          const outcome = await client.send(batch, new AbortController().signal);
          expect(["receipt", "unavailable", "refused-whole", "too-large", "shut-out"]).toContain(
            outcome.type,
          );
          if (outcome.type === "receipt") expect(status).toBeLessThan(300);
          if ("retryAfterMs" in outcome) {
            expect(outcome.retryAfterMs).toBeGreaterThanOrEqual(0);
            expect(Number.isFinite(outcome.retryAfterMs)).toBe(true);
          }
        },
      ),
    );
  });

  it("[HI1] a stored row of the outbox is what we wrote, or is passed by", () =>
    fuzz(
      fc.property(nearly(anEntry(1)), hostileText, (row, mirrored) => {
        const entry = soon(() => Entry.safeParse(row));
        if (entry.success) expect(Object.keys(entry.data).toSorted()).toEqual(["body", "header"]);
        expect(Array.isArray(parsedOr(Epochs, row, []))).toBe(true);
        expect(Array.isArray(parsedOr(Incidents, row, []))).toBe(true);
        const mirror = storageMirror(memoryStorage({ "tarjeta-outbox": mirrored }));
        expect(() => mirror.read()).not.toThrow();
      }),
    ));
});

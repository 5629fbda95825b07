import { EXAMPLE_BOOK } from "../support/config-book.ts";
import fastify from "fastify";
import { describe, expect, it } from "vitest";
import type { Entry } from "../../src/contract/entry.ts";
import { EXAMPLE_CONFIG } from "../../src/contract/example-config.ts";
import { IMPORTS_PATH, type ExportHeader } from "../../src/contract/outbox-export.ts";
import { scanUpdate } from "../../src/kiosk/capture.ts";
import { exportOutbox } from "../../src/kiosk/outbox-export.ts";
import { routeImport } from "../../src/proxy/import.ts";
import { takeIn } from "../../src/proxy/ingest.ts";
import { acceptJsonOnly } from "../../src/proxy/json-only.ts";
import { createBodyOpener } from "../../src/proxy/open-body.ts";
import type { KeyedDevice } from "../../src/proxy/store/device-store.ts";
import { memberCards } from "../support/cards.ts";
import { aDevice, aDraft } from "../support/entries.ts";
import { memoryKept } from "../support/kiosk-builders.ts";
import { KEYS } from "../support/keys.ts";
import { memoryOutbox } from "../support/memory-outbox.ts";
import { aMovableClock } from "../support/movable-clock.ts";
import { sealForTest } from "../support/sealing.ts";
import { aMemoryStore } from "../support/store-files.ts";

const DAY_MS = 86_400_000;
const LOAD = "5e5e5e5e-0000-4000-8000-0000000000";
const cards = memberCards(2, 9_700);

/** A kiosk whose clock is `offMs` behind the proxy's, with two scans a minute apart. */
async function aSavedFile(clock: ReturnType<typeof aMovableClock>, offMs: number) {
  const outbox = memoryOutbox();
  const scannedAt: number[] = [];
  for (const card of cards) {
    const update = scanUpdate({ kind: "member", value: card }, aDevice(), EXAMPLE_CONFIG);
    scannedAt.push(clock.wallMs());
    await outbox.add({
      ...aDraft(),
      segment: `${LOAD}01.0`,
      wallMs: clock.wallMs() - offMs,
      monoMs: clock.monoMs(),
      heldUntil: 0,
      seal: (header) => sealForTest(header, JSON.stringify(update)),
    });
    clock.advance(60_000);
  }
  const saved = await exportOutbox({
    outbox,
    kept: memoryKept({ "proxy-offset": offMs }),
    clock: { ...clock, wallMs: () => clock.wallMs() - offMs },
    // Another page of the kiosk than the one that scanned.
    reading: () => ({ segment: `${LOAD}02.0`, wallMs: clock.wallMs() - offMs, monoMs: 7 }),
    device: aDevice(),
  });
  const [header, ...entries] = (await saved.file.text()).trim().split("\n");
  return {
    header: JSON.parse(header!) as ExportHeader,
    entries: entries.map((line) => JSON.parse(line) as Entry),
    scannedAt,
  };
}

function aPairedKiosk(pairedMs: number): KeyedDevice {
  return {
    keyId: "k",
    publicKey: { x: "x", y: "y" },
    state: "revoked",
    endsMs: undefined,
    device: aDevice(),
    name: "door",
    pairedMs,
    replaces: undefined,
    replacedBy: undefined,
  };
}

async function anImport(clock: ReturnType<typeof aMovableClock>, pairedMs = clock.wallMs()) {
  const store = await aMemoryStore();
  const app = fastify();
  acceptJsonOnly(app);
  app.decorateRequest("actSubject", "");
  const deps = { store, clock, openBody: createBodyOpener(() => KEYS), judge: EXAMPLE_BOOK.judge };
  routeImport(app, {
    takeIn: (handedOver) => takeIn(deps, handedOver),
    registry: { list: () => [aPairedKiosk(pairedMs)] },
    clock,
    onStored: () => undefined,
  });
  const bring = (body: unknown) =>
    app.inject({
      method: "POST",
      url: IMPORTS_PATH,
      headers: { "content-type": "application/json" },
      payload: JSON.stringify(body),
    });
  return { store, bring };
}

describe("a file that a kiosk saved", () => {
  it.each([
    ["a right clock", 0],
    ["a clock a year behind", 365 * DAY_MS],
  ])(
    "[PR3] [CL1] dates its scans as they were made, imported days later, with %s",
    async (_, offMs) => {
      const clock = aMovableClock();
      const pairedMs = clock.wallMs();
      clock.advance(DAY_MS);
      const { header, entries, scannedAt } = await aSavedFile(clock, offMs);
      clock.advance(3 * DAY_MS);
      const { store, bring } = await anImport(clock, pairedMs);
      const answer = await bring({ v: 1, header, entries });
      expect(answer.json()).toEqual({ verdicts: { accepted: 2 }, reasons: [] });
      const nowMs = clock.wallMs();
      const { claims } = await store.claim({
        nowMs: nowMs + DAY_MS,
        ledgerMs: nowMs + DAY_MS,
        leaseMs: 1_000,
        limit: 10,
        maxCallMs: 1_000,
        allowed: 100,
      });
      const dated = claims.map(({ visitor, attributes }) => [
        visitor.value,
        attributes.find(({ name }) => name === "lastScanAt")?.value,
      ]);
      expect(dated.toSorted()).toEqual(
        cards.map((card, index) => [card, new Date(scannedAt[index]!).toISOString()]).toSorted(),
      );
    },
  );

  it("[PR3] [IN6] says which entries wait for a key, and takes the others", async () => {
    const clock = aMovableClock();
    const { header, entries } = await aSavedFile(clock, 0);
    const [first, second] = entries;
    const other = { ...first!, header: { ...first!.header, kid: "gone" } };
    const { bring } = await anImport(clock);
    expect((await bring({ v: 1, header, entries: [other, second] })).json()).toEqual({
      verdicts: { accepted: 1, retry: 1 },
      reasons: ["unknown-key"],
    });
  });

  it("[PR3] is refused by the field that is wrong, and by nothing of what stands there", async () => {
    const clock = aMovableClock();
    const { header, entries } = await aSavedFile(clock, 0);
    const { bring } = await anImport(clock);
    const answer = await bring({ v: 1, header: { ...header, type: cards[0] }, entries });
    expect(answer.statusCode).toBe(400);
    expect(answer.json().detail).toContain("header.type");
    expect(answer.body).not.toContain(cards[0]);
  });

  it("[PR3] [CF1] made up, is judged as if its kiosk had sent it", async () => {
    const clock = aMovableClock();
    const { header, entries } = await aSavedFile(clock, 0);
    const { kid: _kid, enc: _enc, ...clear } = entries[0]!.header;
    const update = scanUpdate({ kind: "member", value: cards[0]! }, aDevice(), EXAMPLE_CONFIG);
    const points = { name: "points", value: { type: "text", text: "100000" } };
    const { body, ...key } = sealForTest(
      clear,
      JSON.stringify({ ...update, attributes: [points] }),
    );
    const { store, bring } = await anImport(clock);
    const answer = await bring({ v: 1, header, entries: [{ header: { ...clear, ...key }, body }] });
    expect(answer.json()).toMatchObject({ verdicts: { rejected: 1 } });
    expect((await store.receipts({ limit: 10 })).receipts.map(({ verdict }) => verdict)).toEqual(
      [],
    );
  });
});

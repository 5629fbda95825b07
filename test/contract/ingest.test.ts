import { describe, expect, it } from "vitest";
import { HeartbeatReceipt } from "../../src/contract/heartbeat.ts";
import { IngestReceipt, IngestRequest, MAX_BATCH_ENTRIES } from "../../src/contract/ingest.ts";

const UUID = "3f2c8a10-5b7d-4c1e-9f00-0123456789ab";

const REQUEST = {
  v: 1,
  nonce: UUID,
  device: { deviceId: UUID, storeId: "madrid-1", kioskId: "k1", timeZone: "Europe/Madrid" },
  clock: { segment: "0a1b2c3d.0", wallMs: 0, monoMs: 1 },
  entries: [{}],
};

const RECEIPT = {
  v: 1,
  nonce: UUID,
  proxyTimeMs: 1_795_000_000_000,
  verdicts: [
    { id: UUID, verdict: "accepted" },
    { id: UUID, verdict: "duplicate" },
    { id: UUID, verdict: "superseded", reason: "something newer was known" },
    { id: UUID, verdict: "rejected", reason: "not a visitor id" },
    { id: UUID, verdict: "retry", reason: "unknown key", retryAfterMs: 1_000 },
  ],
  unreadable: [5],
  highestSeq: { epoch: UUID, seq: 7 },
};

describe("IngestRequest", () => {
  it("leaves the entries to be judged one by one", () => {
    const entries = [null, 1, "x", { header: "broken" }];
    expect(IngestRequest.parse({ ...REQUEST, entries }).entries).toEqual(entries);
  });

  it("bounds how many they are, and is no empty gesture", () => {
    const sized = (length: number) =>
      IngestRequest.safeParse({ ...REQUEST, entries: Array.from({ length }, () => ({})) }).success;
    expect([0, 1, MAX_BATCH_ENTRIES, MAX_BATCH_ENTRIES + 1].map(sized)).toEqual([
      false,
      true,
      true,
      false,
    ]);
  });

  it.each([
    ["timeZone", "Europe/Nowhere"],
    ["storeId", ""],
    ["storeId", "../etc"],
    ["kioskId", "k 1"],
    ["deviceId", "k1"],
  ])("refuses a device whose %s is %j, with its path", (member, value) => {
    const device = { ...REQUEST.device, [member]: value };
    expect(IngestRequest.safeParse({ ...REQUEST, device }).error?.issues).toMatchObject([
      { path: ["device", member] },
    ]);
  });

  it("refuses an unknown member: a kiosk says nothing that nobody reads", () => {
    expect(IngestRequest.safeParse({ ...REQUEST, card: "2912345678906" }).success).toBe(false);
  });
});

describe("receipts", () => {
  it("say one of five things of each entry", () => {
    expect(IngestReceipt.parse(RECEIPT)).toEqual(RECEIPT);
    const verdicts = [{ id: UUID, verdict: "maybe" }];
    expect(IngestReceipt.safeParse({ ...RECEIPT, verdicts }).success).toBe(false);
  });

  it("tolerate members that a newer proxy adds, at every depth", () => {
    const newer = {
      ...RECEIPT,
      gaps: [[1, 2]],
      verdicts: RECEIPT.verdicts.map((each) => ({ ...each, version: 2 })),
      highestSeq: { ...RECEIPT.highestSeq, of: "all" },
    };
    expect(IngestReceipt.parse(newer)).toEqual(RECEIPT);
    const heartbeat = { v: 1, nonce: UUID, proxyTimeMs: 0, configVersion: "example-1" };
    expect(HeartbeatReceipt.parse({ ...heartbeat, restart: true })).toEqual(heartbeat);
  });

  it.each(["<html>Welcome to our Wi-Fi</html>", "", null, [], {}, { verdicts: [] }, { v: 1 }])(
    "are not what a captive portal answers: %j",
    (answer) => {
      expect(IngestReceipt.safeParse(answer).success).toBe(false);
    },
  );

  it("need the nonce, the time and the verdicts", () => {
    for (const member of ["v", "nonce", "proxyTimeMs", "verdicts", "unreadable"]) {
      const { [member]: _, ...rest }: Record<string, unknown> = RECEIPT;
      expect(IngestReceipt.safeParse(rest).error?.issues).toMatchObject([{ path: [member] }]);
    }
  });
});

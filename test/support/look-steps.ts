import { expect } from "vitest";
import type {
  ExpectedAttribute,
  LookKind,
  LookSettlement,
} from "../../src/proxy/store/read-back-store.ts";
import type { Claim, ClaimAsk, Settlement, Store } from "../../src/proxy/store/store.ts";
import { aBatch, anUpdate, DAY, EPOCH, MINUTE, NOW } from "./store-builders.ts";

// One step each of a visitor's way between a store and Target, long after `NOW`.

export const HOUR = 60 * MINUTE;
export const CARD = "21";

export const ASK: ClaimAsk = {
  nowMs: NOW + 90 * DAY,
  ledgerMs: NOW,
  maxCallMs: 1,
  allowed: 1_000,
  leaseMs: MINUTE,
  limit: 9,
};

let seq = 0;

export async function scan(
  store: Store,
  attributes: Readonly<Record<string, string>>,
  { card = CARD, atMs = NOW - HOUR + 1, receiptMs = NOW, epoch = EPOCH } = {},
): Promise<void> {
  seq += 1;
  const result = await store.ingest(
    aBatch([anUpdate({ card, attributes, epoch, seq, atMs })], { receiptMs }),
  );
  if (result.type !== "stored") throw new Error(result.type);
}

export async function claimOne(store: Store): Promise<Claim> {
  const { claims } = await store.claim(ASK);
  expect(claims).toHaveLength(1);
  return claims[0]!;
}

/** Acknowledges one claim, to be read back. */
export async function callOnce(store: Store): Promise<Claim> {
  const claim = await claimOne(store);
  const sent = claim.attributes.map(({ name, value, effectiveMs }) => ({
    name,
    value,
    effectiveMs,
  }));
  await store.recordSending(
    claim,
    sent.map(({ name }) => name),
  );
  await settle(store, claim, {
    type: "delivered",
    version: claim.version,
    atMs: NOW,
    nextDueAtMs: NOW,
    readBack: { dueMs: NOW + HOUR, sent },
  });
  return claim;
}

export async function settle(store: Store, claim: Claim, settlement: Settlement): Promise<void> {
  expect(await store.settle(claim, settlement)).toBe(true);
}

export async function lookOnce(
  store: Store,
  settlementOf: (expected: readonly ExpectedAttribute[]) => LookSettlement,
  kind: LookKind = "check",
): Promise<void> {
  const [look] = await store.claimLooks({ ...ASK, kind });
  expect(await store.settleLook(look!, settlementOf(look!.expected))).toBe(true);
}

export function seen(
  over: Partial<Extract<LookSettlement, { type: "seen" }>> = {},
): LookSettlement {
  return { type: "seen", atMs: NOW, expected: [], seen: {}, resend: [], givenUp: [], ...over };
}

export const CHARGE = { ledgerMs: NOW, maxCallMs: 1 };
export const found = { type: "found", atMs: NOW } as const;

export const shares = async (store: Store) => (await store.figures(NOW, 0)).scans;
export const NONE = { applied: 0, waiting: 0, unknown: 0, refused: 0 };

export const sentOf = ({ attributes }: Claim) =>
  Object.fromEntries(attributes.map(({ name, value }) => [name, value]));

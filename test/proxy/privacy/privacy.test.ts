import path from "node:path";
import { onTestFinished, describe, expect, it } from "vitest";
import { PrivacyReceipt } from "../../../src/contract/privacy.ts";
import { openPrivacyLog, readPrivacyLog } from "../../../src/proxy/privacy/privacy-log.ts";
import { createPrivacy } from "../../../src/proxy/privacy/privacy.ts";
import type { Store } from "../../../src/proxy/store/store.ts";
import { createVault } from "../../../src/proxy/vault/vault.ts";
import { cardIds, type MappedId } from "../../../src/proxy/visitor-ids/visitor-ids.ts";
import { KEYS } from "../../support/keys.ts";
import { aMovableClock } from "../../support/movable-clock.ts";
import { aBatch, anUpdate, NOW } from "../../support/store-builders.ts";
import { aFolder, aMemoryStore } from "../../support/store-files.ts";

const VISITOR = { kind: "member", value: "2912345678906" } as const;

async function aPrivacy(
  mapped: MappedId,
  file = path.join(aFolder(), "privacy.log"),
  given?: Store,
  isShared = false,
) {
  const vault = createVault(KEYS);
  const log = await openPrivacyLog(file, vault);
  onTestFinished(() => log.close());
  return createPrivacy({
    isShared,
    store: given ?? (await aMemoryStore()),
    vault,
    log,
    visitorIds: { ...cardIds, idFor: async () => mapped },
    clock: aMovableClock(NOW),
    cleared: { "*": "-" },
    organization: "1234@AdobeOrg",
    onClearing: () => undefined,
  });
}

const claimAll = async (store: Store) => {
  const ask = { nowMs: NOW, ledgerMs: NOW, leaseMs: 1, maxCallMs: 1, allowed: 100, limit: 10 };
  return (await store.claim(ask)).claims;
};

/** Takes in a scan and sends it, to the end. */
async function sent(store: Store, seq: number, attributes: Readonly<Record<string, string>>) {
  await store.ingest(aBatch([anUpdate({ seq, attributes, card: VISITOR.value })]));
  for (const claim of await claimAll(store)) {
    await store.recordSending(claim, Object.keys(attributes));
    const { version } = claim;
    await store.settle(claim, { type: "delivered", version, atMs: NOW, nextDueAtMs: NOW });
  }
}

describe("a withdrawal that is applied again", () => {
  it("[PV6] clears what was sent after the database was copied, too, and once", async () => {
    const file = path.join(aFolder(), "privacy.log");
    const [copied, later] = [await aMemoryStore(), await aMemoryStore()];
    for (const store of [copied, later]) await sent(store, 1, { lastStore: "S-1" });
    await sent(later, 2, { visitReason: "gift" });
    const mapped = { type: "mapped", visitor: VISITOR } as const;
    const receipt = await (await aPrivacy(mapped, file, later)).apply("withdraw", VISITOR);
    expect(receipt.clearing).toEqual(["lastStore", "visitReason"]);

    await (await aPrivacy(mapped, file, copied)).applyAgain();
    const [claim, ...others] = await claimAll(copied);
    expect(others).toEqual([]);
    expect(claim?.attributes.map(({ name, value }) => [name, value])).toEqual([
      ["lastStore", "-"],
      ["visitReason", "-"],
    ]);
    const { version } = claim!;
    await copied.settle(claim!, { type: "delivered", version, atMs: NOW, nextDueAtMs: NOW });
    await (await aPrivacy(mapped, file, copied)).applyAgain();
    expect(await claimAll(copied)).toEqual([]);
  });
});

describe("a log that has not what the database has", () => {
  it("[FC2] is another proxy's doing where the database is shared, and a loss where it is not", async () => {
    const mapped = { type: "mapped", visitor: VISITOR } as const;
    for (const isShared of [true, false]) {
      const store = await aMemoryStore();
      await (await aPrivacy(mapped, undefined, store, isShared)).apply("withdraw", VISITOR);
      const file = path.join(aFolder(), "privacy.log");
      await (await aPrivacy(mapped, file, store, isShared)).applyAgain();
      // Either way it has it from now on.
      expect(readPrivacyLog(file, createVault(KEYS))).toMatchObject([{ act: "withdraw" }]);
      const open = (await store.incidents(10)).filter(({ open }) => open);
      expect(open.map(({ type }) => type)).toEqual(isShared ? [] : ["privacy-log-behind"]);
    }
  });
});

describe("an erasure", () => {
  it.each([{ type: "unmapped" as const }, { type: "unavailable" as const, retryAfterMs: 1_000 }])(
    "[PV6] says by name why it has no Privacy Service job: $type",
    async (mapped) => {
      const privacy = await aPrivacy(mapped);
      const receipt = PrivacyReceipt.parse(await privacy.apply("erase", VISITOR));
      expect(receipt.adobePrivacyJobMissing).toBe(mapped.type);
      expect(receipt.adobePrivacyJob).toBeUndefined();
      expect(await privacy.apply("withdraw", VISITOR)).not.toHaveProperty("adobePrivacyJobMissing");
      const known = await aPrivacy({ type: "mapped", visitor: VISITOR });
      expect(await known.apply("erase", VISITOR)).not.toHaveProperty("adobePrivacyJobMissing");
    },
  );
});

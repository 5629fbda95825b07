import path from "node:path";
import { onTestFinished, describe, expect, it } from "vitest";
import { PrivacyReceipt } from "../../../src/contract/privacy.ts";
import { openPrivacyLog } from "../../../src/proxy/privacy/privacy-log.ts";
import { createPrivacy } from "../../../src/proxy/privacy/privacy.ts";
import { createVault } from "../../../src/proxy/vault/vault.ts";
import { cardIds, type MappedId } from "../../../src/proxy/visitor-ids/visitor-ids.ts";
import { KEYS } from "../../support/keys.ts";
import { aMovableClock } from "../../support/movable-clock.ts";
import { aFolder, aMemoryStore } from "../../support/store-files.ts";

const VISITOR = { kind: "member", value: "2912345678906" } as const;

async function aPrivacy(mapped: MappedId) {
  const vault = createVault(KEYS);
  const log = await openPrivacyLog(path.join(aFolder(), "privacy.log"), vault);
  onTestFinished(() => log.close());
  return createPrivacy({
    store: await aMemoryStore(),
    vault,
    log,
    visitorIds: { ...cardIds, idFor: async () => mapped },
    clock: aMovableClock(),
    cleared: {},
    organization: "1234@AdobeOrg",
    onClearing: () => undefined,
  });
}

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

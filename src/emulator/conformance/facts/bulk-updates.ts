import {
  batchOf,
  finishBatch,
  finishBatchIfTaken,
  submitBatch,
  takeBatch,
  type BatchVersion,
} from "../batches.ts";
import { seenInTime, seenByItsEffect, seenByItsAnswer, type Fact } from "../fact.ts";
import { expectEqual, expectThat } from "../mismatch.ts";
import {
  attributesOf,
  expectAttributes,
  expectNoProfile,
  fetchProfile,
  manyAttributes,
} from "../requests.ts";
import { BULK_API, CAMPAIGN_SENDER, LIMITS } from "../sources.ts";
import type { EmulatorSubject } from "../subject.ts";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../time.ts";

/** What a bulk update does. How it is written and what is said of it have pages of their own. */
export const BULK_UPDATES: readonly Fact[] = [
  seenByItsAnswer({
    id: "BU-01",
    says: "Version 1, still supported, is POST /m2/CLIENT/profile/batchUpdate.",
    confidence: "documented",
    source: BULK_API,
    check: async (subject) => {
      const { value } = await subject.member();
      await takeBatch(subject, "v1", batchOf("thirdPartyId,cnV1", `${value},1`));
    },
  }),
  seenByItsEffect({
    id: "BU-02",
    says: "Version 1 updates only: a visitor without a profile gets none.",
    confidence: "documented",
    source: BULK_API,
    check: async (subject) => {
      const [stranger, known] = [subject.freshId(), await subject.member()];
      const body = batchOf("thirdPartyId,cnV1", `${stranger},1`, `${known.value},1`);
      await finishBatch(subject, "v1", body);
      await expectNoProfile(subject, { kind: "member", value: stranger });
      await expectAttributes(subject, known, { cnV1: "1" });
    },
  }),
  seenByItsAnswer({
    id: "BU-03",
    says: "Version 2, the current one, is POST /m2/CLIENT/v2/profile/batchUpdate.",
    confidence: "documented",
    source: BULK_API,
    check: async (subject) => {
      const { value } = await subject.member();
      await takeBatch(subject, "v2", batchOf("thirdPartyId,cnV2", `${value},1`));
    },
  }),
  seenByItsEffect({
    id: "BU-04",
    says: "Version 2 creates a profile that is not found.",
    confidence: "documented",
    source: `${BULK_API}, "Create profile if not found"`,
    check: async (subject) => {
      const stranger = { kind: "member", value: subject.freshId() } as const;
      await finishBatch(subject, "v2", batchOf("thirdPartyId,cnV2", `${stranger.value},1`));
      await expectAttributes(subject, stranger, { cnV2: "1" });
    },
  }),
  {
    id: "BU-05",
    says: "Where the site uses the Experience Cloud ID service, use version 1 for pcId and version 2 for thirdPartyId only.",
    confidence: "documented",
    source: `${BULK_API}, since August 2025`,
    observable: "no",
    reason: "advice",
    because: "says which version to choose; what goes wrong otherwise is not said",
  },
  seenByItsEffect({
    id: "BU-24",
    says: "There is no limit on rows in 24 hours: they do not use up the single update's million. The former million rows a day is gone.",
    confidence: "documented",
    source: `${BULK_API}; the rule was removed in November 2025 "as it is no longer true"`,
    check: async (subject) => {
      const { inWindow } = await subject.control.meter();
      await subject.control.tune({ limit: inWindow });
      const member = await subject.member();
      const rows = [subject.freshId(), subject.freshId(), member.value].map((id) => `${id},1`);
      await finishBatch(subject, "v1", batchOf("thirdPartyId,cnFree", ...rows));
      await expectAttributes(subject, member, { cnFree: "1" });
      expectEqual("single updates counted", (await subject.control.meter()).inWindow, inWindow);
    },
  }),
  {
    id: "BU-25",
    says: "Whether and how large batches are throttled in business hours.",
    confidence: "undocumented",
    source: `${BULK_API}: they "may be throttled"`,
    observable: "no",
    reason: "unknown",
    switches: ["bulkThrottle"],
    because: "nothing is documented",
  },
  {
    id: "BU-26",
    says: "At most 50 calls a minute; what is over gets status 503.",
    confidence: "documented",
    source: `${LIMITS}: 50 calls a minute over administration, reporting and bulk profile update`,
    observable: "emulator-only",
    because: "the account's people and other systems share those 50 calls",
    needs: ["writes", "control", "time travel"],
    check: async (subject) => {
      await subject.control.advance(2 * MINUTE_MS);
      const submit = async () => {
        const body = batchOf("thirdPartyId,cnOften", `${subject.freshId()},1`);
        return (await submitBatch(subject, "v1", body)).status;
      };
      const statuses: number[] = [];
      for (let call = 0; call < 51; call += 1) statuses.push(await submit());
      await subject.control.advance(2 * MINUTE_MS);
      expectEqual("answers other than 503 among the first 50", count(statuses.slice(0, 50)), 50);
      expectEqual("status of call 51", statuses[50], 503);
      expectThat("heard again after a minute", (await submit()) !== 503, 503);
    },
  },
  seenByItsEffect({
    id: "BU-27",
    says: "There is no limit on the number of attributes of a row.",
    confidence: "documented",
    source: BULK_API,
    check: async (subject) => {
      const member = await subject.member();
      const names = Array.from({ length: 1_000 }, (_, index) => `cnMany${index}`);
      const row = [member.value, ...names.map((_, index) => index)].join(",");
      await finishBatch(subject, "v2", batchOf(["thirdPartyId", ...names].join(","), row));
      const seen = Object.keys(await attributesOf(subject, member));
      const arrived = seen.filter((name) => name.startsWith("cnMany")).length;
      expectEqual("attributes that arrived", arrived, 1_000);
    },
  }),
  seenByItsEffect({
    id: "BU-28",
    says: "The external profile data of a visitor does not exceed 64 KB, by bulk neither.",
    confidence: "documented",
    source: `${BULK_API}, "must not exceed 64 KB"`,
    check: async (subject) => {
      const member = await subject.member();
      for (const prefix of ["cnA", "cnB", "cnC"]) {
        const many = manyAttributes(140, prefix);
        const headers = ["thirdPartyId", ...Object.keys(many)].join(",");
        const row = [member.value, ...Object.values(many)].join(",");
        await finishBatch(subject, "v1", batchOf(headers, row));
      }
      const seen = Object.entries(await attributesOf(subject, member));
      const bytes = seen.reduce((sum, [name, value]) => sum + name.length + value.length, 0);
      expectThat("at most 65536 bytes of attributes", bytes <= 65_536, bytes);
      expectThat("some attributes", bytes > 0, bytes);
    },
  }),
  seenByItsEffect({
    id: "BU-29",
    says: "Empty cells are ignored and never clear, in version 1.",
    confidence: "documented",
    source: `${BULK_API}, on empty values`,
    check: (subject) => expectEmptyIgnored(subject, "v1"),
  }),
  seenByItsEffect({
    id: "BU-30",
    says: "Empty cells are ignored and never clear, in version 2. Removal is planned for a version 3.",
    confidence: "documented",
    source: `${BULK_API}, on empty values`,
    check: (subject) => expectEmptyIgnored(subject, "v2"),
  }),
  seenByItsEffect({
    id: "BU-31",
    says: "A batch with nothing but empty cells is ignored entirely.",
    confidence: "documented",
    source: `${BULK_API}, on empty values`,
    check: async (subject) => {
      const known = await subject.control.newMember({ cnKept: "before" });
      const stranger = subject.freshId();
      const body = batchOf("thirdPartyId,cnKept", `${known.value},`, `${stranger},`);
      await finishBatchIfTaken(subject, "v2", body);
      await expectAttributes(subject, known, { cnKept: "before" });
      await expectNoProfile(subject, { kind: "member", value: stranger });
    },
  }),
  seenByItsEffect({
    id: "BU-32",
    says: "A second version 2 batch without an mbox call in between overrides what the first one updated.",
    confidence: "documented",
    source: `${BULK_API}, caveats: "Consecutive v2 batch update calls without mbox calls in between"`,
    switches: ["bulkBackToBack"],
    check: async (subject) => {
      const member = await subject.member();
      await finishBatch(subject, "v2", batchOf("thirdPartyId,cnEarly", `${member.value},1`));
      await finishBatch(subject, "v2", batchOf("thirdPartyId,cnLate", `${member.value},2`));
      await expectAttributes(subject, member, { cnEarly: undefined, cnLate: "2" });
    },
  }),
  seenInTime({
    id: "BU-33",
    says: "With an mbox call in between, both version 2 batches count.",
    confidence: "inferred",
    source: `${BULK_API}, caveats, read the other way round`,
    check: async (subject) => {
      const member = await subject.member();
      await finishBatch(subject, "v2", batchOf("thirdPartyId,cnEarly", `${member.value},1`));
      await subject.control.visitSite(member, { cnSite: "1" });
      await subject.control.advance(HOUR_MS);
      await finishBatch(subject, "v2", batchOf("thirdPartyId,cnLate", `${member.value},2`));
      await expectAttributes(subject, member, { cnEarly: "1", cnLate: "2" });
    },
  }),
  seenInTime({
    id: "BU-34",
    says: "Of large batches up to 0.1 % may be lost, and no more.",
    confidence: "documented",
    source: `${BULK_API}, "up to 0.1% of large production batches might not be onboarded or retained"`,
    switches: ["bulkRowsLostShare"],
    check: async (subject) => {
      await subject.control.asFound();
      const ids = Array.from({ length: 1_000 }, () => subject.freshId());
      const rows = ids.map((id) => `${id},1`);
      await finishBatch(subject, "v2", batchOf("thirdPartyId,cnLarge", ...rows));
      await subject.control.advance(DAY_MS);
      const statuses = await Promise.all(
        ids.map(async (value) => (await fetchProfile(subject, { kind: "member", value })).status),
      );
      // Drawn row by row, so that one of 1,000 is what is expected, and eight are still chance.
      const lost = statuses.filter((status) => status !== 200).length;
      expectThat("at most 8 of 1,000 rows lost", lost <= 8, lost);
    },
  }),
  seenInTime({
    id: "BU-35",
    says: "A batch takes effect in general in under an hour, at the latest within 24 hours.",
    confidence: "documented",
    source: BULK_API,
    check: async (subject) => {
      const member = await subject.member();
      await subject.control.asFound();
      await subject.control.switchTo({ bulkRowsLostShare: 0 });
      await takeBatch(subject, "v2", batchOf("thirdPartyId,cnDay", `${member.value},1`));
      await subject.control.advance(DAY_MS);
      await expectAttributes(subject, member, { cnDay: "1" });
    },
  }),
  {
    id: "BU-36",
    says: "Batches of 5,000 to 20,000 rows are complete after about five minutes.",
    confidence: "practised",
    source: `${CAMPAIGN_SENDER}, measurements`,
    observable: "no",
    reason: "history",
    because: "somebody's measurement of one account, not a promise",
  },
];

function count(statuses: readonly number[]): number {
  return statuses.filter((status) => status !== 503).length;
}

async function expectEmptyIgnored(subject: EmulatorSubject, version: BatchVersion): Promise<void> {
  const member = await subject.control.newMember({ cnKept: "before", cnSet: "before" });
  const body = batchOf("thirdPartyId,cnKept,cnSet", `${member.value},,after`);
  await finishBatch(subject, version, body);
  await expectAttributes(subject, member, { cnKept: "before", cnSet: "after" });
}

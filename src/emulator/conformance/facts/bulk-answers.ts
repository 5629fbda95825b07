import {
  batchOf,
  batchStatus,
  elementNames,
  elementOf,
  finishBatch,
  submitBatch,
  takeBatch,
} from "../batches.ts";
import { seenByItsEffect, seenByItsAnswer, type Fact } from "../fact.ts";
import { describeAnswer, expectEqual, expectThat, Mismatch } from "../mismatch.ts";
import { BULK_API, CAMPAIGN_SENDER, NOBODY, OLD_API_SITE, RELEASE_NOTES } from "../sources.ts";

/** What is answered to a bulk update, and said of it later. */
export const BULK_ANSWERS: readonly Fact[] = [
  seenByItsAnswer({
    id: "BU-37",
    says: "A batch that is taken is answered by success true, the address of its status, and Batch submitted for processing.",
    confidence: "documented",
    source: `${BULK_API}, sample response`,
    check: async (subject) => {
      const { value } = await subject.member();
      const answer = await submitBatch(subject, "v2", batchOf("thirdPartyId,cnSaid", `${value},1`));
      const names = ["response", "success", "batchStatus", "message"];
      expectEqual("elements", elementNames(answer), names);
      expectEqual("success", elementOf(answer, "success"), "true");
      expectEqual("message", elementOf(answer, "message"), "Batch submitted for processing");
    },
  }),
  seenByItsAnswer({
    id: "BU-38",
    says: "A batch id is the client code, the moment in milliseconds since 1970, and a number, joined by hyphens.",
    confidence: "documented",
    source: `${BULK_API}, sample response`,
    check: async (subject) => {
      const { value } = await subject.member();
      const body = batchOf("thirdPartyId,cnId", `${value},1`);
      const id = new URL(await takeBatch(subject, "v2", body)).searchParams.get("batchId") ?? "";
      const rest = id.startsWith(`${subject.client}-`) ? id.slice(subject.client.length) : "";
      expectThat("CLIENT-MILLISECONDS-NUMBER", /^-\d{13}-\d+$/.test(rest), id);
    },
  }),
  {
    id: "BU-39",
    says: "A batch that is turned down is answered by success false and a detailed message, so that the body has to be read.",
    confidence: "documented",
    source: `${BULK_API}, "the response contains success=false and a detailed message"; ${CAMPAIGN_SENDER}: with status 200`,
    observable: "live",
    needs: ["writes"],
    check: async (subject) => {
      const answer = await submitBatch(subject, "v2", `nothing,here\n${subject.freshId()},1`);
      expectEqual("success", elementOf(answer, "success"), "false");
      const message = elementOf(answer, "message") ?? "";
      expectThat("a message", message !== "", describeAnswer(answer));
    },
  },
  seenByItsAnswer({
    id: "BU-40",
    says: "The address of a batch's status is complete and is used as it stands; it may name a host of its own.",
    confidence: "documented",
    source: `${BULK_API}, sample on mboxedge45; ${CAMPAIGN_SENDER} uses it as it stands`,
    check: async (subject) => {
      const { value } = await subject.member();
      const body = batchOf("thirdPartyId,cnAddress", `${value},1`);
      const address = await takeBatch(subject, "v2", body);
      const answer = await batchStatus(subject, address);
      const id = new URL(address).searchParams.get("batchId");
      expectEqual("batchId", elementOf(answer, "batchId"), id);
    },
  }),
  seenByItsAnswer({
    id: "BU-41",
    says: "A status holds batchId, status and batchSize, and no more unless details are asked for.",
    confidence: "documented",
    source: `${BULK_API}, sample`,
    check: async (subject) => {
      const { value } = await subject.member();
      const body = batchOf("thirdPartyId,cnSize", `${value},1`);
      const answer = await batchStatus(subject, await takeBatch(subject, "v2", body));
      const names = ["response", "batchId", "status", "batchSize"];
      expectEqual("elements", elementNames(answer), names);
      expectEqual("batchSize", elementOf(answer, "batchSize"), "1");
    },
  }),
  seenByItsAnswer({
    id: "BU-42",
    says: "A status is one of complete, incomplete and stuck.",
    confidence: "documented",
    source: BULK_API,
    check: async (subject) => {
      const { value } = await subject.member();
      const body = batchOf("thirdPartyId,cnWord", `${value},1`);
      const answer = await batchStatus(subject, await takeBatch(subject, "v2", body));
      const status = elementOf(answer, "status") ?? "";
      expectThat("one of the three", ["complete", "incomplete", "stuck"].includes(status), status);
    },
  }),
  seenByItsEffect({
    id: "BU-43",
    says: "A batch is incomplete while it is being worked off, and complete afterwards.",
    confidence: "documented",
    source: BULK_API,
    check: async (subject) => {
      const rows = Array.from({ length: 100 }, () => `${subject.freshId()},1`);
      const address = await takeBatch(subject, "v1", batchOf("thirdPartyId,cnWork", ...rows));
      const status = async () => elementOf(await batchStatus(subject, address), "status");
      expectEqual("status at once", await status(), "incomplete");
      await subject.control.finishBatch(address);
      expectEqual("status in the end", await status(), "complete");
    },
  }),
  seenByItsEffect({
    id: "BU-44",
    says: "A batch that could not be completed is stuck.",
    confidence: "documented",
    source: BULK_API,
    check: async (subject) => {
      const rows = Array.from({ length: 100 }, () => `${subject.freshId()},1`);
      const address = await takeBatch(subject, "v1", batchOf("thirdPartyId,cnStuck", ...rows));
      await subject.control.stickBatch(address);
      const answer = await batchStatus(subject, address);
      expectEqual("status", elementOf(answer, "status"), "stuck");
    },
  }),
  seenByItsEffect({
    id: "BU-45",
    says: "With showDetails=true a status counts rows consumed, updated, without a profile, and failed, and names none.",
    confidence: "documented",
    source: `${BULK_API}: consumedCount, successfulUpdates, profilesNotFound, failedUpdates`,
    check: async (subject) => {
      const known = [await subject.member(), await subject.member()].map(({ value }) => value);
      const rows = [...known, subject.freshId()].map((id) => `${id},1`);
      const address = await finishBatch(subject, "v1", batchOf("thirdPartyId,cnCount", ...rows));
      const answer = await batchStatus(subject, address, "&showDetails=true");
      expectEqual("counts", countsOf(answer), [3, 2, 1, 0]);
    },
  }),
  {
    id: "BU-46",
    says: "Version 2 tells the status of every row; from May 2020, of failed rows only.",
    confidence: "documented once",
    source: `${OLD_API_SITE}, v2 batchStatus; ${RELEASE_NOTES}, May 2020`,
    observable: "no",
    reason: "history",
    because: "the current page shows totals only (BU-45)",
  },
  {
    id: "BU-47",
    says: "Words such as unknown ids or partial are no outcomes of a batch.",
    confidence: "documented",
    source: `${BULK_API}: they are found nowhere; profilesNotFound and failedUpdates are what there is`,
    observable: "no",
    reason: "history",
    because: "what was never said cannot be looked for; BU-42 and BU-45 hold what is",
  },
  {
    id: "BU-48",
    says: "How long a batch's status can be asked for, and whether asking counts in the 50 calls a minute.",
    confidence: "undocumented",
    source: `${CAMPAIGN_SENDER}: about 24 hours`,
    observable: "no",
    reason: "unknown",
    switches: ["bulkStatusRetentionHours", "bulkStatusCounts"],
    because: "nothing is documented",
  },
  {
    id: "BU-49",
    says: "Whether answers can be had as JSON.",
    confidence: "undocumented",
    source: `${NOBODY}: only XML is documented`,
    observable: "no",
    reason: "unknown",
    because: "the emulator answers XML, as documented",
  },
];

function countsOf(answer: Parameters<typeof elementOf>[0]): readonly number[] {
  const names = ["consumedCount", "successfulUpdates", "profilesNotFound", "failedUpdates"];
  return names.map((name) => {
    const text = elementOf(answer, name);
    if (text === undefined) throw new Mismatch(`<${name}>`, describeAnswer(answer));
    return Number(text);
  });
}

import {
  batchOf,
  batchPath,
  batchStatus,
  elementOf,
  expectBatchNotTaken,
  expectBatchRefused,
  fileOf,
  finishBatch,
  finishBatchIfTaken,
  statusAddress,
  submitBatch,
  takeBatch,
} from "../batches.ts";
import { seenByItsEffect, seenByItsAnswer, type Fact } from "../fact.ts";
import { expectEqual } from "../mismatch.ts";
import { expectAttributes, FORM } from "../requests.ts";
import { BULK_API, CAMPAIGN_SENDER, NOBODY } from "../sources.ts";

/** How a bulk file is written. */
export const BULK_FILES: readonly Fact[] = [
  seenByItsAnswer({
    id: "BU-06",
    says: "A file is sent by POST as binary, as curl --data-binary does: content type application/x-www-form-urlencoded.",
    confidence: "documented",
    source: `${BULK_API}, curl sample; ${CAMPAIGN_SENDER} sends exactly that`,
    check: async (subject) => {
      const { value } = await subject.member();
      const body = new TextEncoder().encode(batchOf("thirdPartyId,cnBinary", `${value},1`));
      const target = batchPath(subject, "v2");
      statusAddress(await subject.http(target, { method: "POST", headers: FORM, body }));
    },
  }),
  seenByItsAnswer({
    id: "BU-07",
    says: "A file begins with batch=, without it nothing is taken.",
    confidence: "documented",
    source: `${BULK_API}, "required and must be specified at the beginning of the file"`,
    check: async (subject) => {
      const { value } = await subject.member();
      const body = batchOf("thirdPartyId,cnBare", `${value},1`);
      expectBatchRefused(await submitBatch(subject, "v2", body.slice("batch=".length)));
    },
  }),
  seenByItsEffect({
    id: "BU-08",
    says: "The first header may be pcId: rows are then about Target's own visitor ids.",
    confidence: "documented",
    source: BULK_API,
    check: async (subject) => {
      const browser = await subject.browser();
      await finishBatch(subject, "v1", batchOf("pcId,cnByPcId", `${browser.value},1`));
      await expectAttributes(subject, browser, { cnByPcId: "1" });
    },
  }),
  seenByItsEffect({
    id: "BU-09",
    says: "The first header may be thirdPartyId: rows are then about your own visitor ids.",
    confidence: "documented",
    source: BULK_API,
    check: async (subject) => {
      const member = await subject.member();
      await finishBatch(subject, "v2", batchOf("thirdPartyId,cnByThird", `${member.value},1`));
      await expectAttributes(subject, member, { cnByThird: "1" });
    },
  }),
  {
    id: "BU-10",
    says: "The Experience Cloud ID cannot be the first header.",
    confidence: "documented",
    source: `${BULK_API}: the Marketing Cloud visitor ID is not supported`,
    observable: "live",
    needs: ["writes"],
    check: async (subject) => {
      const body = batchOf("marketingCloudVisitorId,cnByEcid", `${subject.freshId()},1`);
      expectBatchRefused(await submitBatch(subject, "v2", body));
    },
  },
  seenByItsAnswer({
    id: "BU-11",
    says: "It is called thirdPartyId here: mbox3rdPartyId cannot be the first header.",
    confidence: "documented",
    source: `${BULK_API}, parameters of the file`,
    check: async (subject) => {
      const { value } = await subject.member();
      const body = batchOf("mbox3rdPartyId,cnMisnamed", `${value},1`);
      expectBatchRefused(await submitBatch(subject, "v2", body));
    },
  }),
  seenByItsEffect({
    id: "BU-12",
    says: "Headers are bare names: paramName appears in Target as profile.paramName.",
    confidence: "documented",
    source: BULK_API,
    check: async (subject) => {
      const member = await subject.member();
      await finishBatch(
        subject,
        "v2",
        batchOf("thirdPartyId,cnName,cnOther", `${member.value},1,2`),
      );
      await expectAttributes(subject, member, { cnName: "1", cnOther: "2" });
    },
  }),
  seenByItsEffect({
    id: "BU-13",
    says: "A header with profile. before it does not set the attribute of that name.",
    confidence: "documented",
    source: `${BULK_API}, "paramName only"; what it does instead is not said`,
    check: async (subject) => {
      const member = await subject.member();
      const body = batchOf("thirdPartyId,profile.cnPrefixed", `${member.value},1`);
      await finishBatchIfTaken(subject, "v2", body);
      await expectAttributes(subject, member, { cnPrefixed: undefined });
    },
  }),
  seenByItsEffect({
    id: "BU-14",
    says: "Values are URL-encoded UTF-8: a comma in a value is %2C, and whatever is encoded so arrives as it was.",
    confidence: "documented",
    source: BULK_API,
    check: async (subject) => {
      const member = await subject.member();
      const values = ["a,b", "1+1=2&3%", "بطاقة", "🛍️", "line\nbreak", '"quoted"'];
      const names = values.map((_, index) => `cnCell${index}`);
      const row = [member.value, ...values].map(encodeURIComponent).join(",");
      await finishBatch(subject, "v2", batchOf(["thirdPartyId", ...names].join(","), row));
      const expected = Object.fromEntries(names.map((name, index) => [name, values[index]]));
      await expectAttributes(subject, member, expected);
    },
  }),
  seenByItsEffect({
    id: "BU-15",
    says: "There are no quoting rules: a comma separates, between quotation marks too.",
    confidence: "inferred",
    source: `${BULK_API}: comma-separated and URL-encoded, quotation marks are not mentioned`,
    check: async (subject) => {
      const member = await subject.member();
      await finishBatch(
        subject,
        "v2",
        batchOf("thirdPartyId,cnLeft,cnRight", `${member.value},"a,b"`),
      );
      await expectAttributes(subject, member, { cnLeft: '"a', cnRight: 'b"' });
    },
  }),
  {
    id: "BU-16",
    says: "What white space around a cell means: older samples have it after commas.",
    confidence: "undocumented",
    source: `${BULK_API}, samples until May 2024`,
    observable: "no",
    reason: "unknown",
    switches: ["bulkRowWhitespace"],
    because: "write none",
  },
  seenByItsEffect({
    id: "BU-17",
    says: "Rows may be shorter than the headers.",
    confidence: "documented",
    source: `${BULK_API}, sample: 123,value1`,
    check: async (subject) => {
      const member = await subject.member();
      const body = batchOf("thirdPartyId,cnShort1,cnShort2,cnShort3", `${member.value},1`);
      await finishBatch(subject, "v2", body);
      await expectAttributes(subject, member, { cnShort1: "1", cnShort2: undefined });
    },
  }),
  seenByItsEffect({
    id: "BU-18",
    says: "Cells may be empty, and those after them keep their places.",
    confidence: "documented",
    source: `${BULK_API}, sample: 124,value1,,,value4`,
    check: async (subject) => {
      const member = await subject.member();
      const headers = "thirdPartyId,cnGap1,cnGap2,cnGap3,cnGap4";
      await finishBatch(subject, "v2", batchOf(headers, `${member.value},1,,,4`));
      await expectAttributes(subject, member, { cnGap1: "1", cnGap2: undefined, cnGap4: "4" });
    },
  }),
  {
    id: "BU-19",
    says: "The sample file of the documentation is taken, as four rows.",
    confidence: "documented",
    source: `${BULK_API}, sample with pcId and param1 to param4`,
    observable: "live",
    needs: ["writes"],
    check: async (subject) => {
      const rows = [
        "123,value1",
        "124,value1,,,value4",
        "125,,value2",
        "126,value1,value2,value3,value4",
      ];
      const unused = rows.map((row) => `${subject.freshId()}-${row}`);
      const address = await takeBatch(
        subject,
        "v1",
        batchOf("pcId,param1,param2,param3,param4", ...unused),
      );
      expectEqual("batchSize", elementOf(await batchStatus(subject, address), "batchSize"), "4");
    },
  },
  {
    id: "BU-20",
    says: "A file of 500,000 rows is taken.",
    confidence: "documented",
    source: `${BULK_API}, at most 500,000 rows per upload`,
    observable: "emulator-only",
    because: "nobody wants half a million rows in a live account",
    needs: ["writes", "control"],
    check: async (subject) => {
      await takeBatch(subject, "v1", rowsOf(MAX_ROWS));
    },
  },
  {
    id: "BU-21",
    says: "A file of more than 500,000 rows is not taken.",
    confidence: "documented",
    source: `${BULK_API}, at most 500,000 rows per upload; what is answered is not said`,
    observable: "emulator-only",
    because: "if it were taken, nobody would want it in a live account",
    needs: ["writes", "control"],
    check: async (subject) => {
      await expectBatchNotTaken(submitBatch(subject, "v1", rowsOf(MAX_ROWS + 1)));
    },
  },
  {
    id: "BU-22",
    says: "A file of 50 MB or more is not taken.",
    confidence: "documented",
    source: `${BULK_API}, less than 50 MB; what is answered is not said`,
    observable: "emulator-only",
    because: "if it were taken, nobody would want it in a live account",
    needs: ["writes", "control"],
    check: async (subject) => {
      const row = `${"x".repeat(1_000)},1\n`;
      const body = `batch=thirdPartyId,cnBig\n${row.repeat(Math.ceil(MB_50 / row.length))}`;
      await expectBatchNotTaken(submitBatch(subject, "v1", body));
    },
  },
  {
    id: "BU-23",
    says: "What is answered to a file that is too large or malformed, beside success=false and a message.",
    confidence: "undocumented",
    source: NOBODY,
    observable: "no",
    reason: "unknown",
    switches: ["bulkOversize", "bulkMalformed"],
    because: "nothing is documented",
  },
];

/** Source: "500,000 rows"; a MB is taken to be 1,048,576 bytes, so that more is more either way. */
const MAX_ROWS = 500_000;
const MB_50 = 52_428_800;

function rowsOf(count: number): string {
  const rows = Array.from({ length: count }, (_, index) => `${index},1`);
  return fileOf("pcId,cnRow", rows);
}

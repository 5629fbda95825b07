import { batchOf, finishBatch } from "../batches.ts";
import { seenByItsEffect, type Fact } from "../fact.ts";
import { expectAcknowledged, expectAttributes, postUpdate } from "../requests.ts";
import {
  BULK_METHODS,
  DELIVERY_OPENAPI,
  LIMITS,
  NOBODY,
  OLD_API_SITE,
  PROFILES_API,
  SDKS,
  SINGLE_API,
  THIRD_PARTY_ID,
} from "../sources.ts";

/** Source: the forms in which Adobe's own pages print it. */
const FORMS = [
  "1368007744041-575948.01_00",
  "1444512212156-384616.17_35",
  "111499796294071-449025.28_44",
  "10abf6304b2714215b1fd39a870f01afc.28_20",
  "84e8d0e211054f18af365d65f45e902b.28_131",
  "111492025094307-353046",
] as const;

/** Source: the Delivery API's limit for both ids; the limits page allows 256 for mbox3rdPartyId. */
const SAFE_LENGTH = 128;

/** Target's own visitor id and yours. */
export const VISITOR_IDS: readonly Fact[] = [
  seenByItsEffect({
    id: "VI-01",
    says: "mboxPC, pcId and tntId are three names of one id: update, bulk update and fetch mean the same visitor.",
    confidence: "documented once",
    source: `${OLD_API_SITE}, "New name for pcId/mboxPC"`,
    check: async (subject) => {
      const browser = await subject.browser();
      await postUpdate(subject, browser, { cnSingle: "1" });
      await finishBatch(subject, "v1", batchOf("pcId,cnBulk", `${browser.value},2`));
      await expectAttributes(subject, browser, { cnSingle: "1", cnBulk: "2" });
    },
  }),
  seenByItsEffect({
    id: "VI-02",
    says: "A tntId is two numbers, or hexadecimal, with or without a location hint such as .28_20 behind it.",
    confidence: "documented",
    source: `${SINGLE_API}, ${PROFILES_API} and others, samples`,
    check: async (subject) => {
      for (const form of FORMS) {
        const browser = {
          kind: "browser",
          value: `${subject.freshId().slice(0, 8)}${form}`,
        } as const;
        await subject.control.seed(browser, {});
        expectAcknowledged(await postUpdate(subject, browser, { cnForm: "1" }));
        await expectAttributes(subject, browser, { cnForm: "1" });
      }
    },
  }),
  seenByItsEffect({
    id: "VI-03",
    says: "A tntId has up to 128 characters.",
    confidence: "documented",
    source: `${DELIVERY_OPENAPI}, VisitorId`,
    check: async (subject) => {
      const hint = ".28_20";
      const value = subject.freshId().padEnd(SAFE_LENGTH - hint.length, "0") + hint;
      const browser = { kind: "browser", value } as const;
      await subject.control.seed(browser, {});
      await postUpdate(subject, browser, { cnLong: "1" });
      await expectAttributes(subject, browser, { cnLong: "1" });
    },
  }),
  {
    id: "VI-04",
    says: "Adobe's SDKs read the cluster from the hint and send Delivery calls to mboxedgeCLUSTER.tt.omtrdc.net.",
    confidence: "documented",
    source: `${SDKS}; ${DELIVERY_OPENAPI}, "profile location hint"`,
    observable: "no",
    reason: "another API",
    because: "the Delivery API; no page asks it of the profile APIs",
  },
  {
    id: "VI-05",
    says: "An update with a hint in its id may go to the account's own host: nothing has to be routed.",
    confidence: "inferred",
    source: `${SINGLE_API}: every sample does so`,
    observable: "live",
    needs: ["writes", "browser"],
    check: async (subject) => {
      const browser = await subject.browser();
      expectAcknowledged(await postUpdate(subject, browser, { cnHint: subject.freshId() }));
    },
  },
  {
    id: "VI-06",
    says: "Clusters come and go: hints in old cookies name some that are no more.",
    confidence: "documented once",
    source: "Adobe Target developer guide, Allowlist edges, its history until October 2025",
    observable: "no",
    reason: "history",
    because: "derive no host from a hint",
  },
  {
    id: "VI-07",
    says: "In the page, the cookie mbox holds the id as PC#TNTID#EXPIRY.",
    confidence: "practised",
    source: "Segment, function sample for Adobe Target",
    observable: "no",
    reason: "another API",
    because: "a browser's cookie",
  },
  {
    id: "VI-08",
    says: "mbox3rdPartyId is your company's visitor id, such as a loyalty programme's membership id.",
    confidence: "documented",
    source: THIRD_PARTY_ID,
    observable: "no",
    reason: "advice",
    because: "says what to use as id",
  },
  seenByItsEffect({
    id: "VI-09",
    says: "An mbox3rdPartyId of 128 characters is taken: the Delivery API allows 128, the limits page 256.",
    confidence: "documented",
    source: `${LIMITS}; ${DELIVERY_OPENAPI}, VisitorId`,
    check: async (subject) => {
      const value = subject.freshId().padEnd(SAFE_LENGTH, "0");
      const member = { kind: "member", value } as const;
      await subject.control.seed(member, {});
      await postUpdate(subject, member, { cnLong: "1" });
      await expectAttributes(subject, member, { cnLong: "1" });
    },
  }),
  {
    id: "VI-10",
    says: "Which of the two limits holds, and what becomes of a longer id.",
    confidence: "undocumented",
    source: NOBODY,
    observable: "no",
    reason: "unknown",
    switches: ["memberIdMaxLength", "idTooLong"],
    because: "use 128 or less",
  },
  seenByItsEffect({
    id: "VI-11",
    says: "A + or / in an mbox3rdPartyId is not taken, so that standard base64 is not possible.",
    confidence: "documented",
    source: `${BULK_METHODS}, "You cannot send the following characters"; what is answered is not said`,
    check: async (subject) => {
      for (const forbidden of ["+", "/"]) {
        const member = { kind: "member", value: `${subject.freshId()}${forbidden}a` } as const;
        await subject.control.seed(member, {});
        await postUpdate(subject, member, { cnForbidden: "1" });
        await expectAttributes(subject, member, { cnForbidden: undefined });
      }
    },
  }),
  seenByItsEffect({
    id: "VI-12",
    says: "Hexadecimal and base64url are fine as mbox3rdPartyId.",
    confidence: "inferred",
    source: `${BULK_METHODS}: neither + nor / occurs in them`,
    check: async (subject) => {
      const hex = subject.freshId().replaceAll("-", "");
      for (const value of [hex, `${hex}-_=`]) {
        const member = { kind: "member", value } as const;
        await subject.control.seed(member, {});
        await postUpdate(subject, member, { cnSafe: "1" });
        await expectAttributes(subject, member, { cnSafe: "1" });
      }
    },
  }),
  seenByItsEffect({
    id: "VI-13",
    says: "An mbox3rdPartyId is case-sensitive.",
    confidence: "documented",
    source: `${SINGLE_API}, "Parameters and values are case-sensitive"`,
    check: async (subject) => {
      const id = subject.freshId();
      const [upper, lower] = [`A${id}`, `a${id}`].map(
        (value) => ({ kind: "member", value }) as const,
      );
      await subject.control.seed(upper!, {});
      await subject.control.seed(lower!, {});
      await postUpdate(subject, upper!, { cnWho: "upper" });
      await expectAttributes(subject, lower!, { cnWho: undefined });
      await expectAttributes(subject, upper!, { cnWho: "upper" });
    },
  }),
  seenByItsEffect({
    id: "VI-14",
    says: "An mbox3rdPartyId is one value: a list in it is one id.",
    confidence: "documented",
    source: `${THIRD_PARTY_ID}, "You can send only one value in this parameter"`,
    check: async (subject) => {
      const [first, second] = [await subject.member(), await subject.member()];
      const both = { kind: "member", value: `${first.value},${second.value}` } as const;
      await postUpdate(subject, both, { cnList: "1" });
      await expectAttributes(subject, first, { cnList: undefined });
      await expectAttributes(subject, second, { cnList: undefined });
    },
  }),
];

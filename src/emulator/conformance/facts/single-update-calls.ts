import { seenByItsEffect, seenByItsAnswer, type Fact } from "../fact.ts";
import {
  encoded,
  expectAttributes,
  expectTaken,
  FORM,
  postForm,
  postUpdate,
  updateParameters,
  updatePath,
} from "../requests.ts";
import {
  NOBODY,
  OLDER_SINGLE_API,
  OLDEST_DOCS,
  PYTHON_MODULE,
  SEGMENT,
  SINGLE_API,
  TEALIUM,
} from "../sources.ts";

/** What the call looks like. */
export const SINGLE_UPDATE_CALLS: readonly Fact[] = [
  {
    id: "SU-01",
    says: "An update by Target's own visitor id is /m2/CLIENT/profile/update?mboxPC=…&profile.name=value.",
    confidence: "documented",
    source: SINGLE_API,
    observable: "live",
    needs: ["writes", "browser"],
    check: async (subject) => {
      const browser = await subject.browser();
      const attributes = { cnByBrowser: subject.freshId() };
      const query = updateParameters(browser, attributes);
      const answer = await subject.http(`${updatePath(subject)}?${query}`);
      await expectTaken(subject, answer, browser, attributes);
    },
  },
  seenByItsAnswer({
    id: "SU-02",
    says: "An update by your own visitor id is /m2/CLIENT/profile/update?mbox3rdPartyId=…&profile.name=value.",
    confidence: "documented",
    source: SINGLE_API,
    check: async (subject) => {
      const member = await subject.member();
      const attributes = { cnByMember: subject.freshId() };
      const query = updateParameters(member, attributes);
      const answer = await subject.http(`${updatePath(subject)}?${query}`);
      await expectTaken(subject, answer, member, attributes);
    },
  }),
  seenByItsEffect({
    id: "SU-03",
    says: "The path segment after /m2/ is the client code: under another one, nothing reaches this account's profiles.",
    confidence: "inferred",
    source: `${OLDEST_DOCS}: host and path hold the same placeholder; the bulk page prints CLIENTCODE`,
    check: async (subject) => {
      const member = await subject.member();
      const path = updatePath(subject, `${subject.client}-other`);
      const body = updateParameters(member, { cnOther: "1" });
      await subject.http(path, { method: "POST", headers: FORM, body });
      await expectAttributes(subject, member, { cnOther: undefined });
    },
  }),
  seenByItsAnswer({
    id: "SU-04",
    says: "The literal word client is taken in place of the client code, /m2/client/profile/update.",
    confidence: "practised",
    source: `${SINGLE_API}, samples; ${TEALIUM}; ${PYTHON_MODULE}`,
    switches: ["clientPath"],
    check: async (subject) => {
      const member = await subject.member();
      const attributes = { cnLiteral: subject.freshId() };
      const query = updateParameters(member, attributes);
      const answer = await subject.http(`${updatePath(subject, "client")}?${query}`);
      await expectTaken(subject, answer, member, attributes);
    },
  }),
  seenByItsAnswer({
    id: "SU-05",
    says: "GET is supported.",
    confidence: "documented",
    source: `${SINGLE_API}, "Both GET and POST are supported"`,
    check: async (subject) => {
      const member = await subject.member();
      const attributes = { cnGet: subject.freshId() };
      const query = updateParameters(member, attributes);
      const answer = await subject.http(`${updatePath(subject)}?${query}`, { method: "GET" });
      await expectTaken(subject, answer, member, attributes);
    },
  }),
  seenByItsAnswer({
    id: "SU-06",
    says: "POST is supported.",
    confidence: "documented",
    source: `${SINGLE_API}, "Both GET and POST are supported"`,
    check: async (subject) => {
      const member = await subject.member();
      const attributes = { cnPost: subject.freshId() };
      await expectTaken(subject, await postUpdate(subject, member, attributes), member, attributes);
    },
  }),
  seenByItsEffect({
    id: "SU-17",
    says: "The Experience Cloud ID is not supported: an update by it has no effect.",
    confidence: "documented once",
    source: `${OLDER_SINGLE_API}, "The Experience Cloud ID (ECID) is not supported"; no such parameter has appeared since`,
    check: async (subject) => {
      const { browser, ecid } = await subject.control.browserWithEcid();
      await postForm(
        subject,
        encoded([
          ["marketingCloudVisitorId", ecid],
          ["profile.cnByEcid", "1"],
        ]),
      );
      await expectAttributes(subject, browser, { cnByEcid: undefined });
    },
  }),
  {
    id: "SU-18",
    says: "What becomes of a call with both ids, with none, or without any profile parameter.",
    confidence: "undocumented",
    source: NOBODY,
    observable: "no",
    reason: "unknown",
    switches: ["bothIds", "noId", "noAttributes"],
    because: "nothing is documented",
  },
  {
    id: "SU-19",
    says: "What becomes of parameters that are neither an id nor a profile parameter.",
    confidence: "undocumented",
    source: NOBODY,
    observable: "no",
    reason: "unknown",
    switches: ["otherParameter"],
    because: "nothing is documented",
  },
  seenByItsAnswer({
    id: "SU-20",
    says: "A POST carries its parameters in a form body, application/x-www-form-urlencoded.",
    confidence: "inferred",
    source: `${SINGLE_API}: 60 KB for POST beside 8 KB for GET leaves only the body`,
    check: async (subject) => {
      const member = await subject.member();
      const attributes = { cnForm: subject.freshId() };
      const body = updateParameters(member, attributes);
      const answer = await subject.http(updatePath(subject), {
        method: "POST",
        headers: FORM,
        body,
      });
      await expectTaken(subject, answer, member, attributes);
    },
  }),
  seenByItsAnswer({
    id: "SU-21",
    says: "A POST with everything in its address and an empty body is taken.",
    confidence: "practised",
    source: `${SEGMENT}, adobeTarget_operations.ts and pull request 422`,
    switches: ["postQuery"],
    check: async (subject) => {
      const member = await subject.member();
      const attributes = { cnAddress: subject.freshId() };
      const target = `${updatePath(subject)}?${updateParameters(member, attributes)}`;
      const answer = await subject.http(target, { method: "POST" });
      await expectTaken(subject, answer, member, attributes);
    },
  }),
  seenByItsEffect({
    id: "SU-22",
    says: "A JSON body has no effect.",
    confidence: "inferred",
    source: `No documentation has one; ${PYTHON_MODULE} sends one all the same`,
    switches: ["jsonBody"],
    check: async (subject) => {
      const member = await subject.member();
      const body = JSON.stringify({ mbox3rdPartyId: member.value, "profile.cnJson": "1" });
      const headers = { "content-type": "application/json" };
      await subject.http(updatePath(subject), { method: "POST", headers, body });
      await expectAttributes(subject, member, { cnJson: undefined });
    },
  }),
  {
    id: "SU-23",
    says: "The API is for servers and not designed to work within a web page.",
    confidence: "documented",
    source: `${SINGLE_API}, since December 2023`,
    observable: "no",
    reason: "advice",
    switches: ["corsHeader"],
    because: "what is answered to a page is another matter",
  },
  {
    id: "SU-24",
    says: "Whether http is served beside https: both stand in the samples.",
    confidence: "undocumented",
    source: `${SINGLE_API}, samples`,
    observable: "no",
    reason: "unknown",
    because: "the emulator speaks http only; run the suite against an address of either scheme",
  },
];

import { seenInTime, seenByItsAnswer, type Fact } from "../fact.ts";
import { expectEqual, expectStatus } from "../mismatch.ts";
import { expectAcknowledged, expectAttributes, expectNoProfile, postUpdate } from "../requests.ts";
import {
  NOBODY,
  OLD_API_SITE,
  OLDEST_DOCS,
  OLDER_SINGLE_API,
  SEGMENT,
  SINGLE_API,
} from "../sources.ts";
import { DAY_MS, HOUR_MS } from "../time.ts";

const ACKNOWLEDGEMENT =
  "<response><success>true</success><pcId></pcId><message>Request successfully submitted</message></response>";

/** What is answered, and what comes of it when. */
export const SINGLE_UPDATE_ANSWERS: readonly Fact[] = [
  {
    id: "SU-25",
    says: "The current page prints the acknowledgement as trueRequest successfully submitted.",
    confidence: "documented",
    source: SINGLE_API,
    observable: "no",
    reason: "history",
    because: "it is the XML of SU-26, its tags lost on the way into the page",
  },
  seenByItsAnswer({
    id: "SU-26",
    says: `The acknowledgement is ${ACKNOWLEDGEMENT}`,
    confidence: "documented once",
    source: `${OLDEST_DOCS}, Profile Update, word for word; white space and an XML declaration are left open`,
    check: async (subject) => {
      const member = await subject.member();
      const answer = await postUpdate(subject, member, { cnAnswer: subject.freshId() });
      const elements = answer.text
        .replace(/^<\?xml[^>]*\?>/, "")
        .replaceAll(/>\s+</g, "><")
        .trim();
      expectEqual("body", elements, ACKNOWLEDGEMENT);
    },
  }),
  {
    id: "SU-27",
    says: "Whether <pcId> is ever filled: it is empty in the sample.",
    confidence: "undocumented",
    source: OLDEST_DOCS,
    observable: "no",
    reason: "unknown",
    switches: ["pcIdInAnswer"],
    because: "nothing is documented",
  },
  seenInTime({
    id: "SU-28",
    says: "The acknowledgement says that the update will be processed soon, not that it was applied.",
    confidence: "documented",
    source: `${SINGLE_API}, "has been submitted and will be processed soon"`,
    check: async (subject) => {
      const member = await subject.member();
      await subject.control.tune({ propagation: { minMs: HOUR_MS / 2, maxMs: HOUR_MS / 2 } });
      expectAcknowledged(await postUpdate(subject, member, { cnSoon: "1" }));
      await expectAttributes(subject, member, { cnSoon: undefined });
      await subject.control.advance(HOUR_MS);
      await expectAttributes(subject, member, { cnSoon: "1" });
    },
  }),
  seenByItsAnswer({
    id: "SU-29",
    says: "An acknowledgement has status 200.",
    confidence: "practised",
    source: `${SEGMENT}, tests; every client takes 200 for success, no page states it`,
    switches: ["answerStatus"],
    check: async (subject) => {
      const member = await subject.member();
      expectStatus(await postUpdate(subject, member, { cnStatus: subject.freshId() }), 200);
    },
  }),
  {
    id: "SU-30",
    says: "Content type, XML declaration and white space of an answer.",
    confidence: "undocumented",
    source: NOBODY,
    observable: "no",
    reason: "unknown",
    switches: ["answerType", "answerProlog", "answerWhitespace"],
    because: "nothing is documented",
  },
  {
    id: "SU-31",
    says: "Status and body of an update that is turned down. By analogy with bulk, status 200 and success=false.",
    confidence: "undocumented",
    source: NOBODY,
    observable: "no",
    reason: "unknown",
    switches: [
      "noId",
      "bothIds",
      "noAttributes",
      "badEncoding",
      "forbiddenIdCharacter",
      "idTooLong",
      "oversize",
      "unknownClient",
    ],
    because: "nothing is documented",
  },
  seenInTime({
    id: "SU-32",
    says: "It is for updates only: if nothing is found, a profile is not created.",
    confidence: "documented",
    source: `${SINGLE_API}; ${OLDER_SINGLE_API}, "Cannot create a profile"`,
    check: async (subject) => {
      const stranger = { kind: "member", value: subject.freshId() } as const;
      await postUpdate(subject, stranger, { cnNobody: "1" });
      await subject.control.advance(DAY_MS);
      await expectNoProfile(subject, stranger);
    },
  }),
  {
    id: "SU-33",
    says: "An update of a visitor without a profile is acknowledged like any other.",
    confidence: "inferred",
    source: `Processing is asynchronous; ${SEGMENT} fetches first because the answer does not tell`,
    switches: ["unknownVisitor"],
    observable: "live",
    needs: ["writes"],
    check: async (subject) => {
      const stranger = { kind: "member", value: subject.freshId() } as const;
      expectAcknowledged(await postUpdate(subject, stranger, { cnNobody: "1" }));
    },
  },
  seenInTime({
    id: "SU-34",
    says: "Updates are generally reflected in under one hour.",
    confidence: "documented",
    source: `${SINGLE_API}, "generally occur in under one hour"`,
    check: async (subject) => {
      const member = await subject.member();
      await subject.control.tune({ propagation: "within-the-hour" });
      await postUpdate(subject, member, { cnHour: "1" });
      await subject.control.advance(HOUR_MS);
      await expectAttributes(subject, member, { cnHour: "1" });
    },
  }),
  seenInTime({
    id: "SU-35",
    says: "Updates are reflected within 24 hours at the latest.",
    confidence: "documented",
    source: `${SINGLE_API}, "might take as long as 24 hours to be reflected"`,
    check: async (subject) => {
      const member = await subject.member();
      await subject.control.asFound();
      await postUpdate(subject, member, { cnDay: "1" });
      await subject.control.advance(DAY_MS);
      await expectAttributes(subject, member, { cnDay: "1" });
    },
  }),
  {
    id: "SU-36",
    says: "Lag time is in general less than a minute.",
    confidence: "documented once",
    source: `${OLD_API_SITE}, until September 2019`,
    observable: "no",
    reason: "history",
    because: "SU-34 and SU-35 took its place",
  },
  seenInTime({
    id: "SU-37",
    says: "Attributes that the site sets can be updated by the API: one shared set of names.",
    confidence: "documented",
    source: `${SINGLE_API}, "Profile attributes sent via the site can be updated via the API and the opposite way"`,
    check: async (subject) => {
      const member = await subject.member();
      await subject.control.visitSite(member, { cnShared: "site" });
      await subject.control.advance(HOUR_MS);
      await expectAttributes(subject, member, { cnShared: "site" });
      await postUpdate(subject, member, { cnShared: "api" });
      await expectAttributes(subject, member, { cnShared: "api" });
    },
  }),
  seenInTime({
    id: "SU-38",
    says: "Attributes that the API sets can be updated by the site; the last writer wins.",
    confidence: "documented",
    source: `${SINGLE_API}, as before; that the last writer wins is inferred`,
    check: async (subject) => {
      const member = await subject.member();
      await postUpdate(subject, member, { cnShared: "api" });
      await subject.control.visitSite(member, { cnShared: "site" });
      await subject.control.advance(HOUR_MS);
      await expectAttributes(subject, member, { cnShared: "site" });
    },
  }),
  {
    id: "SU-39",
    says: "Calls to the API do not count toward mbox charges.",
    confidence: "documented once",
    source: `${OLD_API_SITE}, deleted in September 2019 without replacement`,
    observable: "no",
    reason: "billing",
    because: "it stands on an invoice, if anywhere",
  },
  {
    id: "SU-40",
    says: "It is meant for what happens away from the site: a call centre, a funded loan, a loyalty card in store, a kiosk.",
    confidence: "documented",
    source: SINGLE_API,
    observable: "no",
    reason: "advice",
    because: "says when to use it, not what it does",
  },
  {
    id: "SU-41",
    says: "In what order quick updates of one visitor take effect, and whether a repeat is recognised: there is no idempotency key, and one call is about one visitor.",
    confidence: "undocumented",
    source: NOBODY,
    observable: "no",
    reason: "unknown",
    switches: ["updateOrder"],
    because: "nothing is documented",
  },
  {
    id: "SU-42",
    says: "Where it must be faster, or more than a million a day, update from the page or by the Delivery API.",
    confidence: "documented",
    source: SINGLE_API,
    observable: "no",
    reason: "advice",
    because: "says what to use instead",
  },
];

import { seenByItsEffect, type Fact } from "../fact.ts";
import { expectEqual, expectThat } from "../mismatch.ts";
import {
  attributesOf,
  expectAcknowledged,
  expectAttributes,
  manyAttributes,
  postUpdate,
} from "../requests.ts";
import {
  CAMPAIGN_SENDER,
  BULK_API,
  DELIVERY_OPENAPI,
  LIMITS,
  NOBODY,
  PROFILES_API,
  SEGMENT,
  SINGLE_API,
  TROUBLESHOOTING,
} from "../sources.ts";

/** Source: "must not exceed 64 KB". */
const MAX_PROFILE_BYTES = 65_536;

/** Attribute names, values and sizes. */
export const VALUES: readonly Fact[] = [
  seenByItsEffect({
    id: "AV-01",
    says: "There is no limit on the number of profile attributes of an update.",
    confidence: "documented",
    source: `${SINGLE_API}, "No limit on the number of profile attributes"`,
    check: async (subject) => {
      const member = await subject.member();
      const many = Object.fromEntries(
        Array.from({ length: 1_000 }, (_, index) => [`cnMany${index}`, String(index)]),
      );
      expectAcknowledged(await postUpdate(subject, member, many));
      const seen = await attributesOf(subject, member);
      const arrived = Object.keys(seen).filter((name) => name.startsWith("cnMany"));
      expectEqual("attributes that arrived", arrived.length, 1_000);
    },
  }),
  {
    id: "AV-02",
    says: "Names are at most 128 characters and values at most 256 in mbox calls; at.js 1 cuts, at.js 2 and the Web SDK report an error.",
    confidence: "documented",
    source: `${LIMITS}, in-mbox profile attributes; the profile API pages state no such limit`,
    observable: "no",
    reason: "another API",
    switches: ["nameOver128", "valueOver256"],
    because: "for updates nothing is said",
  },
  {
    id: "AV-03",
    says: "The Delivery API takes 50 profile parameters of names up to 128 and values up to 256 characters, formerly 5,000.",
    confidence: "documented",
    source: `${LIMITS}, and its history; ${DELIVERY_OPENAPI} still says 5,000`,
    observable: "no",
    reason: "another API",
    because: "the Delivery API; 256 is the ceiling that is safe everywhere",
  },
  {
    id: "AV-04",
    says: "In the Delivery API a name is not blank and does not begin with profile.",
    confidence: "documented",
    source: `${DELIVERY_OPENAPI}, Parameters`,
    observable: "no",
    reason: "another API",
    because: "the Delivery API; for updates see SU-07, for bulk BU-13",
  },
  seenByItsEffect({
    id: "AV-05",
    says: "The external profile data of a visitor (updates, mbox parameters, customer attributes, script output) does not exceed 64 KB.",
    confidence: "documented",
    source: `${BULK_API}, "must not exceed 64 KB", since September 2024; before, 2,000 KB`,
    check: async (subject) => {
      const member = await subject.member();
      for (const prefix of ["cnA", "cnB", "cnC"]) {
        await postUpdate(subject, member, manyAttributes(140, prefix));
      }
      const seen = Object.entries(await attributesOf(subject, member));
      const bytes = seen.reduce((sum, [name, value]) => sum + name.length + value.length, 0);
      expectThat(
        `at most ${MAX_PROFILE_BYTES} bytes of attributes`,
        bytes <= MAX_PROFILE_BYTES,
        bytes,
      );
      expectThat("some attributes", bytes > 0, bytes);
    },
  }),
  {
    id: "AV-06",
    says: "What becomes of an update that would exceed the 64 KB.",
    confidence: "undocumented",
    source: NOBODY,
    observable: "no",
    reason: "unknown",
    switches: ["profileOver64K"],
    because: "nothing is documented",
  },
  {
    id: "AV-07",
    says: "What an empty value does in a single update. In bulk it is ignored (BU-29).",
    confidence: "undocumented",
    source: NOBODY,
    observable: "no",
    reason: "unknown",
    switches: ["emptyValue"],
    because: "nothing is documented",
  },
  {
    id: "AV-08",
    says: "For more than 50 attributes in an mbox call, use the profile update API.",
    confidence: "documented",
    source: TROUBLESHOOTING,
    observable: "no",
    reason: "advice",
    because: "says when to use it",
  },
  seenByItsEffect({
    id: "AV-09",
    says: "There is no array type: several values stand in one, between delimiters such as w10|w32, and arrive as they are.",
    confidence: "practised",
    source: CAMPAIGN_SENDER,
    check: async (subject) => {
      const member = await subject.member();
      await postUpdate(subject, member, { cnList: "w10|w32,w33;w34" });
      await expectAttributes(subject, member, { cnList: "w10|w32,w33;w34" });
    },
  }),
  {
    id: "AV-10",
    says: "Which of a repeated parameter counts. For page addresses, the first.",
    confidence: "undocumented",
    source: `${TROUBLESHOOTING}, "HTTP considers the first parameter name and ignores subsequent"; for updates nobody says`,
    observable: "no",
    reason: "unknown",
    switches: ["duplicatedParameter"],
    because: "nothing is documented",
  },
  {
    id: "AV-11",
    says: "Audiences compare strings that look like numbers as numbers: 045 equals 45.",
    confidence: "documented",
    source: TROUBLESHOOTING,
    observable: "no",
    reason: "user interface",
    because: "audiences are evaluated in activities; that the string itself stays is AV-12",
  },
  seenByItsEffect({
    id: "AV-12",
    says: "A value is a string and stays as it was sent, leading zeros included.",
    confidence: "documented",
    source: `${PROFILES_API}, sample: all values are strings`,
    check: async (subject) => {
      const member = await subject.member();
      await postUpdate(subject, member, { cnNumber: "045", cnTruth: "true", cnDecimal: "1.50" });
      await expectAttributes(subject, member, {
        cnNumber: "045",
        cnTruth: "true",
        cnDecimal: "1.50",
      });
    },
  }),
  seenByItsEffect({
    id: "AV-13",
    says: "Names may hold dots.",
    confidence: "practised",
    source: `${SEGMENT} flattens to profile.address.city; ${PROFILES_API}, sample: entity.id`,
    check: async (subject) => {
      const member = await subject.member();
      await postUpdate(subject, member, { "cnAddress.city": "Madrid" });
      await expectAttributes(subject, member, { "cnAddress.city": "Madrid" });
    },
  }),
  {
    id: "AV-14",
    says: "Which characters a name may hold, and which names are reserved.",
    confidence: "undocumented",
    source: `${PROFILES_API}: some "reserved names" exist, no list is given; user. is where profile scripts write`,
    observable: "no",
    reason: "unknown",
    switches: ["oddName", "reservedName"],
    because: "nothing is documented",
  },
];

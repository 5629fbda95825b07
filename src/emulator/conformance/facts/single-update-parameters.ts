import { seenByItsEffect, seenByItsAnswer, type Fact } from "../fact.ts";
import { expectEqual } from "../mismatch.ts";
import {
  encoded,
  expectAttributes,
  expectTaken,
  manyAttributes,
  postForm,
  postUpdate,
  updateParameters,
  updatePath,
  type Attributes,
} from "../requests.ts";
import { SINGLE_API } from "../sources.ts";
import type { EmulatorSubject } from "../subject.ts";

/** How names and values are written, and how much of them fits in a call. */
export const SINGLE_UPDATE_PARAMETERS: readonly Fact[] = [
  seenByItsEffect({
    id: "SU-07",
    says: "Only parameters written profile.name=value are profile parameters; the attribute is called without the prefix.",
    confidence: "documented",
    source: `${SINGLE_API}, "Specify the profile parameters in the format profile.paramName=value"`,
    check: async (subject) => {
      const member = await subject.member();
      await postForm(subject, `${updateParameters(member, { cnNamed: "1" })}&cnBare=1`);
      await expectAttributes(subject, member, {
        cnNamed: "1",
        "profile.cnNamed": undefined,
        cnBare: undefined,
      });
    },
  }),
  seenByItsEffect({
    id: "SU-08",
    says: "Values are URL-encoded UTF-8: whatever is encoded so arrives as it was.",
    confidence: "documented",
    source: `${SINGLE_API}, "Parameters and values must be URL-encoded using UTF-8"`,
    check: async (subject) => {
      const member = await subject.member();
      const attributes = {
        cnReserved: "a+b&c=d%e#f;g?h/i j",
        cnAccents: "Ñandú élève Größe",
        cnRightToLeft: "بطاقة כרטיס",
        cnEmoji: "🛍️👩‍👩‍👧",
        cnLines: "a\tb\r\nc",
      };
      await postUpdate(subject, member, attributes);
      await expectAttributes(subject, member, attributes);
    },
  }),
  seenByItsEffect({
    id: "SU-09",
    says: "Names are URL-encoded UTF-8 as values are.",
    confidence: "documented",
    source: `${SINGLE_API}, "Parameters and values must be URL-encoded using UTF-8"`,
    check: async (subject) => {
      const member = await subject.member();
      const id = encoded([["mbox3rdPartyId", member.value]]);
      await postForm(subject, `${id}&pro%66ile%2E%63n%45ncoded=1`);
      await expectAttributes(subject, member, { cnEncoded: "1" });
    },
  }),
  seenByItsEffect({
    id: "SU-10",
    says: "Names are case-sensitive.",
    confidence: "documented",
    source: `${SINGLE_API}, "Parameters and values are case-sensitive"`,
    check: async (subject) => {
      const member = await subject.member();
      await postUpdate(subject, member, { cnCase: "lower", CNCASE: "upper" });
      await expectAttributes(subject, member, { cnCase: "lower", CNCASE: "upper" });
    },
  }),
  seenByItsEffect({
    id: "SU-11",
    says: "Values are case-sensitive.",
    confidence: "documented",
    source: `${SINGLE_API}, "Parameters and values are case-sensitive"`,
    check: async (subject) => {
      const member = await subject.member();
      await postUpdate(subject, member, { cnMixed: "GoLd" });
      await expectAttributes(subject, member, { cnMixed: "GoLd" });
    },
  }),
  seenByItsEffect({
    id: "SU-12",
    says: "An update is partial: attributes it does not name are left alone.",
    confidence: "documented",
    source: `${SINGLE_API}, "Not all parameter values must exist"; that they are left alone is inferred`,
    check: async (subject) => {
      const member = await subject.member();
      await postUpdate(subject, member, { cnFirst: "1", cnBoth: "1" });
      await postUpdate(subject, member, { cnBoth: "2" });
      await expectAttributes(subject, member, { cnFirst: "1", cnBoth: "2" });
    },
  }),
  seenByItsAnswer({
    id: "SU-13",
    says: "A GET of up to 8 KB is taken.",
    confidence: "documented",
    source: `${SINGLE_API}, "8 KB for GET and 60 KB for POST"`,
    check: async (subject) => {
      const member = await subject.member();
      const attributes = manyAttributes(35);
      const target = `${updatePath(subject)}?${updateParameters(member, attributes)}`;
      const padded = `${target}&${"x".repeat(KB_8 - target.length - 1)}`;
      expectEqual("bytes sent", padded.length, KB_8);
      await expectTaken(subject, await subject.http(padded), member, attributes);
    },
  }),
  seenByItsAnswer({
    id: "SU-14",
    says: "A POST of up to 60 KB is taken.",
    confidence: "documented",
    source: `${SINGLE_API}, "8 KB for GET and 60 KB for POST"`,
    check: async (subject) => {
      const member = await subject.member();
      const attributes = manyAttributes(250);
      const body = updateParameters(member, attributes);
      const padded = `${body}&${"x".repeat(KB_60 - body.length - 1)}`;
      expectEqual("bytes sent", padded.length, KB_60);
      await expectTaken(subject, await postForm(subject, padded), member, attributes);
    },
  }),
  seenByItsEffect({
    id: "SU-15",
    says: "A GET of more than 8 KB is not taken.",
    confidence: "documented",
    source: `${SINGLE_API}, "8 KB for GET and 60 KB for POST"; what is answered is not said`,
    check: (subject) =>
      expectNotTaken(subject, manyAttributes(42), (parameters) =>
        subject.http(`${updatePath(subject)}?${parameters}`),
      ),
  }),
  seenByItsEffect({
    id: "SU-16",
    says: "A POST of more than 60 KB is not taken.",
    confidence: "documented",
    source: `${SINGLE_API}, "8 KB for GET and 60 KB for POST"; what is answered is not said`,
    check: (subject) =>
      expectNotTaken(subject, manyAttributes(290), (parameters) => postForm(subject, parameters)),
  }),
];

const KB_8 = 8_192;
const KB_60 = 61_440;

async function expectNotTaken(
  subject: EmulatorSubject,
  attributes: Attributes,
  send: (parameters: string) => Promise<unknown>,
): Promise<void> {
  const member = await subject.member();
  await send(updateParameters(member, attributes));
  const first = Object.keys(attributes)[0]!;
  const last = Object.keys(attributes).at(-1)!;
  await expectAttributes(subject, member, { [first]: undefined, [last]: undefined });
}

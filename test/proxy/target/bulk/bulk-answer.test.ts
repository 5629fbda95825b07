import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  plainWords,
  unescapeXml,
  xmlFieldsFrom,
} from "../../../../src/proxy/target/bulk/bulk-answer.ts";
import { batchLookFrom } from "../../../../src/proxy/target/bulk/bulk-status.ts";
import {
  MAX_ANSWER_BYTES,
  submitOutcomeFrom,
} from "../../../../src/proxy/target/bulk/bulk-submit.ts";

const ORIGIN = "https://demo.tt.omtrdc.net";

const read = (body: string, status = 200) => {
  const answer = { status, headers: {}, body };
  return [submitOutcomeFrom(answer, ORIGIN, 0), batchLookFrom(answer, 0)];
};

describe("[HI1] whatever answers in Target's place", () => {
  it("comes to an outcome, and to no acceptance by chance", () => {
    const pieces =
      "<response> </response> <success> </success> true false <status> </status> complete <batchStatus> </batchStatus> http:// &amp; <a/> < > \u0000 \ud800 <?xml?> mboxedge45.tt.omtrdc.net ]]>";
    const piece = fc.constantFrom("\n", ...pieces.split(" "));
    const body = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.array(piece).map((all) => all.join("")),
    );
    fc.assert(
      fc.property(body, fc.integer({ min: 100, max: 599 }), (body, status) => {
        const [outcome, look] = read(body, status);
        const isOk = status >= 200 && status < 300;
        const isAnswer = /^\s*(<\?xml[^>]*\?>)?\s*<response>[^]*<\/response>\s*$/.test(body);
        if (!isOk || !isAnswer) {
          expect(outcome?.type).not.toBe("accepted");
          expect(look?.type).not.toBe("complete");
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it("is read in one go, however long and unfinished it is", () => {
    const long = [
      "<response>",
      "<a>",
      "</response> ",
      "<response><a>",
      " ",
      "<a><b>",
      "<a></b>",
      "<a></a>",
      "\n<a/>\n",
    ];
    for (const piece of long) {
      const body = piece.repeat(MAX_ANSWER_BYTES / piece.length);
      for (const whole of [body, `<response>${body}`, `<response>${body}</response>`]) {
        expect(read(whole).map((each) => each.type)).toEqual(["unavailable", "unavailable"]);
      }
    }
  });
});

describe("Target's XML", () => {
  it("is read by its fields, none of them taken twice", () => {
    const fields = xmlFieldsFrom(
      '<?xml version="1.0" encoding="UTF-8"?>\n<response> <a> 1 </a><b/><c></c><d>1</d><d>2</d></response>\n',
    );
    expect(["a", "b", "c", "d", "e"].map((name) => fields?.only(name))).toEqual([
      "1",
      "",
      "",
      undefined,
      undefined,
    ]);
  });

  it("is unescaped once", () => {
    expect(unescapeXml("a&amp;b&lt;&gt;&quot;&apos;&amp;amp;&#65;")).toBe("a&b<>\"'&amp;&#65;");
  });
});

describe("[PV2] a message", () => {
  it("keeps none of the words that are not ours", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Za-z0-9@ñ_-]{16,40}$/), (id) => {
        expect(plainWords(`error in row ${id}, unknown`)).toBe("error in row … unknown");
      }),
    );
    expect(plainWords("Row 7 of the batch: jane.doe has 2 errors")).toBe(
      "Row … of the batch … has …",
    );
    expect(plainWords("")).toBe("no message");
  });
});

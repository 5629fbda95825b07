import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  createBatchParser,
  MAX_BATCH_BYTES,
  MAX_BATCH_ROWS,
} from "../../../src/emulator/bulk/batch-parser.ts";
import type { BatchRow } from "../../../src/emulator/bulk/batch-row.ts";
import { createSwitches, type Switches } from "../../../src/emulator/switches.ts";

/** The whole body at once, or cut wherever a test wants it cut. */
function parse(body: string | readonly Buffer[], switches: Partial<Switches> = {}) {
  const rows: BatchRow[] = [];
  const parser = createBatchParser(createSwitches(switches), (row) => rows.push(row));
  for (const chunk of typeof body === "string" ? [Buffer.from(body)] : body) parser.write(chunk);
  return { header: parser.end(), rows };
}

function rowsOf(body: string, switches: Partial<Switches> = {}) {
  return parse(body, switches).rows.map((row) =>
    row.type === "update" ? [row.id, Object.fromEntries(row.attributes)] : row.type,
  );
}

function problemOf(body: string, switches: Partial<Switches> = {}): string {
  const { header, rows } = parse(body, switches);
  expect(rows).toEqual([]);
  return header.ok ? "none" : header.error.message;
}

describe("batch", () => {
  it("[EB1] reads Adobe's sample: short rows and empty cells say nothing", () => {
    const sample =
      "batch=pcId,param1,param2,param3,param4\n123,value1\n124,value1,,,value4\n125,,value2\n126,value1,value2,value3,value4";
    expect(rowsOf(sample)).toEqual([
      ["123", { param1: "value1" }],
      ["124", { param1: "value1", param4: "value4" }],
      ["125", { param2: "value2" }],
      ["126", { param1: "value1", param2: "value2", param3: "value3", param4: "value4" }],
    ]);
    expect(parse(sample).header).toMatchObject({ ok: true, value: { kind: "browser" } });
  });

  it("[EB1] takes LF and CRLF, with and without one at the end, and no empty line for a row", () => {
    const expected = [["1", { a: "x" }], "empty", ["3", { b: "y" }]];
    const lines = ["batch=thirdPartyId,a,b", "1,x", "2,,", "3,,y"];
    for (const end of ["\n", "\r\n"]) {
      expect(rowsOf(lines.join(end))).toEqual(expected);
      expect(rowsOf(lines.join(end) + end)).toEqual(expected);
      expect(rowsOf(lines.join(end + end) + end)).toEqual(expected);
    }
  });

  it("[EB1] gives back whatever a careful sender encoded, wherever the chunks end", () => {
    const cell = fc.string({ unit: "grapheme", maxLength: 12 });
    const id = cell.map((text) => `c${text.replaceAll(/[+/]/g, "-")}`);
    const batches = fc.record({
      names: fc.uniqueArray(
        cell.filter((name) => name !== ""),
        { maxLength: 4 },
      ),
      rows: fc.array(fc.tuple(id, fc.array(cell, { maxLength: 4 })), { minLength: 1 }),
      end: fc.constantFrom("\n", "\r\n"),
      cuts: fc.array(fc.nat(), { maxLength: 8 }),
    });
    fc.assert(
      fc.property(batches, ({ names, rows, end, cuts }) => {
        const fitting = rows.map(([id, values]) => ({ id, values: values.slice(0, names.length) }));
        const table = [
          ["thirdPartyId", ...names],
          ...fitting.map(({ id, values }) => [id, ...values]),
        ];
        const body = Buffer.from(
          `batch=${table.map((cells) => cells.map(encodeURIComponent).join(",")).join(end)}`,
        );
        const ends = [0, ...cuts.map((cut) => cut % body.length), body.length].toSorted(
          (a, b) => a - b,
        );
        const chunks = ends.slice(1).map((to, index) => body.subarray(ends[index], to));
        const { header, rows: read } = parse(chunks, { oddName: "stored", reservedName: "stored" });
        expect(header).toMatchObject({ ok: true, value: { names } });
        expect(read).toEqual(
          fitting.map(({ id, values }) => {
            const attributes = values.flatMap((value, index) =>
              value === "" ? [] : [[names[index], value]],
            );
            return attributes.length === 0 ? { type: "empty" } : { type: "update", id, attributes };
          }),
        );
      }),
    );
  });

  it("[EB1] knows no quotation marks: they are characters, and a comma within them divides", () => {
    expect(rowsOf('batch=thirdPartyId,a,b\n1,"x,y"')).toEqual([["1", { a: '"x', b: 'y"' }]]);
    expect(rowsOf("batch=thirdPartyId,a\n1,x%2Cy")).toEqual([["1", { a: "x,y" }]]);
  });
});

describe("headers", () => {
  it.each([
    ["", /Batch is empty/],
    ["thirdPartyId,a\n1,x", /must begin with batch=/],
    ['{"batch":"thirdPartyId,a"}', /must begin with batch=/],
    ["\ufeffbatch=thirdPartyId,a\n1,x", /must begin with batch=/],
    ["batch=", /first header must be pcId or thirdPartyId/],
    ["batch=thirdPartyId,a", /Batch is empty/],
    ["batch=thirdPartyId,a\n\r\n\n", /Batch is empty/],
    ["batch=mbox3rdPartyId,a\n1,x", /must be thirdPartyId here, not mbox3rdPartyId/],
    ["batch=mboxPC,a\n1,x", /must be pcId here, not mboxPC/],
    ["batch=marketingCloudVisitorId,a\n1,x", /ECID\) is not supported/],
    ["batch=ECID,a\n1,x", /ECID\) is not supported/],
    ["batch=thirdpartyid,a\n1,x", /names are case-sensitive/],
    ["batch=a,thirdPartyId\nx,1", /first header must be/],
    ["batch=thirdPartyId,a,,b\n1,x,y,z", /Header 3 is empty/],
    ["batch=thirdPartyId,a,%61\n1,x,y", /Two headers are the same/],
    ["batch=thirdPartyId,a%\n1,x", /Header 2 is not URL-encoded UTF-8/],
    ["batch=thirdPartyId,ñ\n1,x", /Header 2 is not URL-encoded UTF-8/],
  ])("[EB2] refuses %j, saying why", (body, message) => {
    expect(problemOf(body)).toMatch(message);
  });

  it("[EB2] repeats nothing of a first row that is no headers: it is somebody's id", () => {
    expect(problemOf("batch=2912345678906,gold\n2900000000018,silver")).not.toMatch(/29|gold/);
  });

  it("[EB2] takes a name with profile. before it as it stands, and counts it", () => {
    const body = "batch=thirdPartyId,profile.tier,age\n1,gold,9";
    expect(rowsOf(body)).toEqual([["1", { "profile.tier": "gold", age: "9" }]]);
    expect(parse(body).header).toMatchObject({ value: { prefixed: 1 } });
  });
});

describe("rows", () => {
  it.each([
    ["a stray percent sign", "1,100%"],
    ["a cut-off percent sign", "1,%4"],
    ["bytes that are not UTF-8", "1,%FF"],
    ["half of a surrogate pair", "1,%ED%A0%80"],
    ["an overlong form", "1,%C0%AF"],
    ["raw characters beyond ASCII", "1,ñ"],
    ["a raw ampersand", "1,a&b"],
    ["a CR within the line", "1,a\rb"],
    ["an id that is badly encoded", "%,x"],
    ["no id", ",x"],
    ["more cells than headers", "1,x,y"],
    ["an empty cell too many", "1,x,"],
    ["more than 64 KB", `1,${"x".repeat(65_536)}`],
  ])("[EB3] fails for %s, alone", (_what, row) => {
    expect(rowsOf(`batch=thirdPartyId,a\n0,x\n${row}\n2,y`)).toEqual([
      ["0", { a: "x" }],
      "malformed",
      ["2", { a: "y" }],
    ]);
  });

  it("[EB3] takes a plus sign for a space", () => {
    expect(rowsOf("batch=thirdPartyId,a\n1,a+b%2Bc")).toEqual([["1", { a: "a b+c" }]]);
  });

  it("[EB3] keeps white space around cells as part of them, or trims it, as the switch says", () => {
    const body = "batch=thirdPartyId, a,b\n1, x ,y\t\n2,\t ,y";
    expect(rowsOf(body, { oddName: "stored" })).toEqual([
      ["1", { " a": " x ", b: "y\t" }],
      ["2", { " a": "\t ", b: "y" }],
    ]);
    expect(rowsOf(body, { bulkRowWhitespace: "trimmed" })).toEqual([
      ["1", { a: "x", b: "y" }],
      ["2", { b: "y" }],
    ]);
    expect(problemOf("batch= thirdPartyId,a\n1,x")).toMatch(/first header/);
    expect(rowsOf("batch=thirdPartyId,a\n1,x y", { bulkRowWhitespace: "trimmed" })).toEqual([
      "malformed",
    ]);
  });

  it.each([
    ["refused-body", "malformed"],
    ["status-400", "malformed"],
    ["acknowledged-and-dropped", "dropped"],
    ["accepted", "update"],
  ] as const)("[EB3] meets ids that are not to be sent by their switches: %s", (position, type) => {
    const types = (body: string, switches: Partial<Switches>) =>
      parse(body, switches).rows.map((row) => row.type);
    const forbidden = { forbiddenIdCharacter: position };
    expect(types("batch=thirdPartyId,a\n%2B,x\na%2Fb,x", forbidden)).toEqual([type, type]);
    expect(types("batch=pcId,a\n%2B,x", forbidden)).toEqual(["update"]);
    const long = { idTooLong: position, memberIdMaxLength: 5 };
    expect(types("batch=thirdPartyId,a\n12345,x\n123456,x", long)).toEqual(["update", type]);
    expect(types(`batch=pcId,a\n${"1".repeat(129)},x`, long)).toEqual([type]);
  });
});

describe("names and values", () => {
  const long = "x".repeat(257);

  it("[EB3] are what their switches leave of them, as in a single update", () => {
    const body = `batch=thirdPartyId,a,user.b,%C3%B1\n1,x,y,z\n2,,y,z\n3,${long}\n4,${long},,`;
    expect(rowsOf(body)).toEqual([["1", { a: "x" }], "dropped", "dropped", "dropped"]);
    expect(rowsOf(body, { reservedName: "stored", valueOver256: "truncated" })).toEqual([
      ["1", { a: "x", "user.b": "y" }],
      ["2", { "user.b": "y" }],
      ["3", { a: "x".repeat(256) }],
      ["4", { a: "x".repeat(256) }],
    ]);
    expect(rowsOf(body, { oddName: "refused-body", valueOver256: "stored" })).toEqual([
      "malformed",
      "malformed",
      ["3", { a: long }],
      ["4", { a: long }],
    ]);
  });
});

describe("limits", () => {
  const head = "batch=thirdPartyId,a\n";

  it("[EB5] takes 500,000 rows, and not one more", () => {
    const rows = Buffer.from("1,x\n".repeat(1_000));
    const chunks = Array.from({ length: MAX_BATCH_ROWS / 1_000 }, () => rows);
    expect(parse([Buffer.from(head), ...chunks]).header.ok).toBe(true);
    expect(parse([Buffer.from(head), ...chunks, Buffer.from("1,x")]).header).toMatchObject({
      error: { type: "oversize", message: /500,000 rows/ },
    });
  });

  it("[EB5] takes less than 50 MB, and not 50", () => {
    const row = Buffer.from(`1,${"x".repeat(49_997)}\n`);
    const chunks = Array.from({ length: MAX_BATCH_BYTES / row.length - 1 }, () => row);
    const room = row.length - head.length;
    const last = (bytes: number) => Buffer.from(`1,${"x".repeat(bytes - 2)}`);
    expect(parse([Buffer.from(head), ...chunks, last(room - 1)]).header.ok).toBe(true);
    expect(parse([Buffer.from(head), ...chunks, last(room)]).header).toMatchObject({
      error: { type: "oversize", message: /50 MB/ },
    });
  });
});

import { describe, expect, it } from "vitest";
import { Entry, EntryHeader, MAX_BODY_LENGTH } from "../../src/contract/entry.ts";

const UUID = "3f2c8a10-5b7d-4c1e-9f00-0123456789ab";

const HEADER: EntryHeader = {
  v: 1,
  id: UUID,
  epoch: UUID,
  seq: 1,
  segment: "0a1b2c3d.0",
  wallMs: 0,
  monoMs: 12.5,
  heldUntil: 0,
  kid: "plain",
  enc: "",
};

describe("EntryHeader", () => {
  it("takes what a kiosk without a clock writes", () => {
    expect(EntryHeader.parse(HEADER)).toEqual(HEADER);
  });

  it("is closed: refuses a member more, whatever it is", () => {
    for (const member of ["visitor", "card", "storeId", "deviceId", "note"]) {
      const parsed = EntryHeader.safeParse({ ...HEADER, [member]: "x" });
      expect(parsed.error?.issues).toMatchObject([{ code: "unrecognized_keys", keys: [member] }]);
    }
  });

  it("holds these members and no other, so that nobody opens it by the way", () => {
    expect(Object.keys(EntryHeader.shape).toSorted()).toEqual(Object.keys(HEADER).toSorted());
  });

  it.each(Object.keys(HEADER))("refuses to do without %s", (member) => {
    const { [member]: _, ...rest }: Record<string, unknown> = HEADER;
    expect(EntryHeader.safeParse(rest).error?.issues).toMatchObject([{ path: [member] }]);
  });

  it.each([
    ["v", 2],
    ["id", UUID.toUpperCase()],
    ["id", "1"],
    ["seq", 0],
    ["seq", 1.5],
    ["seq", 2 ** 53],
    ["segment", "0a1b2c3d"],
    ["segment", "0a1b2c3d.-1"],
    ["wallMs", -1],
    ["wallMs", 253_402_300_800_000],
    ["wallMs", 0.5],
    ["monoMs", NaN],
    ["monoMs", Infinity],
    ["heldUntil", "0"],
    ["kid", ""],
    ["kid", "a b"],
    ["enc", "a+b="],
  ])("refuses %s %j", (member, value) => {
    expect(EntryHeader.safeParse({ ...HEADER, [member]: value }).error?.issues).toMatchObject([
      { path: [member] },
    ]);
  });
});

describe("Entry", () => {
  it("is a header and a body, and nothing beside", () => {
    const entry = { header: HEADER, body: "{}" };
    expect(Entry.parse(entry)).toEqual(entry);
    expect(Entry.safeParse({ ...entry, visitor: "x" }).success).toBe(false);
  });

  it("bounds its body", () => {
    const sized = (length: number) =>
      Entry.safeParse({ header: HEADER, body: "x".repeat(length) }).success;
    expect([0, 1, MAX_BODY_LENGTH, MAX_BODY_LENGTH + 1].map(sized)).toEqual([
      false,
      true,
      true,
      false,
    ]);
  });
});

import { describe, expect, it } from "vitest";
import { Update } from "../../src/contract/update.ts";

const UPDATE = {
  device: {
    deviceId: "3f2c8a10-5b7d-4c1e-9f00-0123456789ab",
    storeId: "madrid-1",
    kioskId: "k1",
    timeZone: "Europe/Madrid",
  },
  visitor: { kind: "member", value: "2912345678906" },
  occasion: "scan",
  ground: { type: "terms", version: "casa-olmo-terms-1" },
  configVersion: "example-1",
  attributes: [
    { name: "lastStore", value: { type: "text", text: "madrid-1" } },
    { name: "lastScanAt", value: { type: "instant" } },
    { name: "lastScanDay", value: { type: "day", timeZone: "Europe/Madrid" } },
  ],
};

describe("Update", () => {
  it("says what happened, to whom, on what ground", () => {
    expect(Update.parse(UPDATE)).toEqual(UPDATE);
  });

  it("refuses to be without a ground", () => {
    const { ground: _, ...groundless } = UPDATE;
    expect(Update.safeParse(groundless).error?.issues).toMatchObject([{ path: ["ground"] }]);
  });

  it.each(["", "29+1", "29/1", "1".repeat(38), "x".repeat(129)])(
    "refuses the visitor %j, whom Target would not take",
    (value) => {
      const visitor = { kind: "member", value };
      expect(Update.safeParse({ ...UPDATE, visitor }).error?.issues[0]?.path[0]).toBe("visitor");
    },
  );

  it.each([
    ["a name with a space", { name: "last store", value: { type: "instant" } }],
    ["a name too long", { name: "x".repeat(129), value: { type: "instant" } }],
    ["a text too long", { name: "note", value: { type: "text", text: "x".repeat(257) } }],
    ["half a character", { name: "note", value: { type: "text", text: "\ud83d" } }],
    ["a time of its own", { name: "lastScanAt", value: { type: "instant", atMs: 1 } }],
    ["an unknown time zone", { name: "day", value: { type: "day", timeZone: "Mars/Olympus" } }],
    ["another kind of value", { name: "n", value: { type: "number", number: 1 } }],
  ])("refuses %s, with the attribute's place", (_, attribute) => {
    const attributes = [...UPDATE.attributes, attribute];
    const issues = Update.safeParse({ ...UPDATE, attributes }).error?.issues ?? [];
    expect(issues.length).toBeGreaterThan(0);
    for (const issue of issues) expect(issue.path.slice(0, 2)).toEqual(["attributes", 3]);
  });
});

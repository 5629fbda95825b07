import { renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { openIdFile } from "../../../src/proxy/visitor-ids/id-file.ts";
import { aFolder } from "../../support/store-files.ts";

const CARD = { kind: "member", value: "2912345678906" } as const;

async function aFile(text: string) {
  const file = path.join(aFolder(), "ids.csv");
  writeFileSync(file, text);
  let nowMs = 0;
  const warnings: string[] = [];
  const log = { warn: (details: object) => void warnings.push(JSON.stringify(details)) };
  const ids = await openIdFile({ file, monoMs: () => nowMs, log });
  return {
    file,
    warnings,
    idOf: async (value: string = CARD.value) => {
      const mapped = await ids.idFor({ kind: "member", value });
      return mapped.type === "mapped" ? mapped.visitor.value : mapped.type;
    },
    ids,
    aSecondLater: () => (nowMs += 1_000),
  };
}

describe("ids from a file", () => {
  it("[ID2] maps a card to the site's id, with heading, BOM, CRLF and empty lines or without", async () => {
    for (const text of [
      `card,id\n${CARD.value},site-1\n`,
      `\uFEFFcard,id\r\n\r\n${CARD.value},site-1\r\n`,
      `${CARD.value},site-1`,
      `${CARD.value},site-1\n${CARD.value},site-1\n`,
    ]) {
      const { idOf } = await aFile(text);
      expect(await idOf()).toBe("site-1");
      expect(await idOf("2900000000017")).toBe("unmapped");
    }
  });

  it("[ID2] leaves Target's own id of a browser alone", async () => {
    const { ids } = await aFile("abc,site-1");
    const visitor = { kind: "browser", value: "abc" } as const;
    expect(await ids.idFor(visitor)).toEqual({ type: "mapped", visitor });
  });

  it.each([
    ["no comma", `card,id\n${CARD.value}`, "line 2: must be card,id, without quotes"],
    ["a third column", `${CARD.value},a,b`, "line 1: must be card,id, without quotes"],
    ["no card", `\n,site-1`, "line 2: the card is not a visitor id"],
    ["no id", `${CARD.value},`, "line 1: the id is not one Target takes (empty)"],
    [
      "a slash",
      `${CARD.value},a/b`,
      "line 1: the id is not one Target takes (forbidden-character)",
    ],
    [
      "an ECID",
      `a,${"1".repeat(38)}`,
      "line 1: the id is not one Target takes (experience-cloud-id)",
    ],
    ["two ids", `x,1\n${CARD.value},2\nx,3`, "line 3: the card stands above with another id"],
  ])(
    "[ID2] refuses to start with %s, naming the line and not what stands there",
    async (_, text, why) => {
      const error = await aFile(text).then(
        () => undefined,
        (reason: unknown) => reason,
      );
      expect((error as Error).message).toMatch(/^VISITOR_ID_LOOKUP: /);
      expect((error as Error).message).toContain(`${why}.`);
      expect((error as Error).message).not.toContain(CARD.value);
    },
  );

  it("says that a file cannot be read", async () => {
    const opening = openIdFile({ file: "/nowhere/ids.csv", monoMs: () => 0 });
    await expect(opening).rejects.toThrow("it cannot be read (ENOENT)");
  });

  it("[ID2] follows a changed file within a second, and keeps the last good one", async () => {
    const { file, idOf, warnings, aSecondLater } = await aFile(`${CARD.value},site-1`);
    writeFileSync(`${file}.new`, `${CARD.value},site-22`);
    renameSync(`${file}.new`, file);
    expect(await idOf()).toBe("site-1");
    aSecondLater();
    expect(await idOf()).toBe("site-22");

    writeFileSync(file, `${CARD.value},site-333\n${CARD.value}`);
    aSecondLater();
    expect(await idOf()).toBe("site-22");
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain("line 2");
    expect(warnings[0]).not.toContain(CARD.value);
    aSecondLater();
    expect(await idOf()).toBe("site-22");
    expect(warnings).toHaveLength(1);

    rmSync(file);
    aSecondLater();
    expect(await idOf()).toBe("site-22");
    writeFileSync(file, `${CARD.value},site-4444`);
    aSecondLater();
    expect(await idOf()).toBe("site-4444");
  });
});

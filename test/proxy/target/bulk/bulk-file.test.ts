import { createSecretKey } from "node:crypto";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { text } from "node:stream/consumers";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  BULK_FILE_LIMITS,
  bulkBody,
  splitBulkFile,
  uploadOf,
  type Admit,
  type BulkFile,
  type BulkFileLimits,
  type BulkFolder,
} from "../../../../src/proxy/target/bulk/bulk-file.ts";
import { bulkHeader, type BulkState } from "../../../../src/proxy/target/bulk/bulk-row.ts";
import { writeBulkFiles } from "../../../../src/proxy/target/bulk/write-files.ts";
import { parseBatch } from "../../../support/bulk-target.ts";
import { aFolder } from "../../../support/store-files.ts";

const NAMES = ["a", "b"];

function aBulkFolder(): BulkFolder {
  return {
    path: aFolder(),
    key: createSecretKey(Buffer.alloc(32, 7)),
    header: bulkHeader("member", NAMES),
  };
}

const aState = (n: number, length = 5): BulkState => ({
  id: `29${String(n).padStart(11, "0")}`,
  attributes: new Map([
    ["a", "x".repeat(length)],
    ["b", `${n}`],
  ]),
});

async function write(
  folder: BulkFolder,
  states: Iterable<BulkState>,
  limits: BulkFileLimits = BULK_FILE_LIMITS,
) {
  const leftOut: number[] = [];
  const files = await writeBulkFiles(folder, {
    kind: "member",
    names: NAMES,
    states,
    limits,
    nameOf: (file) => `${file}.rows`,
    onLeftOut: (row) => void leftOut.push(row),
    onRow: () => {},
    signal: new AbortController().signal,
  });
  return { files, leftOut };
}

const sent = (folder: BulkFolder, file: BulkFile) => text(bulkBody(folder, file));

const MANY = { numRuns: 40 };

describe("[BU1] bulk files", () => {
  it("are within Adobe's limits", () => {
    expect(BULK_FILE_LIMITS).toEqual({ bytes: 50_000_000, rows: 500_000 });
  });

  it("hold every row once, in order, each file below its limits and told as it is", async () => {
    const lengths = fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 60 });
    const limits = fc.record({
      bytes: fc.integer({ min: 90, max: 600 }),
      rows: fc.integer({ min: 1, max: 9 }),
    });
    await fc.assert(
      fc.asyncProperty(lengths, limits, async (lengths, limits) => {
        const folder = aBulkFolder();
        const states = lengths.map((length, n) => aState(n, length));
        const { files, leftOut } = await write(folder, states, limits);
        const bodies = await Promise.all(files.map((file) => sent(folder, file)));
        for (const [index, body] of bodies.entries()) {
          const file = files[index]!;
          expect(body.length).toBe(file.bytes);
          expect(body.length).toBeLessThan(limits.bytes);
          expect(parseBatch(body)).toHaveLength(file.rows);
          expect(file.rows).toBeLessThanOrEqual(limits.rows);
          expect(file.rows).toBeGreaterThan(0);
        }
        const written = states.filter((_, n) => !leftOut.includes(n + 1));
        expect(bodies.flatMap(parseBatch).map(([id]) => id)).toEqual(written.map(({ id }) => id));
      }),
      MANY,
    );
  });

  it("take one row less rather than be as large as the limit", async () => {
    const folder = aBulkFolder();
    const [whole] = (
      await write(
        folder,
        [1, 2, 3].map((n) => aState(n)),
      )
    ).files;
    const { bytes } = whole!;
    const exactly = await write(
      folder,
      [1, 2, 3].map((n) => aState(n)),
      { bytes, rows: 9 },
    );
    expect(exactly.files.map(({ rows }) => rows)).toEqual([2, 1]);
    const oneMore = await write(
      folder,
      [1, 2, 3].map((n) => aState(n)),
      {
        bytes: bytes + 1,
        rows: 9,
      },
    );
    expect(oneMore.files.map(({ rows }) => rows)).toEqual([3]);
  });

  it("leave out a row that no file can hold, and say which", async () => {
    const folder = aBulkFolder();
    const states = [aState(1), aState(2, 500), aState(3)];
    const { files, leftOut } = await write(folder, states, { bytes: 200, rows: 9 });
    expect(leftOut).toEqual([2]);
    expect(files).toMatchObject([{ rows: 2, firstRow: 1, lastRow: 3 }]);
  });

  it("are split into halves with the same rows under the same numbers", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 2, max: 40 }), async (count) => {
        const folder = aBulkFolder();
        const states = Array.from({ length: count }, (_, n) => aState(n));
        const [file] = (await write(folder, states)).files;
        const halves = await splitBulkFile(folder, file!, ["left", "right"]);
        const [left, right] = halves;
        const bodies = await Promise.all(halves.map((half) => sent(folder, half)));
        expect(bodies.flatMap(parseBatch)).toEqual(parseBatch(await sent(folder, file!)));
        expect(halves.map((half, index) => half.bytes - bodies[index]!.length)).toEqual([0, 0]);
        expect([left.firstRow, left.lastRow]).toEqual([1, Math.ceil(count / 2)]);
        expect([right.firstRow, right.lastRow]).toEqual([left.lastRow + 1, count]);
        expect(left.rows + right.rows).toBe(count);
      }),
      MANY,
    );
  });
});

describe("[CR3] rows that may not leave any more", () => {
  const tagged = (n: number): BulkState => ({ ...aState(n), tag: `3.tag-${n}` });
  const only =
    (...tags: readonly string[]): Admit =>
    async (asked) =>
      new Set(asked.filter((tag) => tags.includes(tag)));

  it("stay behind, and what is sent is as long as it is said to be", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.boolean(), { minLength: 1, maxLength: 40 }), async (may) => {
        const folder = aBulkFolder();
        const [file] = (
          await write(
            folder,
            may.map((_, n) => tagged(n)),
          )
        ).files;
        const staying = may.flatMap((mayLeave, n) => (mayLeave ? [`3.tag-${n}`] : []));
        const upload = await uploadOf(folder, file!, only(...staying));
        const body = await sent(folder, upload);
        expect(body.length).toBe(upload.bytes);
        expect(upload.rows).toBe(staying.length);
        const ids = body.includes("\n") ? parseBatch(body).map(([id]) => id) : [];
        expect(ids).toEqual(may.flatMap((mayLeave, n) => (mayLeave ? [aState(n).id] : [])));
        // The file itself is as it was.
        expect(await sent(folder, file!)).toHaveLength(file!.bytes);
      }),
      MANY,
    );
  });

  it("are known in both halves of a file; those without a tag always leave", async () => {
    const folder = aBulkFolder();
    const [file] = (await write(folder, [tagged(1), aState(2), tagged(3), tagged(4)])).files;
    const halves = await splitBulkFile(folder, file!, ["left", "right"]);
    const bodies = await Promise.all(
      halves.map(async (half) => sent(folder, await uploadOf(folder, half, only("3.tag-4")))),
    );
    expect(bodies.flatMap(parseBatch).map(([id]) => id)).toEqual([aState(2).id, aState(4).id]);
  });

  it("are never sent for a tag's sake", async () => {
    const folder = aBulkFolder();
    const [file] = (await write(folder, [tagged(1)])).files;
    expect(await sent(folder, file!)).not.toContain("tag");
    for (const tag of ["a,b", "a b", "a\nb", "é"]) {
      await expect(write(folder, [{ ...aState(1), tag }])).rejects.toThrow(/^tag: must be visible/);
    }
  });
});

describe("[BU2] a bulk file on disk", () => {
  it("tells nobody but its owner who is in it", async () => {
    const folder = aBulkFolder();
    const states = Array.from({ length: 5_000 }, (_, n) => aState(n));
    await write(folder, states, { bytes: 100_000, rows: 5_000 });
    const names = readdirSync(folder.path);
    expect(names.toSorted()).toEqual(["1.rows", "2.rows"]);
    for (const name of names) {
      const file = path.join(folder.path, name);
      expect(statSync(file).mode & 0o777).toBe(0o600);
      expect(readFileSync(file, "latin1")).not.toMatch(/29000|xxxxx/);
    }
  });

  it("is refused by name when any of it changed, was cut, or belongs elsewhere", async () => {
    const folder = aBulkFolder();
    const [file] = (
      await write(
        folder,
        Array.from({ length: 4_000 }, (_, n) => aState(n)),
      )
    ).files;
    const where = path.join(folder.path, file!.name);
    const whole = readFileSync(where);
    const refused = /^1\.rows: is not as it was written; empty the bulk folder/;
    for (let at = 0; at < whole.length; at += 9_973) {
      const changed = Buffer.from(whole);
      changed[at]! ^= 1;
      for (const bytes of [changed, whole.subarray(0, at)]) {
        writeFileSync(where, bytes);
        await expect(sent(folder, file!)).rejects.toThrow(refused);
      }
    }
    writeFileSync(where, whole);
    const other = { ...folder, key: createSecretKey(Buffer.alloc(32, 8)) };
    await expect(sent(other, file!)).rejects.toThrow(refused);
    await expect(sent(folder, { ...file!, name: "9.rows" })).rejects.toThrow(
      /^9\.rows: cannot be read \(ENOENT\)/,
    );
  });

  it("cut at a piece's end is refused too", async () => {
    const folder = aBulkFolder();
    const [file] = (
      await write(
        folder,
        Array.from({ length: 8_000 }, (_, n) => aState(n)),
      )
    ).files;
    const where = path.join(folder.path, file!.name);
    writeFileSync(where, readFileSync(where).subarray(0, 16 + 65_536 + 16));
    await expect(sent(folder, file!)).rejects.toThrow(/is not as it was written/);
  });
});

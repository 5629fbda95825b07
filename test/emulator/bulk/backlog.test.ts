import * as fc from "fast-check";
import { expect, it } from "vitest";
import {
  createBacklog,
  hashOf,
  NO_HASH,
  type BacklogBatch,
} from "../../../src/emulator/bulk/backlog.ts";

const member = (id: string) => `member:${id}`;

/** A batch of rows that name a visitor each and take effect at a time each; -1 is never. */
function aBatch(number: number, rows: readonly { id: string; effectMs: number }[], create = true) {
  const batch: BacklogBatch = {
    number,
    doesCreate: create,
    doesOverride: create,
    kind: "member",
    read: (row) => ({ type: "update", id: rows[row]!.id, attributes: [["row", String(row)]] }),
    effectMs: (row) => (rows[row]!.effectMs < 0 ? undefined : rows[row]!.effectMs),
  };
  return { batch, hashes: rows.map(({ id }) => hashOf(member(id))) };
}

it("[EB5] gives each row once, to its visitor, when it is due, oldest first", () => {
  const ids = fc.constantFrom("a", "b", "c", "d", "e");
  const row = fc.record({ id: ids, effectMs: fc.integer({ min: -1, max: 6 }) });
  const batches = fc.array(fc.array(row, { minLength: 1, maxLength: 30 }), { maxLength: 6 });
  const looks = fc.array(fc.tuple(ids, fc.nat({ max: 7 })), { maxLength: 30 });
  fc.assert(
    fc.property(batches, looks, (batches, looks) => {
      const backlog = createBacklog();
      let waiting = batches.flatMap((rows, index) =>
        rows.map(({ id, effectMs }, row) => ({ batch: index + 1, row, id, effectMs })),
      );
      for (const [index, rows] of batches.entries()) {
        const { batch, hashes } = aBatch(index + 1, rows);
        backlog.add(batch, hashes);
      }
      for (const [id, nowMs] of looks) {
        const due = waiting
          .filter((row) => row.id === id && row.effectMs >= 0 && row.effectMs <= nowMs)
          .toSorted((a, b) => a.effectMs - b.effectMs || a.batch - b.batch || a.row - b.row);
        expect(backlog.createdAtMs(member(id), nowMs)).toBe(due.at(-1)?.effectMs);
        expect(
          backlog
            .take(member(id), nowMs)
            .map(({ batch, effectMs, attributes }) => [batch, effectMs, attributes["row"]]),
        ).toEqual(due.map(({ batch, effectMs, row }) => [batch, effectMs, String(row)]));
        waiting = waiting.filter((row) => !due.includes(row));
        expect(backlog.size()).toBe(waiting.length);
        expect(backlog.keys().toSorted()).toEqual(waiting.map((row) => member(row.id)).toSorted());
      }
    }),
  );
});

it("[EB5] holds many, tells visitors apart whose rows lie side by side, and lets go of what is dropped", () => {
  const rows = Array.from({ length: 5_000 }, (_, row) => ({ id: `id-${row}`, effectMs: 0 }));
  const { batch, hashes } = aBatch(1, rows, false);
  const backlog = createBacklog();
  backlog.add(
    batch,
    hashes.map((hash, row) => (row % 2 === 0 ? hash : NO_HASH)),
  );
  expect(backlog.size()).toBe(2_500);
  backlog.drop(batch, 10, member("id-10"));
  for (const [id, count] of [
    ["id-8", 1],
    ["id-9", 0],
    ["id-10", 0],
    ["id-5000", 0],
  ] as const) {
    expect(backlog.createdAtMs(member(id), 0)).toBeUndefined();
    expect(backlog.take(member(id), 0)).toHaveLength(count);
    expect(backlog.take(`browser:${id}`, 0)).toEqual([]);
  }
  expect(backlog.size()).toBe(2_498);
  for (let row = 0; row < 5_000; row += 2) {
    expect(backlog.take(member(`id-${row}`), 0)).toHaveLength(row === 8 || row === 10 ? 0 : 1);
  }
  expect(backlog.size()).toBe(0);
});

import { assert, constantFrom, integer, option, property, record } from "fast-check";
import { describe, expect, it } from "vitest";
import { MAX_EPOCHS, reconcile, type EpochRow, type Found } from "../../src/outbox/numbering.ts";

const A = "aaaaaaaa-0000-4000-8000-000000000000";
const B = "bbbbbbbb-0000-4000-8000-000000000000";
const NEW = "cccccccc-0000-4000-8000-000000000000";

const epoch = (part: Partial<EpochRow> = {}): EpochRow => {
  return { epoch: A, firstSeq: 1, lastSeq: 5, gone: false, ...part };
};
const found = (part: Partial<Found> = {}): Found => {
  return { epochs: [epoch()], highestKey: 5, dataLoss: undefined, mirrored: undefined, ...part };
};
const opened = (part: Partial<Found>) => reconcile(found(part), () => NEW);

describe("[OB5] numbering", () => {
  it("begins at 1 on a kiosk that never kept anything", () => {
    expect(opened({ epochs: [], highestKey: 0 })).toEqual({
      epochs: [{ epoch: NEW, firstSeq: 1, lastSeq: 0, gone: false }],
      incident: undefined,
    });
  });

  it("goes on where it stood, with a mirror that agrees, lags or is missing", () => {
    for (const lastSeq of [5, 3]) {
      const mirrored = { epoch: A, firstSeq: 1, lastSeq };
      expect(opened({ mirrored })).toEqual({ epochs: [epoch()], incident: undefined });
    }
    expect(opened({})).toEqual({ epochs: [epoch()], incident: undefined });
  });

  it("calls a database wiped that is empty although numbers were given", () => {
    const mirrored = { epoch: A, firstSeq: 1, lastSeq: 5 };
    expect(opened({ epochs: [], highestKey: 0, mirrored })).toMatchObject({
      epochs: [
        { epoch: A, lastSeq: 5, gone: true },
        { epoch: NEW, firstSeq: 6, lastSeq: 5 },
      ],
      incident: { type: "outbox-wiped", epoch: A, lastSeq: 5 },
    });
  });

  it("says what the browser said when it replaced a damaged database", () => {
    const { incident } = opened({ epochs: [], highestKey: 0, dataLoss: "total: checksum" });
    expect(incident).toMatchObject({ type: "outbox-wiped", epoch: NEW, lastSeq: 0 });
    expect(incident?.detail).toContain("total: checksum");
  });

  it("calls a database torn that is behind its mirror, or behind its own rows", () => {
    const mirrored = { epoch: A, firstSeq: 1, lastSeq: 8 };
    for (const part of [{ mirrored }, { highestKey: 8 }]) {
      expect(opened(part)).toMatchObject({
        epochs: [
          { epoch: A, lastSeq: 8 },
          { epoch: NEW, firstSeq: 9, lastSeq: 8 },
        ],
        incident: { type: "outbox-torn", epoch: A, lastSeq: 8 },
      });
    }
  });

  it("calls a database wiped that the mirror does not know", () => {
    const mirrored = { epoch: B, firstSeq: 1, lastSeq: 9 };
    expect(opened({ mirrored })).toMatchObject({
      epochs: [{ epoch: B, gone: true }, { epoch: A }, { epoch: NEW, firstSeq: 10 }],
      incident: { type: "outbox-wiped", epoch: B, lastSeq: 9 },
    });
  });

  it("never gives a number twice, is settled at once, and reports what a heartbeat can carry", () => {
    const seq = integer({ min: 0, max: 6 });
    const mirrored = option(record({ epoch: constantFrom(A, B), lastSeq: seq }));
    assert(
      property(option(seq), seq, mirrored, (last, highestKey, mirror) => {
        const state = found({
          epochs: last === null ? [] : [epoch({ lastSeq: last })],
          highestKey,
          mirrored: mirror === null ? undefined : { ...mirror, firstSeq: 1 },
        });
        const { epochs } = reconcile(state, () => NEW);
        const next = epochs.at(-1)!;
        const given = Math.max(highestKey, last ?? 0, mirror?.lastSeq ?? 0);
        expect(next.lastSeq).toBeGreaterThanOrEqual(given);
        expect(epochs.length).toBeLessThanOrEqual(MAX_EPOCHS);
        const again = reconcile({ ...state, epochs }, () => B);
        if (mirror === null || mirror.lastSeq >= 1) expect(again.incident).toBeUndefined();
      }),
      { numRuns: 200 },
    );
  });
});

import { afterEach, beforeEach, expect, it } from "vitest";
import type { Outbox, PeekAsk } from "../../src/outbox/outbox.ts";
import type { ClockReading } from "../../src/domain/effective-time.ts";
import { aDraft, SEGMENT } from "../support/entries.ts";

const RECEIPTED_MS = 1_795_420_800_000;
const ALL: PeekAsk = { nowMs: 1_000_000, limit: 500, maxBytes: 1_000_000 };
const OTHER_SEGMENT = "5e5e5e5e-0000-4000-8000-000000000002.0";

/** The clocks of the page that adds, whose wall clock was never set since. */
function at(monoMs: number): ClockReading {
  return { segment: SEGMENT, wallMs: monoMs, monoMs };
}

/** What every outbox promises, whatever it is made of. */
export function describeOutbox(open: () => Promise<Outbox>): void {
  let outbox: Outbox;
  beforeEach(async () => {
    outbox = await open();
  });
  afterEach(() => outbox.close());

  const seqsDue = async (ask = ALL): Promise<readonly number[]> =>
    (await outbox.peek(ask)).map(({ header }) => header.seq);

  it("numbers updates without gaps from 1 and gives them oldest first", async () => {
    const headers = [];
    for (const body of ["a", "b", "c"]) headers.push(await outbox.add(aDraft(body)));
    expect(headers.map(({ seq }) => seq)).toEqual([1, 2, 3]);
    expect(new Set(headers.map(({ epoch }) => epoch)).size).toBe(1);
    const entries = await outbox.peek(ALL);
    expect(entries.map(({ header }) => header)).toEqual(headers);
    expect(entries.map(({ body }) => body)).toEqual(["a", "b", "c"]);
  });

  it("[OB2] gives an entry again that was peeked and not removed", async () => {
    await outbox.add(aDraft());
    expect(await seqsDue()).toEqual([1]);
    expect(await seqsDue()).toEqual([1]);
  });

  it("forgets what is removed, and only that", async () => {
    for (const body of ["a", "b", "c", "d"]) await outbox.add(aDraft(body));
    await outbox.remove([4, 2], RECEIPTED_MS);
    expect(await seqsDue()).toEqual([1, 3]);
    expect(await outbox.depth()).toBe(2);
  });

  it("peeks at most as many and about as much as asked, and past a number", async () => {
    for (const body of ["aaaa", "bbbb", "cccc", "dddd"]) await outbox.add(aDraft(body));
    expect(await seqsDue({ ...ALL, limit: 2 })).toEqual([1, 2]);
    expect(await seqsDue({ ...ALL, maxBytes: 9 })).toEqual([1, 2]);
    expect(await seqsDue({ ...ALL, maxBytes: 1 })).toEqual([1]);
    expect((await outbox.peek({ ...ALL, afterSeq: 2 })).map((each) => each.header.seq)).toEqual([
      3, 4,
    ]);
  });

  it("leaves held entries until two seconds after, counts them, and goes round them", async () => {
    await outbox.add(aDraft("held", { heldUntil: 10_000 }));
    await outbox.add(aDraft("free"));
    expect(await seqsDue({ ...ALL, nowMs: 11_999, limit: 1 })).toEqual([2]);
    expect(await seqsDue({ ...ALL, nowMs: 12_000 })).toEqual([1, 2]);
    expect(await outbox.depth()).toBe(2);
  });

  it("sends what seems held for longer than anybody holds: the clock was set back", async () => {
    await outbox.add(aDraft("held", { heldUntil: 1_000_000 }));
    expect(await seqsDue({ ...ALL, nowMs: 900_000 })).toEqual([1]);
    expect(await seqsDue({ ...ALL, nowMs: 950_000 })).toEqual([]);
  });

  it("[OB5] tells where every number is: owed, taken back, set aside", async () => {
    await outbox.add(aDraft("a"));
    await outbox.add(aDraft("b", { heldUntil: 31_000 }));
    for (const body of ["c", "d", "e"]) await outbox.add(aDraft(body));
    await outbox.remove([1], RECEIPTED_MS);
    expect(await outbox.takeBack([2], () => at(30_000))).toBe(true);
    await outbox.setAside([4], "rejected: test");
    const [witness, ...others] = await outbox.witnesses();
    expect(others).toEqual([]);
    expect(witness).toMatchObject({
      firstSeq: 1,
      lastSeq: 5,
      owed: [
        [3, 3],
        [5, 5],
      ],
      void: [[2, 2]],
      aside: [[4, 4]],
      kept: [[1, 1]],
    });
    expect(await seqsDue()).toEqual([3, 5]);
  });

  it("[PV5] takes a visit's entries back together, or none of them", async () => {
    for (const body of ["a", "b"]) await outbox.add(aDraft(body, { heldUntil: 31_000 }));
    await outbox.add(aDraft("free"));
    expect(await outbox.takeBack([1, 3], () => at(2_000))).toBe(false);
    expect(await outbox.takeBack([2, 9], () => at(2_000))).toBe(false);
    expect(await outbox.depth()).toBe(3);
    expect(await outbox.takeBack([1, 2], () => at(2_000))).toBe(true);
    expect(await seqsDue({ ...ALL, nowMs: 10_000_000 })).toEqual([3]);
    expect(await outbox.witnesses()).toMatchObject([{ owed: [[3, 3]], void: [[1, 2]] }]);
  });

  it("[PV5] takes nothing back that a flush may have seen", async () => {
    await outbox.add(aDraft("held", { heldUntil: 31_000 }));
    expect(await seqsDue({ ...ALL, nowMs: 1, page: at(33_000) })).toEqual([1]);
    expect(await outbox.takeBack([1], () => at(33_000))).toBe(false);
    expect(await outbox.witnesses()).toMatchObject([{ owed: [[1, 1]], void: [] }]);
  });

  it("[PV5] holds by the page's own clock, wherever the wall clock was set to meanwhile", async () => {
    await outbox.add(aDraft("held", { heldUntil: 31_000 }));
    for (const nowMs of [0, 1_000, 31_000, 4_000_000_000_000]) {
      expect(await seqsDue({ ...ALL, nowMs, page: at(32_999) })).toEqual([]);
      expect(await seqsDue({ ...ALL, nowMs, page: at(33_000) })).toEqual([1]);
    }
    // A page that began anew, or the worker alone, has the wall clock only.
    const page = { segment: OTHER_SEGMENT, monoMs: 1 };
    expect(await seqsDue({ ...ALL, nowMs: 32_999, page })).toEqual([]);
    expect(await seqsDue({ ...ALL, nowMs: 33_000, page })).toEqual([1]);
  });

  it("[PV5] ends a hold earlier, of what is still there, for everybody", async () => {
    for (const body of ["a", "b"]) await outbox.add(aDraft(body, { heldUntil: 46_000 }));
    await outbox.holdUntil([1, 7], 11_500);
    const [first] = await outbox.peek({ ...ALL, nowMs: 13_500 });
    expect(first?.header).toMatchObject({ seq: 1, heldUntil: 11_500 });
    expect(await seqsDue({ ...ALL, page: at(13_499) })).toEqual([]);
    expect(await seqsDue({ ...ALL, page: at(13_500) })).toEqual([1]);
    expect(await outbox.depth()).toBe(2);
  });

  it("[PV5] lets go of what a page held that lives no more, and of nobody else's", async () => {
    await outbox.add(aDraft("dead page's", { heldUntil: 46_000 }));
    await outbox.add(aDraft("living page's", { heldUntil: 46_000, segment: OTHER_SEGMENT }));
    const living = new Set([OTHER_SEGMENT.slice(0, -2)]);
    expect(await outbox.releaseHeld(living)).toBe(1);
    expect(await seqsDue({ ...ALL, nowMs: 2_000 })).toEqual([1]);
    expect(await outbox.releaseHeld(living)).toBe(0);
  });

  it("does not call a number void or aside that is not owed any more", async () => {
    await outbox.add(aDraft());
    await outbox.remove([1], RECEIPTED_MS);
    expect(await outbox.takeBack([1], () => at(2_000))).toBe(false);
    await outbox.setAside([1], "late");
    expect(await outbox.witnesses()).toMatchObject([{ owed: [], void: [], aside: [] }]);
  });

  it("[OB7] keeps what is receipted, as it was, and owes it again when asked", async () => {
    const headers = [];
    for (const body of ["a", "b", "c", "d"]) headers.push(await outbox.add(aDraft(body)));
    const { epoch } = headers[0]!;
    await outbox.remove([1, 2, 4], RECEIPTED_MS);
    expect(await outbox.depth()).toBe(1);
    expect(await outbox.witnesses()).toMatchObject([
      { owed: [[3, 3]], kept: [[1, 2], [4, 4]] }, // prettier-ignore
    ]);
    expect(
      await outbox.oweAgain([
        { epoch, from: 2, to: 3 },
        { epoch, from: 9, to: 9 },
      ]),
    ).toBe(1);
    const entries = await outbox.peek(ALL);
    expect(entries.map(({ header, body }) => [header, body])).toEqual([
      [headers[1], "b"],
      [headers[2], "c"],
    ]);
    expect(await outbox.witnesses()).toMatchObject([
      { owed: [[2, 3]], kept: [[1, 1], [4, 4]] }, // prettier-ignore
    ]);
    await outbox.remove([2, 3], RECEIPTED_MS);
    expect(await outbox.witnesses()).toMatchObject([{ owed: [], kept: [[1, 4]] }]);
  });

  it("[OB7] owes nothing again that was asked for under another epoch", async () => {
    await outbox.add(aDraft());
    await outbox.remove([1], RECEIPTED_MS);
    const epoch = "0e0e0e0e-0000-4000-8000-00000000000f";
    expect(await outbox.oweAgain([{ epoch, from: 1, to: 1 }])).toBe(0);
    expect(await outbox.witnesses()).toMatchObject([{ owed: [], kept: [[1, 1]] }]);
  });

  it("[OB7] lets go of all that is receipted, and of nothing that is owed", async () => {
    for (const body of ["a", "b"]) await outbox.add(aDraft(body));
    await outbox.remove([1], RECEIPTED_MS);
    expect(await outbox.makeRoom()).toBe(true);
    expect(await outbox.witnesses()).toMatchObject([{ owed: [[2, 2]], kept: [] }]);
    expect(await outbox.makeRoom()).toBe(false);
  });

  it("[OB5] never gives a number again that the proxy has seen", async () => {
    const { epoch } = await outbox.add(aDraft());
    await outbox.noteHighestSeq(epoch, 1);
    expect(await outbox.add(aDraft())).toMatchObject({ epoch, seq: 2 });
    await outbox.noteHighestSeq(epoch, 7);
    const next = await outbox.add(aDraft());
    expect(next.seq).toBe(8);
    expect(next.epoch).not.toBe(epoch);
  });

  it("keeps the order of adds that were not waited for", async () => {
    const headers = await Promise.all(["a", "b", "c"].map((body) => outbox.add(aDraft(body))));
    expect(headers.map(({ seq }) => seq)).toEqual([1, 2, 3]);
    expect((await outbox.peek(ALL)).map(({ body }) => body)).toEqual(["a", "b", "c"]);
  });
}

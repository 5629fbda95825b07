import { describe, expect, it } from "vitest";
import type { FlushReport } from "../../src/contract/worker-message.ts";
import { createFlush, TIME_BOX_MS, type Flush } from "../../src/outbox/flush.ts";
import type { Batch, SendOutcome } from "../../src/outbox/ingest-client.ts";
import type { KeptStore } from "../../src/outbox/kept-store.ts";
import type { LockPort } from "../../src/outbox/lock.ts";
import { OutboxUnavailableError, type Outbox } from "../../src/outbox/outbox.ts";
import { createPause } from "../../src/outbox/pause.ts";
import { aDevice, aDraft, SEGMENT } from "../support/entries.ts";
import { memoryOutbox } from "../support/memory-outbox.ts";

/** One flush, its outbox and a proxy that answers as told; time moves only by hand. */
async function aFlush(
  bodies: readonly string[],
  answer: (batch: Batch, call: number) => SendOutcome | Promise<SendOutcome>,
  part: { outbox?: Outbox; kept?: KeptStore; lock?: LockPort; at?: { wall: number } } = {},
) {
  const outbox = part.outbox ?? memoryOutbox();
  for (const body of bodies) await outbox.add(aDraft(body));
  const timeline: string[] = [];
  const now = { wall: part.at?.wall ?? 1_000_000, mono: 0 };
  const clock = { wallMs: () => now.wall, monoMs: () => now.mono };
  const kept = part.kept ?? memoryKept();
  let calls = 0;
  const flush = createFlush({
    outbox: {
      ...outbox,
      async remove(seqs, receiptedMs) {
        timeline.push(`remove ${seqs.join()}`);
        await outbox.remove(seqs, receiptedMs);
      },
      async setAside(seqs, reason) {
        timeline.push(`aside ${seqs.join()} ${reason}`);
        await outbox.setAside(seqs, reason);
      },
    },
    client: {
      async send(batch) {
        timeline.push(`send ${batch.entries.map(({ body }) => body).join("")}@${now.mono}`);
        return answer(batch, (calls += 1));
      },
    },
    lock: part.lock ?? { hold: async (work) => ({ held: true, value: await work() }) },
    pause: createPause({ kept, clock, random: () => 0.5 }),
    clock,
    random: () => 0.5,
  });
  const reading = () => ({ segment: SEGMENT, wallMs: now.wall, monoMs: now.mono });
  const run = (force = false): Promise<FlushReport> => flush({ device: aDevice(), reading, force });
  const pass = (ms: number): void => {
    now.wall += ms;
    now.mono += ms;
  };
  return { outbox, timeline, run, pass, now, kept, flush: flush satisfies Flush };
}

function memoryKept(): KeptStore {
  const values = new Map<string, unknown>();
  return {
    get: async (key) => values.get(key),
    put: async (key, value) => void values.set(key, value),
  };
}

function receipt(batch: Batch, part: Partial<Extract<SendOutcome, { type: "receipt" }>> = {}) {
  return {
    type: "receipt",
    verdicts: batch.entries.map(({ header: { id } }) => ({ id, verdict: "accepted" }) as const),
    unreadable: [],
    highestSeq: undefined,
    proxyTimeMs: 1_000_000,
    ...part,
  } as const;
}

const down = { type: "unavailable", reason: "network" } as const;

describe("flush", () => {
  it("[FL1] looks, sends, and removes what the receipt names, in that order", async () => {
    const { run, timeline, outbox } = await aFlush(["a", "b"], (batch) => receipt(batch));
    expect(await run()).toEqual({ type: "drained", sent: 2 });
    expect(timeline).toEqual(["send ab@0", "remove 1,2"]);
    expect(await outbox.depth()).toBe(0);
  });

  it("[FL1] keeps an entry that the receipt does not name", async () => {
    const { run, outbox } = await aFlush(["a", "b"], (batch) =>
      receipt(batch, { verdicts: receipt(batch).verdicts.slice(0, 1) }),
    );
    expect(await run()).toMatchObject({ type: "paused", sent: 1, reason: "entries-wait" });
    expect(await outbox.depth()).toBe(1);
  });

  it("[FL1] takes a receipt that names nobody for trouble, and ignores strangers' ids", async () => {
    const { run, outbox } = await aFlush(["a"], (batch) =>
      receipt(batch, { verdicts: [{ id: "stranger", verdict: "accepted" }], unreadable: [4] }),
    );
    expect(await run()).toMatchObject({ type: "paused", reason: "receipt-names-nobody" });
    expect(await outbox.depth()).toBe(1);
  });

  it("removes duplicates and overtaken ones, sets rejected ones aside, keeps those for later", async () => {
    const { run, timeline, pass } = await aFlush(["a", "b", "c", "d", "e"], (batch, call) => {
      const [a, b, c, d] = batch.entries.map(({ header }) => header.id);
      if (call > 1) return receipt(batch);
      return receipt(batch, {
        verdicts: [
          { id: d!, verdict: "retry", reason: "busy", retryAfterMs: 4_000 },
          { id: c!, verdict: "rejected", reason: "no such attribute" },
          { id: b!, verdict: "superseded", reason: "newer" },
          { id: a!, verdict: "duplicate" },
        ],
        unreadable: [4],
      });
    });
    expect(await run()).toEqual({
      type: "paused",
      sent: 2,
      reason: "entries-wait",
      retryInMs: 4_000,
    });
    pass(3_999);
    expect(await run()).toMatchObject({ type: "paused", retryInMs: 1 });
    pass(1);
    expect(await run()).toEqual({ type: "drained", sent: 1 });
    expect(timeline).toEqual([
      "send abcde@0",
      "remove 1,2",
      "aside 3 rejected: no such attribute",
      "aside 5 unreadable to the proxy",
      "send d@4000",
      "remove 4",
    ]);
  });

  it("an entry kept for later does not hold up a new one", async () => {
    const { run, timeline, outbox } = await aFlush(["a"], (batch, call) => {
      const [first] = batch.entries;
      if (call > 1) return receipt(batch);
      const later = { verdict: "retry", reason: "busy", retryAfterMs: 60_000 } as const;
      return receipt(batch, { verdicts: [{ id: first!.header.id, ...later }] });
    });
    await run();
    await outbox.add(aDraft("b"));
    expect(await run()).toMatchObject({ type: "paused", sent: 1 });
    expect(timeline).toEqual(["send a@0", "send b@0", "remove 2"]);
  });

  it("[FL2] does nothing while another context holds the lock", async () => {
    const { run, timeline } = await aFlush(["a"], (batch) => receipt(batch), {
      lock: { hold: async () => ({ held: false }) },
    });
    expect(await run()).toEqual({ type: "busy" });
    expect(timeline).toEqual([]);
  });

  it("[FL2] runs once at a time in one context, and once more for who asked meanwhile", async () => {
    const { run, timeline, outbox } = await aFlush(["a"], async (batch, call) => {
      if (call === 1) {
        await outbox.add(aDraft("b"));
        void run();
      }
      return receipt(batch);
    });
    expect(await run()).toEqual({ type: "drained", sent: 2 });
    expect(timeline).toEqual(["send a@0", "remove 1", "send b@0", "remove 2"]);
  });

  it("[FL3] waits as long as the proxy asks, and a push of a button does not shorten it", async () => {
    const { run, pass, timeline } = await aFlush(["a"], (batch, call) =>
      call === 1
        ? { type: "unavailable", reason: "http-503", retryAfterMs: 8_000 }
        : receipt(batch),
    );
    expect(await run()).toEqual({ type: "paused", sent: 0, reason: "http-503", retryInMs: 9_000 });
    pass(7_999);
    expect(await run(true)).toMatchObject({ type: "paused", retryInMs: 1_001 });
    pass(1_001);
    expect(await run()).toEqual({ type: "drained", sent: 1 });
    expect(timeline).toEqual(["send a@0", "send a@9000", "remove 1"]);
  });

  it("[FL3] backs off with full jitter while the link is down, at no entry's cost", async () => {
    const { run, pass, outbox } = await aFlush(["a"], () => down);
    const waits = [];
    for (let attempt = 0; attempt < 5; attempt += 1) {
      const report = await run();
      if (report.type === "paused") {
        waits.push(report.retryInMs);
        pass(report.retryInMs);
      }
    }
    expect(waits).toEqual([500, 1_000, 2_000, 4_000, 8_000]);
    expect(await outbox.depth()).toBe(1);
  });

  it("[FL3] a pause of our own ends when somebody says that the link is back", async () => {
    const { run, timeline } = await aFlush(["a"], (batch, call) =>
      call === 1 ? down : receipt(batch),
    );
    await run();
    expect(await run()).toMatchObject({ type: "paused", reason: "network" });
    expect(await run(true)).toEqual({ type: "drained", sent: 1 });
    expect(timeline).toEqual(["send a@0", "send a@0", "remove 1"]);
  });

  it("[FL3] 401 and 403 pause the queue and touch no entry", async () => {
    const { run, outbox, pass } = await aFlush(["a"], () => ({
      type: "shut-out",
      reason: "http-401",
    }));
    expect(await run()).toEqual({ type: "paused", sent: 0, reason: "http-401", retryInMs: 90_000 });
    pass(60_000);
    expect(await run()).toMatchObject({ type: "paused", retryInMs: 30_000 });
    expect(await outbox.depth()).toBe(1);
  });

  it("[FL3] a new life keeps to the pause of the one before, unless the clock was set", async () => {
    const kept = memoryKept();
    const first = await aFlush(["a"], () => ({ ...down, retryAfterMs: 40_000 }), { kept });
    await first.run();
    const again = await aFlush(["a"], (batch) => receipt(batch), { kept, at: { wall: 1_010_000 } });
    expect(await again.run()).toMatchObject({ type: "paused", retryInMs: 35_000 });
    const past = await aFlush(["a"], (batch) => receipt(batch), { kept, at: { wall: 5_000 } });
    expect(await past.run()).toEqual({ type: "drained", sent: 1 });
  });

  it("[FL4] stops at its time box with the rest untouched", async () => {
    const fixture = await aFlush(
      Array.from({ length: 1_200 }, () => "x"),
      (batch) => {
        fixture.pass(70_000);
        return receipt(batch);
      },
    );
    expect(await fixture.run()).toEqual({ type: "more", sent: 1_000 });
    expect(fixture.now.mono).toBe(140_000);
    expect(fixture.now.mono - 70_000).toBeLessThan(TIME_BOX_MS);
    expect(await fixture.outbox.depth()).toBe(200);
  });

  it.each(["send", "remove"] as const)(
    "[FL4] a life that ends in %s loses nothing: the next one sends again",
    async (line) => {
      const outbox = memoryOutbox();
      const never = new Promise<never>(() => undefined);
      const dying: Outbox = { ...outbox, remove: () => never };
      const first = await aFlush(
        ["a", "b"],
        (batch) => (line === "send" ? never : receipt(batch)),
        { outbox: dying },
      );
      void first.run();
      await expect.poll(() => first.timeline.at(-1)).toMatch(line);
      const second = await aFlush([], (batch) => receipt(batch), { outbox });
      expect(await second.run()).toEqual({ type: "drained", sent: 2 });
    },
  );

  it("[FL6] finds the entry a batch is refused for, sends the rest, condemns nobody", async () => {
    const bodies = Array.from({ length: 300 }, (_, index) => (index === 123 ? "P" : "x"));
    const { run, timeline, outbox } = await aFlush(bodies, (batch) =>
      batch.entries.some(({ body }) => body === "P")
        ? { type: "refused-whole", reason: "http-400" }
        : receipt(batch),
    );
    expect(await run()).toMatchObject({ type: "paused", sent: 299, reason: "entries-wait" });
    expect(timeline.filter((line) => line.startsWith("aside"))).toEqual([]);
    expect(timeline.filter((line) => line.startsWith("send")).length).toBeLessThan(20);
    expect((await outbox.peek(ALL)).map(({ body }) => body)).toEqual(["P"]);
  });

  it("[FL6] sends such an entry alone from then on, and aside only when a receipt names it", async () => {
    const { run, timeline, outbox, pass } = await aFlush(["a", "P"], (batch, call) => {
      if (call > 4) {
        const verdicts = batch.entries.map(({ header: { id } }) => {
          return { id, verdict: "rejected", reason: "poison" } as const;
        });
        return receipt(batch, batch.entries[0]?.body === "P" ? { verdicts } : {});
      }
      return batch.entries.some(({ body }) => body === "P")
        ? { type: "refused-whole", reason: "http-400" }
        : receipt(batch);
    });
    await run();
    await outbox.add(aDraft("b"));
    pass(500);
    await run();
    expect(timeline).toEqual([
      "send aP@0",
      "send a@0",
      "remove 1",
      "send P@0",
      "send b@500",
      "remove 3",
      "send P@500",
      "aside 2 rejected: poison",
    ]);
  });

  it("[FL6] a far side that refuses everything is in trouble, and soon left alone", async () => {
    const bodies = Array.from({ length: 500 }, () => "x");
    const { run, timeline, outbox } = await aFlush(bodies, () => ({
      type: "refused-whole",
      reason: "http-400",
    }));
    expect(await run()).toMatchObject({ type: "paused", sent: 0, reason: "refused-whole" });
    expect(timeline.length).toBeLessThan(16);
    expect(await outbox.depth()).toBe(500);
  });

  it("halves what is too large and asks for less from then on", async () => {
    const sizes: number[] = [];
    const bodies = Array.from({ length: 1_000 }, () => "x");
    const { run } = await aFlush(bodies, (batch) => {
      sizes.push(batch.entries.length);
      return batch.entries.length > 130 ? { type: "too-large" } : receipt(batch);
    });
    expect(await run()).toEqual({ type: "drained", sent: 1_000 });
    expect(sizes).toEqual([500, 250, 125, 125, 250, 125, 125, 125, 125, 125, 125]);
  });

  it("drains 10,000 in 20 requests", async () => {
    const bodies = Array.from({ length: 10_000 }, () => "x");
    const { run, timeline } = await aFlush(bodies, (batch) => receipt(batch));
    expect(await run()).toEqual({ type: "drained", sent: 10_000 });
    expect(timeline.filter((line) => line.startsWith("send")).length).toBe(20);
  });

  it("[CL1] sends one reading of the clocks, taken as the batch leaves", async () => {
    const readings: number[] = [];
    const fixture = await aFlush(
      Array.from({ length: 600 }, () => "x"),
      (batch) => {
        readings.push(batch.clock.monoMs);
        fixture.pass(7);
        return receipt(batch);
      },
    );
    await fixture.run();
    expect(readings).toEqual([0, 7]);
  });

  it("[OB5] tells the outbox when the proxy has seen a higher number", async () => {
    const { run, outbox } = await aFlush(["a"], (batch) => {
      const epoch = batch.entries[0]!.header.epoch;
      return receipt(batch, { highestSeq: { epoch, seq: 41 } });
    });
    await run();
    expect((await outbox.add(aDraft())).seq).toBe(42);
  });

  it("[IN5] sends again in the same flush what the proxy asks for, and asks nobody twice", async () => {
    const { run, outbox, timeline } = await aFlush(["a", "b", "c"], (batch, call) => {
      const { epoch } = batch.entries[0]!.header;
      return receipt(batch, call === 1 ? { resend: [{ epoch, from: 1, to: 2 }] } : {});
    });
    expect(await run()).toEqual({ type: "drained", sent: 5 });
    expect(timeline).toEqual(["send abc@0", "remove 1,2,3", "send ab@0", "remove 1,2"]);
    expect(await outbox.witnesses()).toMatchObject([{ owed: [], kept: [[1, 3]] }]);
  });

  it("[FL4] ends in time however often the proxy asks for the same", async () => {
    const fixture = await aFlush(["a"], (batch) => {
      fixture.pass(10_000);
      return receipt(batch, {
        resend: [{ epoch: batch.entries[0]!.header.epoch, from: 1, to: 1 }],
      });
    });
    expect(await fixture.run()).toMatchObject({ type: "more" });
    expect(fixture.now.mono).toBe(TIME_BOX_MS);
  });

  it("[OB6] pauses when the outbox cannot be opened, and comes back", async () => {
    const outbox = memoryOutbox();
    let broken = true;
    const { run, pass } = await aFlush(["a"], (batch) => receipt(batch), {
      outbox: {
        ...outbox,
        peek(ask) {
          if (broken) throw new OutboxUnavailableError("no");
          return outbox.peek(ask);
        },
      },
    });
    expect(await run()).toMatchObject({ type: "paused", reason: "outbox-unavailable" });
    broken = false;
    pass(500);
    expect(await run()).toEqual({ type: "drained", sent: 1 });
  });
});

const ALL = { nowMs: 1_000_000, limit: 500, maxBytes: 1_000_000 };

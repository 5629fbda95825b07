import type { Entry } from "../../src/contract/entry.ts";
import { fromNumbers } from "../../src/domain/intervals.ts";
import { heldUntilOf, isDue, loadOf } from "../../src/outbox/held.ts";
import type { Outbox } from "../../src/outbox/outbox.ts";

/** An outbox in memory, for tests of what stands around it; passes the same contract suite. */
export function memoryOutbox(epoch: string = crypto.randomUUID()): Outbox {
  const entries = new Map<number, Entry>();
  const aside = new Set<number>();
  const voided = new Set<number>();
  const receipted = new Map<number, Entry>();
  let lastSeq = 0;
  let firstSeq = 1;

  function hold({ header, body }: Entry, heldUntil: number): void {
    entries.set(header.seq, { header: { ...header, heldUntil }, body });
  }

  return {
    async add({ seal, ...clear }) {
      const seq = (lastSeq += 1);
      const { segment, wallMs, monoMs, heldUntil } = clear;
      const header = {
        v: 1 as const,
        id: crypto.randomUUID(),
        epoch,
        seq,
        segment,
        wallMs,
        monoMs,
        heldUntil,
      };
      const { body, ...key } = await seal(header);
      entries.set(seq, { header: { ...header, ...key }, body });
      return { ...header, ...key };
    },
    async peek({ nowMs, page, limit, maxBytes, afterSeq = 0 }) {
      const due: Entry[] = [];
      let bytes = 0;
      for (const [seq, entry] of entries) {
        if (seq <= afterSeq || !isDue(entry.header, nowMs, page)) continue;
        bytes += entry.body.length;
        if (due.length === limit || (bytes > maxBytes && due.length > 0)) break;
        due.push(entry);
      }
      return due;
    },
    async remove(seqs) {
      for (const seq of seqs) {
        const entry = entries.get(seq);
        if (entry !== undefined) receipted.set(seq, entry);
        entries.delete(seq);
      }
    },
    async oweAgain(asked) {
      let count = 0;
      for (const [seq, entry] of receipted) {
        const { epoch } = entry.header;
        if (!asked.some((each) => each.epoch === epoch && each.from <= seq && seq <= each.to))
          continue;
        entries.set(seq, entry);
        receipted.delete(seq);
        count += 1;
      }
      inOrder(entries);
      return count;
    },
    async makeRoom() {
      const any = receipted.size > 0;
      receipted.clear();
      return any;
    },
    async setAside(seqs) {
      for (const seq of seqs) if (entries.delete(seq)) aside.add(seq);
    },
    async takeBack(seqs, reading) {
      const page = reading();
      const isHeld = seqs.every((seq) => {
        const entry = entries.get(seq);
        return entry !== undefined && !isDue(entry.header, page.wallMs, page);
      });
      if (isHeld) for (const seq of seqs) if (entries.delete(seq)) voided.add(seq);
      return isHeld;
    },
    async holdUntil(seqs, untilMonoMs) {
      for (const seq of seqs) {
        const entry = entries.get(seq);
        if (entry !== undefined) hold(entry, heldUntilOf(entry.header, untilMonoMs));
      }
    },
    async releaseHeld(living) {
      const released = [...entries.values()].filter(
        ({ header }) => header.heldUntil !== 0 && !living.has(loadOf(header.segment)),
      );
      for (const entry of released) hold(entry, 0);
      return released.length;
    },
    depth: async () => entries.size,
    witnesses: async () => [
      {
        epoch,
        firstSeq,
        lastSeq,
        owed: [...fromNumbers(entries.keys())],
        void: [...fromNumbers(voided)],
        aside: [...fromNumbers(aside)],
        kept: [...fromNumbers(receipted.keys())],
      },
    ],
    incidents: async () => [],
    incidentsTold: async () => undefined,
    async noteHighestSeq(seen, seq) {
      if (seen !== epoch || seq <= lastSeq) return;
      epoch = crypto.randomUUID();
      firstSeq = seq + 1;
      lastSeq = seq;
    },
    close: () => undefined,
  };
}

/** A map gives its entries in the order they came; an outbox by number. */
function inOrder(entries: Map<number, Entry>): void {
  const sorted = [...entries].toSorted(([a], [b]) => a - b);
  entries.clear();
  for (const [seq, entry] of sorted) entries.set(seq, entry);
}

import type { Entry } from "../../src/contract/entry.ts";
import { fromNumbers } from "../../src/domain/intervals.ts";
import { isDue } from "../../src/outbox/held.ts";
import type { Outbox } from "../../src/outbox/outbox.ts";

/** An outbox in memory, for tests of what stands around it; passes the same contract suite. */
export function memoryOutbox(epoch: string = crypto.randomUUID()): Outbox {
  const entries = new Map<number, Entry>();
  const aside = new Set<number>();
  const voided = new Set<number>();
  let lastSeq = 0;
  let firstSeq = 1;

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
    async peek({ nowMs, limit, maxBytes, afterSeq = 0 }) {
      const due: Entry[] = [];
      let bytes = 0;
      for (const [seq, entry] of entries) {
        if (seq <= afterSeq || !isDue(entry.header.heldUntil, nowMs)) continue;
        bytes += entry.body.length;
        if (due.length === limit || (bytes > maxBytes && due.length > 0)) break;
        due.push(entry);
      }
      return due;
    },
    async remove(seqs) {
      for (const seq of seqs) entries.delete(seq);
    },
    async setAside(seqs) {
      for (const seq of seqs) if (entries.delete(seq)) aside.add(seq);
    },
    async takeBack(seqs) {
      for (const seq of seqs) if (entries.delete(seq)) voided.add(seq);
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

import { storageMirror } from "../../../src/outbox/mirror.ts";
import { fillOutbox, openOutbox } from "./own-queue.ts";
import { sampleDraft } from "./sample-entry.ts";

/** Our side of the outbox bench, in a page, because only the page adds. */
const outboxPage = {
  fill: fillOutbox,

  /** Milliseconds of each of `count` adds, one after the other; the entries stay or go again. */
  async timeAdds(count: number, then: "keep" | "remove"): Promise<readonly number[]> {
    const outbox = openOutbox(storageMirror(localStorage));
    // Opening is paid once per page load, not per scan.
    await outbox.depth();
    const times: number[] = [];
    const seqs: number[] = [];
    for (let done = 0; done < count; done += 1) {
      const startMs = performance.now();
      const { seq } = await outbox.add(sampleDraft());
      times.push(performance.now() - startMs);
      seqs.push(seq);
    }
    if (then === "remove") await outbox.remove(seqs, Date.now());
    outbox.close();
    return times;
  },

  async depth(): Promise<number> {
    const outbox = openOutbox();
    const depth = await outbox.depth();
    outbox.close();
    return depth;
  },
};

declare global {
  var outboxPage: OutboxPage;
}
type OutboxPage = typeof outboxPage;
globalThis.outboxPage = outboxPage;

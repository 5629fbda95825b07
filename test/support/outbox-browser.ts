import path from "node:path";
import type { Page } from "playwright-core";
import type { Outbox } from "../../src/outbox/outbox.ts";
import { startChaosServer, type ChaosServer } from "./chaos-server.ts";
import { SEGMENT } from "./entries.ts";
import { bundlePage } from "./page-bundle.ts";

/** A server that hands out the outbox's test page, on an origin that another may take over. */
export async function serveOutboxPage(port?: number): Promise<ChaosServer> {
  const script = await bundlePage(
    path.resolve(import.meta.dirname, "../browser/pages/outbox-page.ts"),
  );
  return startChaosServer({
    ...(port === undefined ? {} : { port }),
    files: {
      "/": ["text/html", "<!doctype html><title>outbox</title><script src=/page.js></script>"],
      "/bare": ["text/html", "<!doctype html><title>bare</title>"],
      "/page.js": ["text/javascript", script],
    },
  });
}

/** The outbox of a page, as if it were here. Bodies cannot be sealed over there by a function. */
export function remoteOutbox(page: Page): Outbox {
  return {
    async add({ seal, ...clear }) {
      const sealed = await seal({
        ...clear,
        v: 1,
        id: "00000000-0000-4000-8000-000000000000",
        epoch: "00000000-0000-4000-8000-000000000000",
        seq: 1,
        segment: SEGMENT,
      });
      return page.evaluate(
        ([clear, sealed]) => globalThis.page.outbox().add({ ...clear, seal: () => sealed }),
        [clear, sealed] as const,
      );
    },
    peek: (ask) => page.evaluate((ask) => globalThis.page.outbox().peek(ask), ask),
    remove: (seqs, receiptedMs) =>
      page.evaluate(([seqs, atMs]) => globalThis.page.outbox().remove(seqs, atMs), [
        seqs,
        receiptedMs,
      ] as const),
    oweAgain: (asked) => page.evaluate((asked) => globalThis.page.outbox().oweAgain(asked), asked),
    makeRoom: () => page.evaluate(() => globalThis.page.outbox().makeRoom()),
    setAside: (seqs, reason) =>
      page.evaluate(([seqs, reason]) => globalThis.page.outbox().setAside(seqs, reason), [
        seqs,
        reason,
      ] as const),
    takeBack: (seqs, reading) =>
      page.evaluate(([seqs, reading]) => globalThis.page.outbox().takeBack(seqs, () => reading), [
        seqs,
        reading(),
      ] as const),
    holdUntil: (seqs, untilMonoMs) =>
      page.evaluate(([seqs, untilMs]) => globalThis.page.outbox().holdUntil(seqs, untilMs), [
        seqs,
        untilMonoMs,
      ] as const),
    releaseHeld: (living) =>
      page.evaluate((living) => globalThis.page.outbox().releaseHeld(new Set(living)), [...living]),
    depth: () => page.evaluate(() => globalThis.page.outbox().depth()),
    witnesses: () => page.evaluate(() => globalThis.page.outbox().witnesses()),
    incidents: () => page.evaluate(() => globalThis.page.outbox().incidents()),
    incidentsTold: (count) =>
      page.evaluate((count) => globalThis.page.outbox().incidentsTold(count), count),
    noteHighestSeq: (epoch, seq) =>
      page.evaluate(([epoch, seq]) => globalThis.page.outbox().noteHighestSeq(epoch, seq), [
        epoch,
        seq,
      ] as const),
    close: () => undefined,
  };
}

import { openDB } from "idb";
import type { Queue } from "workbox-background-sync";
import { INGEST_PATH, type IngestRequest } from "../../../src/contract/ingest.ts";
import { DEVICE, SEGMENT, sampleEntry } from "./sample-entry.ts";

/** One entry in one request: workbox-background-sync keeps requests and knows no batches. */
export function requestOf(seq: number): Request {
  const batch: IngestRequest = {
    v: 1,
    nonce: crypto.randomUUID(),
    device: DEVICE,
    clock: { segment: SEGMENT, wallMs: Date.now(), monoMs: performance.now() },
    entries: [sampleEntry(DEVICE.deviceId, seq)],
  };
  return new Request(INGEST_PATH, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(batch),
  });
}

/** Ours: rows of one transaction while filling. */
const FILL_ROWS = 10_000;

/**
 * Puts `count` requests behind those that are there: copies of a row that `pushRequest` wrote, each
 * with a body of its own.
 *
 * Source of the names: workbox-background-sync 7.4.1, lib/QueueDb.js.
 */
export async function fillQueue(queue: Queue, count: number): Promise<void> {
  await queue.pushRequest({ request: requestOf(1) });
  const db = await openDB("workbox-background-sync");
  const { id: _id, ...model } = (await db.getAll("requests", null, 1))[0];
  for (let done = 1; done < count; done += FILL_ROWS) {
    const until = Math.min(count, done + FILL_ROWS);
    const bodies = await Promise.all(
      Array.from({ length: until - done }, (_, index) => requestOf(done + index).arrayBuffer()),
    );
    const tx = db.transaction("requests", "readwrite", { durability: "relaxed" });
    for (const body of bodies) {
      void tx.store.add({ ...model, requestData: { ...model.requestData, body } });
    }
    await tx.done;
  }
  db.close();
}

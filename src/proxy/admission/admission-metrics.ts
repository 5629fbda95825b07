import { Gauge, type Registry } from "prom-client";
import type { AdmissionFigures } from "./admission.ts";

/** Gauges of what waits before the store, and who was told to come back; gives what sets them. */
export function createAdmissionGauges(registry: Registry, figures: () => AdmissionFigures) {
  const gauge = (name: string, help: string, labelNames: string[] = []) =>
    new Gauge({ name: `tarjeta_${name}`, help, labelNames, registers: [registry] });
  const batches = gauge("batches", "Batches of kiosks that were let in, by where they are.", [
    "place",
  ]);
  const asked = gauge("batches_asked", "Batches since the start, by whether they were let in.", [
    "answer",
  ]);
  const queue = gauge("batch_queue_seconds", "How long a batch that came now would wait.");
  const expected = gauge("kiosks_sent_away", "Kiosks told to come back that are still expected.");

  return (): void => {
    const now = figures();
    batches.set({ place: "waiting" }, now.waiting);
    batches.set({ place: "at-work" }, now.atWork);
    asked.set({ answer: "let-in" }, now.admitted);
    asked.set({ answer: "sent-away" }, now.sentAway);
    queue.set(now.queueMs / 1_000);
    expected.set(now.expected);
  };
}

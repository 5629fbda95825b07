import { Gauge, type Registry } from "prom-client";
import { HELP_ENDS } from "../store/help-store.ts";
import type { StoreFigures } from "../store/store.ts";

/** Gauges of who waits for help, and how calls ended; gives what sets them. */
export function createHelpGauges(registry: Registry) {
  const gauge = (name: string, help: string, labelNames: string[] = []) =>
    new Gauge({ name: `tarjeta_${name}`, help, labelNames, registers: [registry] });
  const open = gauge("help_calls_open", "Kiosks at which somebody waits for help.");
  const oldest = gauge("help_oldest_open_seconds", "How long the first of them has waited.");
  const ended = gauge("help_calls_24h", "Help calls of the last 24 hours, by how they ended.", [
    "end",
  ]);
  const mean = gauge(
    "help_wait_mean_seconds_24h",
    "How long those waited, on average, that somebody came to; 0 when there were none.",
  );

  return ({ help, atMs }: Pick<StoreFigures, "help" | "atMs">): void => {
    open.set(help.open.length);
    oldest.set(oldestMs(help.open, atMs) / 1_000);
    for (const end of HELP_ENDS) ended.set({ end }, help.ended[end]);
    mean.set(help.meanWaitMs / 1_000);
  };
}

/** A clock that was set back makes nobody wait for less than nothing. */
function oldestMs(open: StoreFigures["help"]["open"], atMs: number): number {
  const [first] = open;
  return first === undefined ? 0 : Math.max(0, atMs - first.calledMs);
}

import { statfs } from "node:fs/promises";
import { Counter, Gauge, Histogram, Registry } from "prom-client";
import { INGEST_PATH } from "../contract/ingest.ts";
import type { TargetCall } from "./target/observed-target.ts";

/** A request as it ended. The route as it was mounted, never the address that was asked for (PV2). */
export interface ObservedRequest {
  readonly listener: "kiosk" | "admin";
  readonly method: string;
  readonly route: string;
  readonly status: number;
  readonly seconds: number;
}

/** What this process counts of itself since its start. */
export interface ProcessMetrics {
  readonly observeRequest: (request: ObservedRequest) => void;
  readonly observeCall: (call: TargetCall) => void;
  readonly text: (isDatabaseUp: boolean) => Promise<string>;
}

/** Ours: from a quiet proxy's milliseconds to a kiosk's patience. */
const INGEST_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** Ours: Target answers within half a second as a rule; a call is given up long before a minute. */
const CALL_SECONDS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** @param dataDir whose disk is watched */
export function createProcessMetrics(dataDir: string): ProcessMetrics {
  const registers = [new Registry()];
  const requests = new Counter({
    name: "tarjeta_http_requests_total",
    help: "Requests answered, by listener, route and class of status.",
    labelNames: ["listener", "method", "route", "status"],
    registers,
  });
  const ingest = new Histogram({
    name: "tarjeta_ingest_duration_seconds",
    help: "How long a kiosk waited for the answer to a batch.",
    labelNames: ["status"],
    buckets: INGEST_SECONDS,
    registers,
  });
  const calls = new Counter({
    name: "tarjeta_target_calls_total",
    help: "Calls to Target by what came of them; never_left reached nobody.",
    labelNames: ["call", "outcome"],
    registers,
  });
  const callSeconds = new Histogram({
    name: "tarjeta_target_call_duration_seconds",
    help: "How long Target took, whatever it answered.",
    labelNames: ["call"],
    buckets: CALL_SECONDS,
    registers,
  });
  const gauge = (name: string, help: string) => new Gauge({ name, help, registers });
  const databaseUp = gauge("tarjeta_database_up", "Whether the database answered just now.");
  const diskFree = gauge("tarjeta_disk_free_bytes", "Free for us on the disk of DATA_DIR.");
  const diskSize = gauge("tarjeta_disk_size_bytes", "Size of the disk of DATA_DIR.");
  const memory = gauge("process_resident_memory_bytes", "Resident memory of this process.");
  const cpu = gauge("process_cpu_seconds_total", "Processor time this process used.");
  const started = gauge("process_start_time_seconds", "When this process began.");
  started.set(performance.timeOrigin / 1_000);

  return {
    observeRequest: ({ listener, method, route, status, seconds }) => {
      const kind = `${Math.floor(status / 100)}xx`;
      requests.inc({ listener, method, route, status: kind });
      if (listener === "kiosk" && route === INGEST_PATH) ingest.observe({ status: kind }, seconds);
    },
    observeCall: ({ call, outcome, seconds }) => {
      calls.inc({ call, outcome });
      callSeconds.observe({ call }, seconds);
    },
    text: async (isDatabaseUp) => {
      databaseUp.set(isDatabaseUp ? 1 : 0);
      const { bavail, bsize, blocks } = await statfs(dataDir);
      diskFree.set(bavail * bsize);
      diskSize.set(blocks * bsize);
      memory.set(process.memoryUsage.rss());
      const { user, system } = process.cpuUsage();
      cpu.set((user + system) / 1_000_000);
      return registers[0]!.metrics();
    },
  };
}

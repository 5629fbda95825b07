import { fork, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { startPostgres } from "../support/postgres.ts";
import { scaled, type Bench, type BenchOptions, type Row } from "./bench.ts";
import type { BacklogAsk, BacklogNews } from "./backlog-process.ts";

const UPDATES = 5_000_000;
const VISITORS = 3_000_000;

/** Source: Target's allowance in any rolling 24 hours. */
const CALLS_A_DAY = 1_000_000;

/** Ours: what a chain's outage of days may take to be taken in, once it is over. */
const MAX_INTAKE_MS = 1_200_000;

/** An outage that lasted for days, over everybody: taken in, and sent on by single calls and bulk files. */
export const backlogBench: Bench = {
  name: "backlog",
  title: "a backlog of 5 updates for every 3 visitors: taken in, then sent in simulated time",
  run: benchBacklog,
};

async function benchBacklog(options: BenchOptions): Promise<readonly Row[]> {
  const dataDir = mkdtempSync(path.join(os.tmpdir(), "tarjeta-bench-"));
  const server = options.postgres ? await startPostgres() : undefined;
  const child = fork(path.join(import.meta.dirname, "backlog-process.ts"));
  try {
    const ask: BacklogAsk = {
      dataDir,
      databaseUrl: await server?.newDatabase(),
      updates: scaled(UPDATES, options, 5_000),
      visitors: scaled(VISITORS, options, 3_000),
      allowed: scaled(CALLS_A_DAY, options, 1_000),
    };
    return rowsOf(ask, await figuresFrom(child, ask, options));
  } finally {
    child.kill();
    await server?.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

type News<Type extends BacklogNews["type"]> = Extract<BacklogNews, { type: Type }>;

interface Figures {
  readonly takenIn: News<"taken-in">;
  readonly drained: News<"drained">;
}

function figuresFrom(
  child: ChildProcess,
  ask: BacklogAsk,
  { say }: BenchOptions,
): Promise<Figures> {
  return new Promise((resolve, reject) => {
    let takenIn: News<"taken-in"> | undefined;
    child.on("message", (news: BacklogNews) => {
      switch (news.type) {
        case "progress":
          return say(news.line);
        case "taken-in":
          takenIn = news;
          return say(`taken in after ${Math.round(news.tookMs / 1_000)} s`);
        case "drained":
          if (takenIn !== undefined) resolve({ takenIn, drained: news });
      }
    });
    child.once("exit", () => reject(new Error("The process with the backlog ended.")));
    child.send(ask);
  });
}

function rowsOf(ask: BacklogAsk, { takenIn, drained }: Figures): readonly Row[] {
  const sent = drained.calls + drained.inBulk;
  if (takenIn.waiting !== ask.visitors || sent !== ask.visitors) {
    throw new Error(
      `${ask.visitors} visitors were scanned: ${takenIn.waiting} waited, ${sent} were told of.`,
    );
  }
  const daysOf = (calls: number) => calls / ask.allowed;
  return [
    {
      what: "updates taken in",
      unit: "/s",
      ours: (ask.updates * 1_000) / takenIn.tookMs,
      // The same at any scale.
      beside: { name: "needed for 20 minutes", value: (UPDATES * 1_000) / MAX_INTAKE_MS },
      goal: { type: "ratio-at-least", value: 1 },
    },
    { what: "until all were taken in", unit: "ms", ours: takenIn.tookMs },
    {
      what: "memory at most while taking in",
      unit: "kB",
      ours: takenIn.peakKb,
      beside: { name: "before", value: takenIn.idleKb },
      goal: { type: "at-most", value: 400_000 },
    },
    {
      what: "to be told: visitors",
      unit: "",
      ours: ask.visitors,
      beside: { name: "updates", value: ask.updates },
    },
    { what: "of them by a single call", unit: "", ours: drained.calls },
    { what: "of them in a bulk file", unit: "", ours: drained.inBulk },
    {
      what: "all sent within",
      unit: "days",
      ours: drained.days,
      beside: { name: "a call an update", value: daysOf(ask.updates) },
    },
    { what: "saved by coalescing", unit: "days", ours: daysOf(ask.updates - ask.visitors) },
    { what: "saved by bulk files", unit: "days", ours: daysOf(ask.visitors) - drained.days },
    {
      what: "calls claimed and settled",
      unit: "/s",
      ours: (drained.calls * 1_000) / drained.tookMs,
      beside: { name: "what Target allows", value: CALLS_A_DAY / 86_400 },
      goal: { type: "ratio-at-least", value: 1 },
    },
  ];
}

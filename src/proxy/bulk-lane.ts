import { createWakeTimer } from "./wake-timer.ts";
import type { BulkReport } from "./target/bulk/bulk-report.ts";
import type { BulkState } from "./target/bulk/bulk-row.ts";
import type { BulkRun, BulkWatch, BulkWriter } from "./target/bulk/bulk-writer.ts";
import { BulkFolderError } from "./target/bulk/sealed-file.ts";

export interface BulkLaneOptions {
  readonly writer: BulkWriter;
  /** Every attribute a file may have; those bulk has no column for are left out here. */
  readonly names: readonly string[];
  /** Whom the next file is about; nobody, and no file is made. Read once, one at a time. */
  readonly states: (signal: AbortSignal) => AsyncGenerator<BulkState>;
  /**
   * Told what a run came to, the one of an earlier process included, before another one is begun;
   * nothing, once, when nothing of one was left. A crash tells it again.
   */
  readonly onEnd?: (report: BulkReport | undefined) => Promise<void>;
  /** Between two rounds, in milliseconds. */
  readonly everyMs: number;
  readonly log?: { readonly warn: (details: object, message: string) => void } | undefined;
  /** What could not be done, for the log. */
  readonly trouble: string;
}

export interface BulkLaneFigures {
  /** Rows that came to an end since the start, by the end of their batch. */
  readonly rows: Readonly<Record<string, number>>;
  /** Files Target has and is not done with, or that are to be sent. */
  readonly filesOpen: number;
}

/** Brings one file after the other to Target, in rounds, through one folder of its own. */
export interface BulkLane {
  /** Resolves when what lies in the folder needs no older storage key any more. */
  readonly sealAnew: () => Promise<void>;
  readonly start: () => void;
  /** Leaves a file as it stands, to be taken up at the next start. */
  readonly stop: () => Promise<void>;
  /** One round: what was left by another process, then a file of those who are due. Gives its rows. */
  readonly runOnce: () => Promise<number>;
  readonly figures: () => BulkLaneFigures;
}

/**
 * A crash while a file is written is as if there had been none; later it is taken up where it stood.
 * Files are of members, and of version 2.
 */
export function createBulkLane(options: BulkLaneOptions): BulkLane {
  const { writer, log } = options;
  const names = namesOfFile(options.names);
  const onEnd = options.onEnd ?? (async () => {});
  const rows: Record<string, number> = {};
  let filesOpen = 0;
  /** Whether the run before this one is known to be at its end. */
  let isAtEnd = false;
  let leaving = new AbortController();
  let isRunning = false;
  let running: Promise<unknown> = Promise.resolve();
  const timer = createWakeTimer(() => {
    if (isRunning) running = round();
  });

  const runOnce = async () => {
    const { signal } = leaving;
    if (!isAtEnd) await resume(signal);
    isAtEnd = true;
    if (names.length === 0) return 0;
    const states = options.states(signal);
    const first = await states.next();
    if (first.done === true) return 0;
    isAtEnd = false;
    const run = runOf(names, withFirst(first.value, states));
    const report = await writer.run(run, watchOf(signal));
    count(report);
    await onEnd(report);
    isAtEnd = true;
    return report.rows;
  };

  const resume = async (signal: AbortSignal) => {
    let wasOpen = false;
    const watch = watchOf(signal, () => {
      wasOpen = true;
    });
    const report = await writer.resume(watch);
    // A run that had ended was counted by the process that saw it end.
    if (report !== undefined && wasOpen) count(report);
    await onEnd(report);
  };

  const watchOf = (signal: AbortSignal, onStep = () => {}): BulkWatch => ({
    signal,
    onProgress: ({ waiting, underWay }) => {
      filesOpen = waiting + underWay;
      onStep();
    },
    onTrouble: (reason) => log?.warn({ reason }, "A bulk file of members has to wait for Target"),
  });

  const count = ({ batches, notExpressible }: BulkReport) => {
    const add = (end: string, number: number) => {
      if (number > 0) rows[end] = (rows[end] ?? 0) + number;
    };
    for (const { end, rows: inBatch, isSplit } of batches) {
      if (isSplit) continue;
      add(end.type, end.type === "complete" ? (end.counts.successfulUpdates ?? inBatch) : inBatch);
    }
    add("not-expressible", notExpressible.count);
  };

  const round = async () => {
    try {
      await runOnce();
    } catch (error) {
      if (leaving.signal.aborted) return;
      const name = error instanceof Error ? error.name : "unknown";
      // These sentences are ours, and name a file and the cure.
      const why = error instanceof BulkFolderError ? { reason: error.message } : {};
      log?.warn({ error: name, ...why }, options.trouble);
    } finally {
      if (isRunning) timer.wakeIn(options.everyMs);
    }
  };

  return {
    sealAnew: writer.sealAnew,
    start: () => {
      isRunning = true;
      leaving = new AbortController();
      timer.wakeIn(0);
    },
    stop: async () => {
      isRunning = false;
      timer.cancel();
      leaving.abort();
      await running;
      timer.cancel();
    },
    runOnce,
    figures: () => ({ rows: { ...rows }, filesOpen }),
  };
}

function runOf(names: readonly string[], states: AsyncIterable<BulkState>): BulkRun {
  return { kind: "member", api: "v2", names, states };
}

/** Names bulk has no column for: the id's own, and those it would take for another one's. */
export function namesOfFile(names: readonly string[]): readonly string[] {
  return names.filter(
    (name) => name !== "thirdPartyId" && name !== "pcId" && !name.startsWith("profile."),
  );
}

/** Key and version: a state that is no longer the newest is not what leaves. */
export interface TaggedMember {
  readonly visitorKey: string;
  readonly version: number;
}

export function tagOf({ visitorKey, version }: TaggedMember): string {
  return `${version}.${visitorKey}`;
}

export function memberOf(tag: string): TaggedMember {
  const dot = tag.indexOf(".");
  return { version: Number(tag.slice(0, dot)), visitorKey: tag.slice(dot + 1) };
}

/** Ours: few enough that no batch of a kiosk waits for it. */
export const MEMBERS_AT_ONCE = 200;

/** Asks about rows some hundreds at a time: gives the tags of those that may leave. */
export async function admitByPage(
  tags: readonly string[],
  ask: (members: readonly TaggedMember[]) => Promise<readonly string[]>,
): Promise<ReadonlySet<string>> {
  const admitted = new Set<string>();
  for (let from = 0; from < tags.length; from += MEMBERS_AT_ONCE) {
    const members = tags.slice(from, from + MEMBERS_AT_ONCE).map(memberOf);
    const mayLeave = new Set(await ask(members));
    for (const member of members) if (mayLeave.has(member.visitorKey)) admitted.add(tagOf(member));
  }
  return admitted;
}

async function* withFirst(first: BulkState, rest: AsyncIterable<BulkState>) {
  yield first;
  yield* rest;
}

import type { Clock } from "../../domain/clock.ts";
import { createDueClock } from "../due-clock.ts";
import type { AbsentMember, ReadBackStore } from "../store/read-back-store.ts";
import type { BulkReport } from "../target/bulk/bulk-report.ts";
import type { BulkState } from "../target/bulk/bulk-row.ts";
import {
  createBulkWriter,
  type BulkWatch,
  type BulkWriterDeps,
} from "../target/bulk/bulk-writer.ts";
import { BulkFolderError } from "../target/bulk/sealed-file.ts";
import type { VisitorIds } from "../visitor-ids/visitor-ids.ts";
import { createWakeTimer } from "../wake-timer.ts";
import type { CreationTiming } from "./creation-plan.ts";

export interface CreationLaneOptions {
  readonly store: Pick<ReadBackStore, "absentMembers" | "recordCreating">;
  readonly visitorIds: VisitorIds;
  /** How files are written and sent. The folder is this lane's alone. */
  readonly bulk: Omit<BulkWriterDeps, "admit" | "clock">;
  /** Every attribute a file may have. Who has another one waits as if there were no lane. */
  readonly names: readonly string[];
  readonly clock: Clock;
  readonly timing: CreationTiming;
  /** Members of one run at most. */
  readonly mostMembers?: number;
  readonly log?: { readonly warn: (details: object, message: string) => void } | undefined;
}

export interface CreationFigures {
  /** Rows that came to an end since the start, by the end of their batch. */
  readonly rows: Readonly<Record<string, number>>;
  /** Files Target has and is not done with, or that are to be sent. */
  readonly filesOpen: number;
}

/**
 * Puts members Target does not have into bulk files of version 2, which creates them (rules CR1 to CR4).
 *
 * It decides nothing about anybody: who was in a file stays absent, and is looked for like everybody
 * else. Found, the newest state goes out by a single update and is read back; not found, the member is
 * in another file a day later. A crash while a file is written is as if there had been none; later it
 * is taken up where it stood.
 */
export interface CreationLane {
  /** Resolves when what lies in the folder needs no older storage key any more. */
  readonly sealAnew: () => Promise<void>;
  readonly start: () => void;
  /** Leaves a file as it stands, to be taken up at the next start. */
  readonly stop: () => Promise<void>;
  /** One round: what was left by another process, then a file of those who are due. Gives its rows. */
  readonly runOnce: () => Promise<number>;
  readonly figures: () => CreationFigures;
}

/** Source: at most 500,000 rows an upload; by their size a run of so many is a file or two. */
const MOST_MEMBERS = 500_000;

/** Ours: few enough that no batch of a kiosk waits for it. */
const PAGE = 200;

/** Ours: whoever maps cards to ids may be a service. */
const IDS_AT_ONCE = 8;

export function createCreationLane(options: CreationLaneOptions): CreationLane {
  const { store, clock, timing, log } = options;
  const nowMs = createDueClock(clock);
  const writer = createBulkWriter({ ...options.bulk, clock, admit });
  const names = namesOfFile(options.names);
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

  /** Right before a file leaves, and again before it does so again. */
  async function admit(tags: readonly string[]): Promise<ReadonlySet<string>> {
    const admitted = new Set<string>();
    for (let from = 0; from < tags.length; from += PAGE) {
      const members = tags.slice(from, from + PAGE).map(memberOf);
      const atMs = nowMs();
      const keys = await store.recordCreating({
        members,
        atMs,
        dueMs: atMs + timing.lookAfterMs,
        createdBeforeMs: atMs - timing.againAfterMs,
      });
      const mayLeave = new Set(keys);
      for (const member of members)
        if (mayLeave.has(member.visitorKey)) admitted.add(tagOf(member));
    }
    return admitted;
  }

  async function* statesOf(): AsyncGenerator<BulkState> {
    const startMs = nowMs();
    let left = options.mostMembers ?? MOST_MEMBERS;
    for (let after: string | undefined = ""; after !== undefined;) {
      const page = await store.absentMembers({
        after,
        limit: PAGE,
        missedBeforeMs: startMs - timing.missedForMs,
        createdBeforeMs: startMs - timing.againAfterMs,
      });
      after = page.next;
      const inFile = page.members.filter(({ attributes }) => isWithin(attributes, names));
      for (let from = 0; from < inFile.length; from += IDS_AT_ONCE) {
        const states = await Promise.all(inFile.slice(from, from + IDS_AT_ONCE).map(stateOf));
        for (const state of states) {
          if (state === undefined) continue;
          if (left === 0) return;
          left -= 1;
          yield state;
        }
      }
    }
  }

  /** Nothing of a card nobody has an id for. */
  async function stateOf(member: AbsentMember): Promise<BulkState | undefined> {
    const mapped = await options.visitorIds.idFor(member.visitor);
    if (mapped.type !== "mapped") return undefined;
    return { id: mapped.visitor.value, attributes: member.attributes, tag: tagOf(member) };
  }

  const runOnce = async () => {
    const { signal } = leaving;
    if (!isAtEnd) await resume(signal);
    isAtEnd = true;
    if (names.length === 0) return 0;
    const states = statesOf();
    const first = await states.next();
    if (first.done === true) return 0;
    const run = {
      kind: "member",
      api: "v2",
      names,
      states: withFirst(first.value, states),
    } as const;
    isAtEnd = false;
    const report = await writer.run(run, watchOf(signal));
    isAtEnd = true;
    count(report);
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
      log?.warn(
        { error: name, ...why },
        "Members could not be created in Target; tried again later",
      );
    } finally {
      if (isRunning) timer.wakeIn(timing.everyMs);
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

/** Names bulk has no column for: the id's own, and those it would take for another one's. */
function namesOfFile(names: readonly string[]): readonly string[] {
  return names.filter(
    (name) => name !== "thirdPartyId" && name !== "pcId" && !name.startsWith("profile."),
  );
}

function isWithin(attributes: AbsentMember["attributes"], names: readonly string[]): boolean {
  return [...attributes.keys()].every((name) => names.includes(name));
}

/** Key and version: a state that is no longer the newest is not what leaves. */
function tagOf({ visitorKey, version }: Pick<AbsentMember, "visitorKey" | "version">): string {
  return `${version}.${visitorKey}`;
}

function memberOf(tag: string): Pick<AbsentMember, "visitorKey" | "version"> {
  const dot = tag.indexOf(".");
  return { version: Number(tag.slice(0, dot)), visitorKey: tag.slice(dot + 1) };
}

async function* withFirst(first: BulkState, rest: AsyncIterable<BulkState>) {
  yield first;
  yield* rest;
}

import type { VisitorId } from "../../domain/visitor-id.ts";
import type { Propagation } from "../propagation.ts";
import type { Switches } from "../switches.ts";
import { createBacklog, type Backlog, type BacklogBatch } from "./backlog.ts";
import { createProgress, type BatchCounts, type BatchProgress } from "./batch-progress.ts";
import type { BulkTuning } from "./bulk-tuning.ts";
import {
  consumedAtMs,
  consumedBy,
  forcedAt,
  statusAt,
  stuckAt,
  type BatchStatus,
  type Schedule,
} from "./schedule.ts";
import type { Upload } from "./upload.ts";

/** What is known of a batch. */
export interface BatchReport extends BatchCounts {
  readonly id: string;
  readonly version: 1 | 2;
  readonly at: string;
  readonly atMs: number;
  readonly key: "thirdPartyId" | "pcId";
  readonly attributes: number;
  readonly bytes: number;
  readonly rows: number;
  readonly status: BatchStatus;
  /** When the last row is or was consumed; absent while it is not going to be. */
  readonly completesAt?: string;
  /** Counted as successful, without effect: by chance, and because their ids are not taken. */
  readonly lost: number;
  readonly dropped: number;
  /** Headers beginning with `profile.`, a flaw that the answer does not betray. */
  readonly prefixedHeaders: number;
}

/** The batches taken in, and what they have come to by now. */
export interface Batches {
  /** Gives the id of the batch. */
  readonly submit: (upload: Upload, version: 1 | 2) => string;
  readonly find: (id: string) => BatchReport | undefined;
  /** In the order of submission, the newest 10,000. */
  readonly list: () => readonly BatchReport[];
  /** Makes a batch stop where it stands, or consume all the rest at once. */
  readonly steer: (id: string, to: "stuck" | "complete") => void;
  /** Rows that no profile has taken up yet, as they stand by now. */
  readonly backlog: BatchBacklog;
  readonly clear: () => void;
}

/** What profiles ask for. */
export interface BatchBacklog extends Pick<Backlog, "take" | "createdAtMs" | "keys" | "size"> {
  /** The number of the newest batch; 0 before the first. */
  readonly newest: () => number;
}

export interface BatchesDeps {
  readonly client: string;
  readonly nowMs: () => number;
  readonly random: () => number;
  readonly tuning: Readonly<BulkTuning>;
  readonly propagation: () => Propagation;
  readonly switches: Readonly<Switches>;
  /** Whether the visitor has a profile by now. */
  readonly isKnown: (visitor: VisitorId) => boolean;
}

interface Batch {
  readonly id: string;
  readonly about: Pick<
    BatchReport,
    "version" | "key" | "attributes" | "bytes" | "lost" | "dropped" | "prefixedHeaders"
  >;
  readonly counts: Readonly<BatchCounts>;
  schedule: Schedule;
  /** Let go when all is consumed. */
  progress: BatchProgress | undefined;
}

/** Ours. */
const MAX_BATCHES = 10_000;

export function createBatches(deps: BatchesDeps): Batches {
  const backlog = createBacklog();
  const batchById = new Map<string, Batch>();
  const unfinished = new Set<Batch>();
  let submitted = 0;
  let isSettling = false;

  /** Consumes what is due. Looking a visitor up asks for the backlog, which must not come back here. */
  const settle = () => {
    if (isSettling || unfinished.size === 0) return;
    isSettling = true;
    try {
      for (const batch of unfinished) advance(batch);
    } finally {
      isSettling = false;
    }
  };

  const advance = (batch: Batch) => {
    const consumed = consumedBy(batch.schedule, deps.nowMs());
    batch.progress?.advanceTo(consumed);
    if (consumed < batch.schedule.rows) return;
    batch.progress = undefined;
    unfinished.delete(batch);
  };

  const keep = (batch: Batch) => {
    batchById.set(batch.id, batch);
    unfinished.add(batch);
    const oldest = batchById.keys().next();
    if (batchById.size > MAX_BATCHES && !oldest.done) batchById.delete(oldest.value);
  };

  return {
    submit: (upload, version) => {
      settle();
      submitted += 1;
      const { header, outcomes } = upload;
      const nowMs = deps.nowMs();
      const delayMs = delayFor(deps);
      const inBacklog: BacklogBatch = {
        number: submitted,
        doesCreate: version === 2,
        doesOverride: version === 2 && deps.switches.bulkBackToBack === "overrides",
        kind: header.kind,
        read: upload.read,
        effectMs: (row) => {
          const atMs = consumedAtMs(batch.schedule, row);
          return atMs === undefined ? undefined : atMs + delayMs;
        },
      };
      const progress = createProgress(
        { batch: inBacklog, backlog, isKnown: deps.isKnown },
        outcomes,
      );
      const batch: Batch = {
        id: `${deps.client}-${nowMs}-${submitted}`,
        about: aboutUpload(upload, version),
        counts: progress.counts,
        schedule: scheduleFor(deps, outcomes.length),
        progress,
      };
      backlog.add(inBacklog, upload.hashes);
      keep(batch);
      return batch.id;
    },
    find: (id) => {
      settle();
      const batch = batchById.get(id);
      return batch && report(batch, deps.nowMs());
    },
    list: () => {
      settle();
      return [...batchById.values()].map((batch) => report(batch, deps.nowMs()));
    },
    steer: (id, to) => {
      settle();
      const batch = batchById.get(id);
      if (batch === undefined) return;
      batch.schedule = (to === "stuck" ? stuckAt : forcedAt)(batch.schedule, deps.nowMs());
    },
    backlog: {
      newest: () => submitted,
      take: (key, nowMs) => {
        settle();
        return backlog.take(key, nowMs);
      },
      createdAtMs: (key, nowMs) => {
        settle();
        return backlog.createdAtMs(key, nowMs);
      },
      keys: backlog.keys,
      size: backlog.size,
    },
    clear: () => {
      batchById.clear();
      unfinished.clear();
      backlog.clear();
      submitted = 0;
    },
  };
}

function aboutUpload({ header, bytes, outcomes }: Upload, version: 1 | 2): Batch["about"] {
  return {
    version,
    key: header.kind === "member" ? "thirdPartyId" : "pcId",
    attributes: header.names.length,
    bytes,
    lost: outcomes.filter((outcome) => outcome === "lost").length,
    dropped: outcomes.filter((outcome) => outcome === "dropped").length,
    prefixedHeaders: header.prefixed,
  };
}

function report({ id, about, counts, schedule }: Batch, nowMs: number): BatchReport {
  const lastMs = consumedAtMs(schedule, schedule.rows - 1);
  return {
    id,
    ...about,
    at: new Date(schedule.startMs).toISOString(),
    atMs: schedule.startMs,
    rows: schedule.rows,
    status: statusAt(schedule, nowMs),
    ...(lastMs !== undefined && { completesAt: new Date(lastMs).toISOString() }),
    ...counts,
  };
}

/** How long after a row was consumed it shows; drawn once for a batch. */
function delayFor({ propagation, random }: BatchesDeps): number {
  const { minMs, maxMs } = propagation();
  return minMs + random() * (maxMs - minMs);
}

/** Ours: how much longer a batch takes in business hours, where it "may be throttled". */
const THROTTLE = 4;

function scheduleFor(deps: BatchesDeps, rows: number): Schedule {
  const { tuning, switches, random } = deps;
  const startMs = deps.nowMs();
  const { baseMs, perRowMs } = tuning.processing;
  const isThrottled = switches.bulkThrottle === "business-hours" && isBusinessHour(startMs);
  const endMs = startMs + (baseMs + perRowMs * rows) * (isThrottled ? THROTTLE : 1);
  const isStuck = tuning.stuckShare > 0 && random() < tuning.stuckShare;
  if (!isStuck) return { rows, startMs, endMs };
  return { rows, startMs, endMs, stuck: { atRow: Math.floor(random() * rows), sinceMs: endMs } };
}

function isBusinessHour(atMs: number): boolean {
  const hour = new Date(atMs).getUTCHours();
  return hour >= 9 && hour < 17;
}

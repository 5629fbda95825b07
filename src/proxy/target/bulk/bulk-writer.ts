import type { KeyObject } from "node:crypto";
import { rm } from "node:fs/promises";
import path from "node:path";
import type { Clock } from "../../../domain/clock.ts";
import type { VisitorId } from "../../../domain/visitor-id.ts";
import type { Vault } from "../../vault/vault.ts";
import type { TargetConnection } from "../target-connection.ts";
import { BULK_FILE_LIMITS, type Admit, type BulkFileLimits, type BulkFolder } from "./bulk-file.ts";
import { createBulkJournal, fileName, newRunKey, type Batch, type Run } from "./bulk-journal.ts";
import { createBulkPace, sleepFor, type BulkPace, type Sleep } from "./bulk-pace.ts";
import { bulkProgress, bulkReport, type BulkProgress, type BulkReport } from "./bulk-report.ts";
import { bulkHeader, type BulkState, type LeftOut } from "./bulk-row.ts";
import type { BulkApi } from "./bulk-submit.ts";
import { sendBatches, type RunState, type SendDeps } from "./send-batches.ts";
import { writeBulkFiles, type StatesToWrite } from "./write-files.ts";

export interface BulkWriterDeps {
  /** One of its own: an upload holds one of its sockets for minutes, while single updates go on. */
  readonly connection: TargetConnection;
  /** A connection to another of Target's hosts, where a batch is followed. Closed when a run ends. */
  readonly connectTo: (origin: string) => TargetConnection;
  /** Seals the key of each run. */
  readonly vault: Vault;
  /** Where files wait; made if need be, and nobody else's. One writer at a time. */
  readonly folder: string;
  readonly clock: Clock;
  /** The account's bulk calls; one of its own unless it is shared. */
  readonly pace?: BulkPace;
  /** Real time unless given. */
  readonly sleep?: Sleep;
  /** Uniform draw in [0, 1). */
  readonly random?: () => number;
  readonly limits?: BulkFileLimits;
  /** Longest value, in UTF-16 code units; as for single updates unless given. */
  readonly maxValueLength?: number | undefined;
  /**
   * Asked right before each submission, whenever that is, with the tags of the rows, some hundreds at a
   * time: those whose rows may still leave. Who is not among them is not sent; all are unless given.
   */
  readonly admit?: Admit;
  /** Batches under way at once. */
  readonly inFlight?: number;
  /** Batches that end badly, one after the other with none complete between, before the run gives up. */
  readonly badInARow?: number;
}

export interface BulkRun {
  /** Whom the states are about: one kind of id in a file. */
  readonly kind: VisitorId["kind"];
  /** Every attribute that any state has. */
  readonly names: readonly string[];
  /** Full merged states, one of a visitor. Read once, one at a time. */
  readonly states: AsyncIterable<BulkState> | Iterable<BulkState>;
  /**
   * v2 for a member and v1 for a browser unless given.
   *
   * Source: v2 creates who is not known; where the site uses Experience Cloud ids, `pcId` must not be
   * the key in v2.
   */
  readonly api?: BulkApi;
  /** Each state that has no row, when it is met. */
  readonly onLeftOut?: (row: number, leftOut: LeftOut) => void;
}

export interface BulkWatch {
  readonly onProgress?: (progress: BulkProgress) => void;
  /** Told each time a run has to wait for Target, and why: a status or an error's code, never an id. */
  readonly onTrouble?: (reason: string) => void;
  /** Leaves everything as it stands, to be resumed; the call rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/**
 * Brings full merged states to Target by the Bulk Profile Update API, through files in a folder.
 *
 * Survives being killed anywhere. Until all states are written nothing was sent, and the run is begun
 * anew; from then on `resume` brings it to the end it would have had.
 *
 * What is sent is what was true when the file was written, also when it is sent again hours later.
 * Whoever calls Target for the same visitors meanwhile must tell it the newest once more afterwards.
 *
 * A batch that is complete was accepted, not seen: up to 0.1 % of its rows may not be kept (Source:
 * Adobe's bulk page), and `needsReadBack` names the batches of which more is known to be missing.
 */
export interface BulkWriter {
  /** Rejects while a run before it is not at its end, and for a state with an attribute not named. */
  readonly run: (run: BulkRun, watch?: BulkWatch) => Promise<BulkReport>;
  /** The rest of a run, or the report of one that had ended; nothing where none was sent. */
  readonly resume: (watch?: BulkWatch) => Promise<BulkReport | undefined>;
  /** Seals the key of what lies in the folder under the storage key of today; older ones may go then. */
  readonly sealAnew: () => Promise<void>;
}

/** Ours: enough to keep Target busy (the public figures are with five), few enough to read a log of. */
const IN_FLIGHT = 4;

/**
 * Ours: one wrong row of 500,000 makes 20 bad ends in a row, a block of them two each. When so many
 * fail that nothing is taken between, it is the account or the format, and not the rows.
 */
const BAD_IN_A_ROW = 200;

/** Ours: reports name so many of the states that have no row. */
const MOST_LEFT_OUT_NAMED = 1_000;

/** Ours: progress is told every so many states. */
const ROWS_BETWEEN_PROGRESS = 10_000;

export function createBulkWriter(deps: BulkWriterDeps): BulkWriter {
  const { clock, limits = BULK_FILE_LIMITS } = deps;
  const sleep = deps.sleep ?? sleepFor;
  const pace = deps.pace ?? createBulkPace(clock, sleep);
  const journal = createBulkJournal(deps.folder, deps.vault);

  return {
    run: async (given, watch = {}) => {
      const before = await journal.read();
      if (before?.run.phase === "sending") {
        throw new Error("A bulk run before this one is not at its end; resume it first.");
      }
      const key = newRunKey();
      const begun = begin(given);
      await journal.write(begun, key);
      await journal.sweep([]);
      const folder = { path: deps.folder, key, header: begun.header };
      const written = await writeStates(begun, folder, { ...deps, limits }, given, watch);
      await journal.write(written, key);
      watch.onProgress?.(bulkProgress(written));
      return send(written, key, watch);
    },
    resume: async (watch = {}) => {
      const before = await journal.read();
      if (before === undefined || before.run.phase === "writing") return undefined;
      // Sealed anew under the storage key of today, so that an older one is not needed for it.
      await journal.write(before.run, before.key);
      return send(before.run, before.key, watch);
    },
    sealAnew: async () => {
      const before = await journal.read();
      if (before !== undefined) await journal.write(before.run, before.key);
    },
  };

  async function send(run: RunState, key: KeyObject, watch: BulkWatch): Promise<BulkReport> {
    await journal.sweep(run.batches.filter(isOpen).map(({ name }) => name));
    if (run.phase === "done") return bulkReport(run);
    const hosts = createHosts(deps.connectTo);
    const sendDeps: SendDeps = {
      connection: deps.connection,
      connectTo: hosts.connectTo,
      pace,
      sleep,
      random: deps.random ?? Math.random,
      nowMs: clock.wallMs,
      onTrouble: watch.onTrouble ?? (() => {}),
      run,
      api: run.api,
      folder: { path: deps.folder, key, header: run.header },
      admit: deps.admit,
      inFlight: deps.inFlight ?? IN_FLIGHT,
      mostBadInARow: deps.badInARow ?? BAD_IN_A_ROW,
      nameOf: fileName,
      save: async (changed) => {
        await journal.write(changed, key);
        watch.onProgress?.(bulkProgress(changed));
      },
      discard: (name) => rm(path.join(deps.folder, name), { force: true }),
    };
    try {
      return bulkReport(await sendBatches(sendDeps, signalOf(watch)));
    } finally {
      await hosts.close();
    }
  }
}

function isOpen({ step }: Batch): boolean {
  return step.type !== "ended";
}

function signalOf({ signal }: BulkWatch): AbortSignal {
  return signal ?? new AbortController().signal;
}

/** Target's other hosts, one connection each. */
function createHosts(connectTo: BulkWriterDeps["connectTo"]): {
  readonly connectTo: BulkWriterDeps["connectTo"];
  readonly close: () => Promise<void>;
} {
  const opened = new Map<string, TargetConnection>();
  return {
    connectTo: (origin) => {
      const connection = opened.get(origin) ?? connectTo(origin);
      opened.set(origin, connection);
      return connection;
    },
    close: async () => {
      await Promise.all([...opened.values()].map((connection) => connection.close()));
    },
  };
}

function begin({ kind, names, api }: BulkRun): RunState {
  return {
    v: 1,
    api: api ?? (kind === "member" ? "v2" : "v1"),
    header: bulkHeader(kind, names),
    phase: "writing",
    rows: 0,
    files: 0,
    leftOut: 0,
    firstLeftOut: [],
    nextFile: 1,
    badInARow: 0,
    batches: [],
  };
}

async function writeStates(
  begun: RunState,
  folder: BulkFolder,
  { limits, maxValueLength }: Pick<StatesToWrite, "limits" | "maxValueLength">,
  { kind, names, states, onLeftOut }: BulkRun,
  watch: BulkWatch,
): Promise<RunState> {
  let rows = 0;
  let leftOut = 0;
  const firstLeftOut: Run["firstLeftOut"] = [];
  const files = await writeBulkFiles(folder, {
    kind,
    names,
    states,
    limits,
    maxValueLength,
    nameOf: fileName,
    onLeftOut: (row, why) => {
      leftOut += 1;
      if (firstLeftOut.length < MOST_LEFT_OUT_NAMED) firstLeftOut.push({ row, ...why });
      onLeftOut?.(row, why);
    },
    onRow: (count) => {
      rows = count;
      if (count % ROWS_BETWEEN_PROGRESS === 0) watch.onProgress?.(bulkProgress({ ...begun, rows }));
    },
    signal: signalOf(watch),
  });
  return {
    ...begun,
    phase: "sending",
    rows,
    leftOut,
    firstLeftOut,
    files: files.length,
    nextFile: files.length + 1,
    batches: files.map((file) => ({ ...file, step: { type: "waiting" } })),
  };
}

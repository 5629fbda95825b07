import { createSecretKey, randomBytes, type KeyObject } from "node:crypto";
import { mkdir, open, readdir, readFile, rename, rm } from "node:fs/promises";
import path from "node:path";
import * as z from "zod";
import type { Vault } from "../../vault/vault.ts";
import { LEFT_OUT_WHYS } from "./bulk-row.ts";
import { BulkFolderError, syncFolder } from "./sealed-file.ts";

const Count = z.int().nonnegative();

const Counts = z.object({
  batchSize: Count.optional(),
  consumedCount: Count.optional(),
  successfulUpdates: Count.optional(),
  profilesNotFound: Count.optional(),
  failedUpdates: Count.optional(),
});

const End = z.discriminatedUnion("type", [
  z.object({ type: z.literal("complete"), counts: Counts }),
  z.object({ type: z.literal("lost-track"), reason: z.string() }),
  z.object({ type: z.literal("refused"), reason: z.string() }),
  z.object({ type: z.literal("stuck"), reason: z.string() }),
  /** Not sent: too much was refused before it without anything being taken, or no row may leave. */
  z.object({ type: z.literal("given-up"), reason: z.string() }),
]);
export type BatchEnd = z.infer<typeof End>;

const Step = z.discriminatedUnion("type", [
  z.object({ type: z.literal("waiting") }),
  /** It may have been submitted: after a crash nobody knows, and it is submitted again. */
  z.object({ type: z.literal("submitting") }),
  z.object({
    type: z.literal("accepted"),
    /** By Target's clock, in milliseconds since 1970. */
    atMs: z.number(),
    batchId: z.string(),
    statusUrl: z.string(),
  }),
  z.object({
    type: z.literal("ended"),
    batchId: z.string().optional(),
    end: End,
    /** Its rows went on in two others. */
    isSplit: z.boolean(),
  }),
]);
export type BatchStep = z.infer<typeof Step>;

const Batch = z.object({
  name: z.string(),
  rows: Count,
  bytes: Count,
  firstRow: Count,
  lastRow: Count,
  step: Step,
});
export type Batch = z.infer<typeof Batch>;

const LeftOutRow = z.object({
  row: Count,
  why: z.enum(LEFT_OUT_WHYS),
  attribute: z.string().optional(),
});

const Run = z.object({
  v: z.literal(1),
  /** Seals the files; itself sealed under the storage key, so that old copies of the folder are mute. */
  key: z.string(),
  api: z.enum(["v1", "v2"]),
  header: z.string(),
  /** `writing`: the files are not whole, and the states must be given again. */
  phase: z.enum(["writing", "sending", "done"]),
  rows: Count,
  files: Count,
  leftOut: Count,
  firstLeftOut: z.array(LeftOutRow),
  /** Number of the next file's name. */
  nextFile: Count,
  /** Batches that ended badly since one was complete. */
  badInARow: Count,
  batches: z.array(Batch),
});
export type Run = z.infer<typeof Run>;

/** Where a run stands, in a file of its own beside what it tells of. */
export interface BulkJournal {
  /** What another process left. Throws a `BulkFolderError` when it cannot be read. */
  readonly read: () => Promise<{ readonly run: Run; readonly key: KeyObject } | undefined>;
  /** Resolves when it would survive a power cut; whole, or as it was before. */
  readonly write: (run: Omit<Run, "key">, key: KeyObject) => Promise<void>;
  /** Deletes the files of ours that are not among `names`: what a crash left. */
  readonly sweep: (names: readonly string[]) => Promise<void>;
}

const FILE = "journal.json";

/** What may be deleted: were the folder somebody else's by mistake, theirs stays. */
const OURS = /^\d+\.rows$|^journal\.json\.new$/;

/** Name of a file of rows; says nothing of who is in it. */
export function fileName(file: number): string {
  return `${file}.rows`;
}

/** Binds the key to its place. */
const CONTEXT = "bulk-key";

export function newRunKey(): KeyObject {
  return createSecretKey(randomBytes(32));
}

export function createBulkJournal(folder: string, vault: Vault): BulkJournal {
  const file = path.join(folder, FILE);
  const draft = `${file}.new`;
  return {
    read: async () => {
      const text = await textOf(file);
      if (text === undefined) return undefined;
      const parsed = Run.safeParse(jsonFrom(text));
      if (!parsed.success) throw unusable("is damaged");
      const opened = vault.open(CONTEXT, parsed.data.key);
      if (opened.type === "unknown-key") throw unusable("is sealed to a key that is gone");
      if (opened.type === "damaged") throw unusable("is damaged");
      return { run: parsed.data, key: createSecretKey(Buffer.from(opened.text, "base64url")) };
    },
    write: async (run, key) => {
      const sealed = vault.seal(CONTEXT, key.export().toString("base64url"));
      const whole: Run = { ...run, key: sealed };
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const handle = await open(draft, "w", 0o600);
      try {
        await handle.writeFile(JSON.stringify(whole));
        await handle.sync();
      } finally {
        await handle.close();
      }
      await rename(draft, file);
      await syncFolder(folder);
    },
    sweep: async (names) => {
      for (const name of await readdir(folder)) {
        const isLeft = OURS.test(name) && !names.includes(name);
        if (isLeft) await rm(path.join(folder, name), { force: true });
      }
    },
  };
}

function unusable(why: string): BulkFolderError {
  return new BulkFolderError(
    `${FILE}: ${why}; empty the bulk folder to give up what it was about, and start the run anew.`,
  );
}

async function textOf(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, "utf8");
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === "ENOENT") return undefined;
    throw unusable(`cannot be read (${code})`);
  }
}

function jsonFrom(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // What is not JSON is no journal either; the caller says so.
    return undefined;
  }
}

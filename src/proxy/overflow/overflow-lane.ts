import type { Clock } from "../../domain/clock.ts";
import {
  admitByPage,
  createBulkLane,
  MEMBERS_AT_ONCE,
  namesOfFile,
  tagOf,
  type BulkLane,
} from "../bulk-lane.ts";
import { createDueClock } from "../due-clock.ts";
import { stillNewest } from "../freshness.ts";
import type { FetchBudget } from "../read-back/fetch-budget.ts";
import type { BacklogMember, FiledAsk, OverflowStore } from "../store/overflow-store.ts";
import type { Sleep } from "../target/bulk/bulk-pace.ts";
import type { BulkReport } from "../target/bulk/bulk-report.ts";
import type { BulkState } from "../target/bulk/bulk-row.ts";
import { createBulkWriter, type BulkWriterDeps } from "../target/bulk/bulk-writer.ts";
import type { TargetClient } from "../target/target-client.ts";
import type { VisitorIds } from "../visitor-ids/visitor-ids.ts";
import type { OverflowTiming } from "./overflow-plan.ts";

export interface OverflowLaneOptions {
  readonly store: OverflowStore;
  readonly target: Pick<TargetClient, "fetchProfile">;
  readonly visitorIds: VisitorIds;
  /** How files are written and sent. The folder is this lane's alone. */
  readonly bulk: Omit<BulkWriterDeps, "admit" | "clock"> & { readonly sleep: Sleep };
  /** Every attribute a file may have. Who has another one is told by single calls. */
  readonly names: readonly string[];
  /** Profiles this lane may look at. */
  readonly fetches: FetchBudget;
  /** How long single calls alone would take for what waits, in milliseconds. */
  readonly drainMs: () => Promise<number>;
  readonly clock: Clock;
  readonly timing: OverflowTiming;
  /** Members of one run at most. */
  readonly mostMembers?: number;
  /** Something is owed to single calls that was not before. */
  readonly onOwed: () => void;
  readonly log?: { readonly warn: (details: object, message: string) => void } | undefined;
}

/** Source: at most 500,000 rows an upload; by their size a run of so many is a file or two. */
const MOST_MEMBERS = 500_000;

/** Ours: profiles fetched at once; the forwarder and the looks share the same eight connections. */
const AT_ONCE = 4;

/**
 * Brings what has waited long to Target in bulk files, while single calls alone would take longer than
 * they may (rules OV1 to OV4).
 *
 * A row is a member's full state, less what the site chose since (rule FW6). From the moment its file
 * leaves, only what is newer is owed; when the file is done, whoever was scanned meanwhile is told the
 * newest once more. What Target lost of it is found by the looks, and sent once more by a single call.
 */
export function createOverflowLane(options: OverflowLaneOptions): BulkLane {
  const { store, clock, timing, fetches } = options;
  const nowMs = createDueClock(clock);
  const names = new Set(namesOfFile(options.names));

  const admit = (tags: readonly string[], file: string) =>
    admitByPage(tags, (members) => {
      const atMs = nowMs();
      return store.recordFiled({ file, members, atMs, dueMs: atMs + timing.lookAfterMs });
    });

  async function* states(signal: AbortSignal): AsyncGenerator<BulkState> {
    if ((await options.drainMs()) <= timing.afterMs) return;
    const startMs = nowMs();
    const endMonoMs = clock.monoMs() + timing.writeForMs;
    let left = options.mostMembers ?? MOST_MEMBERS;
    for (let after: string | undefined = ""; after !== undefined;) {
      const page = await store.backlog({
        after,
        limit: MEMBERS_AT_ONCE,
        dirtyBeforeMs: startMs - timing.waitedMs,
        filedBeforeMs: startMs - timing.againAfterMs,
      });
      after = page.next;
      const inFile = page.members.filter(isExpressible);
      for (let from = 0; from < inFile.length; from += AT_ONCE) {
        const some = inFile.slice(from, from + AT_ONCE);
        await budgetFor(some.length, signal);
        for (const state of await Promise.all(some.map(stateOf))) {
          if (state === undefined) continue;
          if (left === 0 || clock.monoMs() > endMonoMs) return;
          left -= 1;
          yield state;
        }
      }
    }
  }

  /** Resolves when so many profiles may be looked at. */
  async function budgetFor(wanted: number, signal: AbortSignal): Promise<void> {
    let missing = wanted - fetches.take(wanted, clock.monoMs());
    while (missing > 0) {
      await options.bulk.sleep(Math.max(1, fetches.waitMs(clock.monoMs())), signal);
      missing -= fetches.take(missing, clock.monoMs());
    }
  }

  function isExpressible({ attributes }: BacklogMember): boolean {
    return attributes.every(({ name }) => names.has(name));
  }

  /**
   * Nothing of a card nobody has an id for, of whom Target does not have or cannot show, and of whom the
   * site has said something newer than what is owed: the single call decides about those.
   */
  async function stateOf(member: BacklogMember): Promise<BulkState | undefined> {
    const mapped = await options.visitorIds.idFor(member.visitor);
    if (mapped.type !== "mapped") return undefined;
    const { look } = await options.target.fetchProfile(mapped.visitor);
    if (look.type !== "found") return undefined;
    const ours = new Set(stillNewest(member.attributes, look.attributes));
    if (member.attributes.some((each) => each.isOwed && !ours.has(each))) return undefined;
    const attributes = new Map([...ours].map(({ name, value }) => [name, value]));
    return { id: mapped.visitor.value, attributes, tag: tagOf(member) };
  }

  const settle = async (isTaken: boolean, file?: string) => {
    if ((await endFiled(store, { file, isTaken, atMs: nowMs() })) > 0) options.onOwed();
  };

  const onEnd = async (report: BulkReport | undefined) => {
    for (const { name, end, isSplit } of report?.batches ?? []) {
      const isTaken = !isSplit && (end.type === "complete" || end.type === "lost-track");
      // Rows of a file that was split are in its halves by now, but for those that never left again.
      await settle(isTaken, name);
    }
    // What files said that nobody knows of any more: the looks tell.
    await settle(true);
  };

  return createBulkLane({
    writer: createBulkWriter({ ...options.bulk, clock, admit }),
    names: options.names,
    states,
    onEnd,
    everyMs: timing.everyMs,
    log: options.log,
    trouble: "The backlog could not be brought to Target in bulk; tried again later",
  });
}

/** Page by page, so that nobody waits for it; a crash in between goes on with the rest. */
export async function endFiled(
  store: Pick<OverflowStore, "settleFiled">,
  ask: Omit<FiledAsk, "limit">,
): Promise<number> {
  for (let total = 0; ;) {
    const settled = await store.settleFiled({ ...ask, limit: MEMBERS_AT_ONCE });
    total += settled;
    if (settled < MEMBERS_AT_ONCE) return total;
  }
}

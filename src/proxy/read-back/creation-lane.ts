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
import type { AbsentMember, ReadBackStore } from "../store/read-back-store.ts";
import type { BulkState } from "../target/bulk/bulk-row.ts";
import { createBulkWriter, type BulkWriterDeps } from "../target/bulk/bulk-writer.ts";
import type { VisitorIds } from "../visitor-ids/visitor-ids.ts";
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

/** Source: at most 500,000 rows an upload; by their size a run of so many is a file or two. */
const MOST_MEMBERS = 500_000;

/** Ours: whoever maps cards to ids may be a service. */
const IDS_AT_ONCE = 8;

/**
 * Puts members Target does not have into bulk files of version 2, which creates them (rules CR1 to CR4).
 *
 * It decides nothing about anybody: who was in a file stays absent, and is looked for like everybody
 * else. Found, the newest state goes out by a single update and is read back; not found, the member is
 * in another file a day later.
 */
export function createCreationLane(options: CreationLaneOptions): BulkLane {
  const { store, clock, timing } = options;
  const nowMs = createDueClock(clock);
  const names = namesOfFile(options.names);

  /** Right before a file leaves, and again before it does so again. */
  const admit = (tags: readonly string[]) =>
    admitByPage(tags, (members) => {
      const atMs = nowMs();
      return store.recordCreating({
        members,
        atMs,
        dueMs: atMs + timing.lookAfterMs,
        createdBeforeMs: atMs - timing.againAfterMs,
      });
    });

  async function* states(): AsyncGenerator<BulkState> {
    const startMs = nowMs();
    let left = options.mostMembers ?? MOST_MEMBERS;
    for (let after: string | undefined = ""; after !== undefined;) {
      const page = await store.absentMembers({
        after,
        limit: MEMBERS_AT_ONCE,
        missedBeforeMs: startMs - timing.missedForMs,
        createdBeforeMs: startMs - timing.againAfterMs,
      });
      after = page.next;
      const inFile = page.members.filter(({ attributes }) => isWithin(attributes, names));
      for (let from = 0; from < inFile.length; from += IDS_AT_ONCE) {
        const some = await Promise.all(inFile.slice(from, from + IDS_AT_ONCE).map(stateOf));
        for (const state of some) {
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

  return createBulkLane({
    writer: createBulkWriter({ ...options.bulk, clock, admit }),
    names: options.names,
    states,
    everyMs: timing.everyMs,
    log: options.log,
    trouble: "Members could not be created in Target; tried again later",
  });
}

function isWithin(attributes: AbsentMember["attributes"], names: readonly string[]): boolean {
  return [...attributes.keys()].every((name) => names.includes(name));
}

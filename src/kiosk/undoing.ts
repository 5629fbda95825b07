import { computed, effect, type ReadonlySignal } from "@preact/signals-core";
import type { ClockReading } from "../domain/effective-time.ts";
import type { Holds } from "../outbox/idb-holds.ts";
import type { Hold } from "./holds.ts";
import { undoAsked, undoFailed, undone } from "./undo.ts";
import type { VisitSession } from "./visit-session.ts";

export interface UndoingDeps {
  readonly session: Pick<VisitSession, "screen" | "holds" | "keptOf" | "turn">;
  readonly holds: Pick<Holds, "takeBack" | "holdUntil">;
  readonly readClock: () => ClockReading;
  /** Updates are owed no more that were. */
  readonly onTakenBack: () => void;
  /** What broke that nobody waits for. */
  readonly onError: (error: unknown) => void;
}

/** A shopper takes back what this visit has kept, before any of it is sent (rule PV5). */
export interface Undoing {
  /** Of the visit on screen; nothing where there is nothing to take back any more. */
  readonly offer: ReadonlySignal<Hold | undefined>;
  readonly undo: () => void;
}

/**
 * Taken back is all of a visit or nothing, in one durable transaction: a power cut before it leaves the
 * visit noted, one after it leaves nothing, and the screen says which only when it is done.
 */
export function createUndoing(deps: UndoingDeps): Undoing {
  const { session, holds, onError } = deps;
  /** Until when entries are held by now, where that is not as they were kept. */
  const moved = new Map<string, number>();

  const seqsOf = async (visitId: string): Promise<readonly number[]> => {
    const kept = await Promise.allSettled(session.keptOf(visitId));
    return kept.flatMap((each) => (each.status === "fulfilled" ? [each.value.seq] : []));
  };

  const move = async ({ visitId, untilMs }: Hold): Promise<void> =>
    holds.holdUntil(await seqsOf(visitId), untilMs);

  effect(() => {
    const current = session.holds.value;
    for (const hold of current) {
      const { visitId, untilMs, longestMs, undo } = hold;
      if (undo !== undefined || untilMs === (moved.get(visitId) ?? longestMs)) continue;
      moved.set(visitId, untilMs);
      // Where it fails they are held for longer, and no longer than 45 s.
      move(hold).catch(onError);
    }
    for (const visitId of moved.keys()) {
      if (!current.some((hold) => hold.visitId === visitId)) moved.delete(visitId);
    }
  });

  const takeBack = async (visitId: string): Promise<boolean> =>
    holds.takeBack(await seqsOf(visitId), deps.readClock);

  const offer = computed(() => {
    const screen = session.screen.value;
    return screen.state === "thanked"
      ? session.holds.value.find(({ visitId }) => visitId === screen.visitId)
      : undefined;
  });

  return {
    offer,
    undo() {
      const hold = offer.peek();
      if (hold === undefined || hold.undo !== undefined) return;
      const { visitId } = hold;
      session.turn(undoAsked);
      takeBack(visitId).then(
        (isTakenBack) => {
          if (isTakenBack) deps.onTakenBack();
          session.turn(isTakenBack ? undone(visitId) : undoFailed(visitId));
        },
        (error: unknown) => {
          onError(error);
          session.turn(undoFailed(visitId));
        },
      );
    },
  };
}

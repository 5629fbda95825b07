import type { Clock } from "../../domain/clock.ts";
import { createLoad } from "./load.ts";
import { createSentAway } from "./sent-away.ts";
import { createServiceRate } from "./service-rate.ts";
import { createTurns, type Waiting } from "./turns.ts";

/** How a batch that was let in ended. */
export type Ending =
  /** On disk. */
  | "kept"
  /** The store could not. */
  | "trouble"
  /** Refused by name. */
  | "refused";

/** A batch that was let in. */
export interface Ticket {
  /** Its body has come. Resolves when it is its turn; with false when it ended before that. */
  readonly turn: () => Promise<boolean>;
  /** Only the first word counts. */
  readonly end: (ending: Ending) => void;
  /** Its kiosk is gone. What is at work goes on to its end; anything else ends here. */
  readonly hungUp: () => void;
}

export type Asked =
  | { readonly type: "admitted"; readonly ticket: Ticket }
  | { readonly type: "sent-away"; readonly retryAfterSeconds: number };

/** Decides, before a byte of a batch is read, whether it is let in. */
export interface Admission {
  /**
   * @param kiosk as the request claims; nothing is proven yet, and nothing is done in its name but that
   *   its own place is taken
   * @param bytes of the body, as announced
   */
  readonly ask: (kiosk: string, bytes: number) => Asked;
  /** When a kiosk whose batch the store could not keep is to come back, in seconds; drawn anew each time. */
  readonly retryAfterSeconds: () => number;
  readonly figures: () => AdmissionFigures;
}

export interface AdmissionFigures {
  /** Batches that wait for their turn, and those worked on. */
  readonly waiting: number;
  readonly atWork: number;
  /** How long a batch that came now would wait, as measured, in milliseconds. */
  readonly queueMs: number;
  /** Kiosks that were told to come back and are still expected. */
  readonly expected: number;
  /** Batches let in, and sent away, since the start. */
  readonly admitted: number;
  readonly sentAway: number;
}

/** Ours: what may wait before the store; a kiosk gives up after 30 s. Who was sent away first may wait twice as long. */
const QUEUE_MS = 1_000;

/** Ours: so many kiosks are let in however slow the store was last: how else would it be measured again. */
const ALWAYS_KIOSKS = 8;

/** Ours: what is held of admitted bodies at most, however fast the store is. */
const MAX_BYTES = 33_554_432;

/** Ours: the shortest and the longest time a fleet is spread over. Nothing lies idle longer than the latter. */
const MIN_SPREAD_MS = 1_000;
const MAX_SPREAD_MS = 60_000;

/** Ours: the first spread after the store was in trouble; longer trouble spreads by its length. */
const MIN_TROUBLE_SPREAD_MS = 5_000;

/**
 * Ours: how long after its time a kiosk keeps its place. It adds a quarter to what it was told (rule FL3),
 * and may have to look for a network.
 */
const KEEPS_PLACE_MS = 30_000;

/**
 * The limit that all kiosks share.
 *
 * **How much is let in** goes by time, not by number: as many bytes as the store was seen to take in
 * `QUEUE_MS`. The rest is told when to come back: by then, all that was told so before it will have been
 * taken in, at the pace measured. That instant is drawn from the second half of the wait, so that the
 * more wait the longer and the wider they are spread, and one slow answer makes no wave.
 *
 * **Nobody starves.** A kiosk that was sent away keeps the place it then got, until it is let in. The
 * earlier the place, the more of the queue may be full when it asks. And one batch beyond all limits is
 * let in from whoever is first, one at a time. A kiosk that goes on asking becomes the first, since
 * each one before it is let in or stops asking, and then nobody else can take that batch's room: it is
 * let in when the batch of the one before has ended.
 */
export function createAdmission({
  clock,
  random,
}: {
  readonly clock: Pick<Clock, "monoMs">;
  /** Uniform draw in [0, 1). */
  readonly random: () => number;
}): Admission {
  const rate = createServiceRate(clock);
  const turns = createTurns();
  const sentAway = createSentAway();
  const load = createLoad(clock);
  /** From whoever was first, beyond all limits. */
  let extra: Waiting | undefined;
  let troubleSinceMs: number | undefined;
  const counts = { admitted: 0, sentAway: 0 };

  const queueMs = () => Math.max(load.bytes() / rate.bytesPerMs(), rate.stalledMs());

  const isLetIn = (kiosk: string, bytes: number): boolean => {
    if (load.bytes() + bytes > MAX_BYTES) return false;
    if (load.kiosks() < ALWAYS_KIOSKS) return true;
    return queueMs() <= QUEUE_MS * (2 - sentAway.shareBefore(kiosk));
  };

  /** Over how long those are spread before whom this share of all who were sent away stands. */
  const spreadMs = (shareBefore: number): number => {
    const aheadBytes = load.bytes() + sentAway.bytes() * shareBefore;
    const troubleMs =
      troubleSinceMs === undefined
        ? 0
        : Math.max(MIN_TROUBLE_SPREAD_MS, clock.monoMs() - troubleSinceMs);
    const wantedMs = Math.max(aheadBytes / rate.bytesPerMs(), rate.stalledMs(), troubleMs);
    return Math.min(MAX_SPREAD_MS, Math.max(MIN_SPREAD_MS, wantedMs));
  };
  const drawSeconds = (ms: number) => Math.ceil((ms * (1 + random())) / 2_000);

  const sendAway = (kiosk: string, bytes: number): Asked => {
    counts.sentAway += 1;
    const retryAfterSeconds = drawSeconds(spreadMs(sentAway.shareBefore(kiosk)));
    const comesWithinMs = retryAfterSeconds * 1_250 + KEEPS_PLACE_MS;
    sentAway.note(kiosk, bytes, clock.monoMs() + comesWithinMs);
    return { type: "sent-away", retryAfterSeconds };
  };

  const letIn = (kiosk: string, bytes: number) => {
    counts.admitted += 1;
    const turn = Promise.withResolvers<boolean>();
    let isAtWork = false;
    let hasEnded = false;
    const batch: Waiting = {
      kiosk,
      bytes,
      start: () => {
        isAtWork = true;
        rate.begun();
        turn.resolve(true);
      },
    };
    load.arriving(batch);
    const ticket: Ticket = {
      turn: () => {
        if (!hasEnded) {
          load.arrived(batch);
          turns.join(batch);
        }
        return turn.promise;
      },
      end: (ending) => {
        if (hasEnded) return;
        hasEnded = true;
        if (ending === "kept") troubleSinceMs = undefined;
        if (ending === "trouble") troubleSinceMs ??= clock.monoMs();
        load.gone(batch);
        turns.leave(batch);
        if (isAtWork) rate.ended(ending === "kept" ? bytes : undefined, turns.isFull());
        turn.resolve(false);
      },
      hungUp: () => {
        if (!isAtWork) ticket.end("refused");
      },
    };
    return { batch, ticket };
  };

  return {
    ask: (kiosk, bytes) => {
      sentAway.prune(clock.monoMs());
      const hasRoom = isLetIn(kiosk, bytes);
      const isExtraFree = extra === undefined || !load.counts(extra);
      if (!hasRoom && !(isExtraFree && sentAway.isFirst(kiosk))) return sendAway(kiosk, bytes);
      sentAway.forget(kiosk);
      const { batch, ticket } = letIn(kiosk, bytes);
      if (!hasRoom) extra = batch;
      return { type: "admitted", ticket };
    },
    retryAfterSeconds: () => drawSeconds(spreadMs(1)),
    figures: () => ({
      waiting: turns.waiting(),
      atWork: turns.atWork(),
      queueMs: queueMs(),
      expected: sentAway.size(),
      ...counts,
    }),
  };
}

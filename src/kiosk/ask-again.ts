import { effect } from "@preact/signals-core";
import type { KioskConfig } from "../contract/kiosk-config.ts";
import type { Card } from "../domain/card.ts";
import type { Clock } from "../domain/clock.ts";
import type { CardMemory, RestingTimes } from "./card-memory.ts";
import type { Screen } from "./visit.ts";
import type { TakenCard, Turn } from "./visit-extension.ts";
import type { VisitSession } from "./visit-session.ts";

export interface AskAgainDeps {
  readonly session: Pick<VisitSession, "screen" | "config" | "turn">;
  readonly openMemory: () => Promise<CardMemory>;
  /** Deletes what an earlier configuration left. */
  readonly forgetAll: () => void;
  readonly clock: Clock;
  /** What broke that nobody waits for. */
  readonly onError: (error: unknown) => void;
}

/** Which questions were put to a card lately, and rest (rule PV7). */
export interface AskAgain {
  /** A card was read: looks up what rests for it. Neither scan nor thanks wait for that. */
  readonly read: (taken: Pick<TakenCard, "visitId" | "card">) => void;
  /** Who withdraws is not remembered either. */
  readonly forgetCard: (card: Card) => void;
}

const DAY_MS = 86_400_000;

/** Ours: what expired is gone within the hour. */
const PRUNE_EVERY_MS = 3_600_000;

/** Ours: visits whose scans may still be on their way to the disk. */
const MAX_READ = 8;

/** What is known of a visit until its screen is left. */
interface ReadVisit {
  readonly visitId: string;
  readonly name: Promise<string>;
  /** Once it was looked up. */
  resting: readonly string[];
  isShown: boolean;
  /** The question on screen, by its place. */
  question: number | undefined;
  /** Those the shopper answered, skipped or finished at. */
  readonly asked: Set<string>;
}

/**
 * A question counts as asked once the shopper moved on from it: answered, skipped or finished. One that
 * nobody touched is asked again, and so are those of a visit that was undone. It is noted when the visit's
 * screen is left, so that nothing of an undone one ever is.
 *
 * Without `askAgainDays` in the configuration there is no memory, and what an earlier one left is deleted.
 */
export function createAskAgain(deps: AskAgainDeps): AskAgain {
  const { session, clock, onError } = deps;
  let memory: Promise<CardMemory> | undefined;
  let pruneAtMs = 0;
  let visits: readonly ReadVisit[] = [];

  const open = (): Promise<CardMemory> => {
    const opening = (memory ??= deps.openMemory());
    // One that did not open is tried again with the next card.
    opening.catch(() => {
      if (memory === opening) memory = undefined;
    });
    return opening;
  };

  /** Pruned before, for with the last of what it remembered a memory's key goes, and all names with it. */
  const nameOf = async ({ visitor }: Card, times: RestingTimes): Promise<string> => {
    const opened = await open();
    if (clock.monoMs() >= pruneAtMs) {
      pruneAtMs = clock.monoMs() + PRUNE_EVERY_MS;
      await opened.prune(Math.max(...times.values()), clock.wallMs());
    }
    return opened.nameOf(visitor);
  };

  const look = async (visit: ReadVisit, times: RestingTimes): Promise<void> => {
    const name = await visit.name;
    visit.resting = await (await open()).resting(name, times, clock.wallMs());
    rest(visit, session.screen.peek());
  };

  const note = async ({ name, asked }: ReadVisit): Promise<void> => {
    const times = restingTimes(session.config.peek());
    const questionIds = [...asked].filter((id) => times.has(id));
    if (questionIds.length === 0) return;
    await (await open()).remember(await name, questionIds, clock.wallMs());
  };

  const rest = ({ visitId, resting }: ReadVisit, screen: Screen): void => {
    if (resting.length === 0 || screen.state !== "thanked" || screen.visitId !== visitId) return;
    // Only in time: a question that is on screen already stays there.
    if (screen.step === "thanks" && screen.notAsked === undefined) {
      session.turn(notAsking(visitId, resting));
    }
  };

  const follow = (visit: ReadVisit, screen: Screen): void => {
    if (screen.state !== "thanked" || screen.step === "duplicate") return;
    const next = screen.step === "question" ? screen.index : undefined;
    const { question } = visit;
    if (question !== undefined && question !== next) {
      const left = session.config.peek().questions[question];
      if (left !== undefined) visit.asked.add(left.id);
    }
    visit.question = next;
  };

  effect(() => {
    if (restingTimes(session.config.value).size > 0) return;
    memory?.then(({ close }) => close()).catch(onError);
    memory = undefined;
    deps.forgetAll();
  });

  effect(() => {
    const screen = session.screen.value;
    const visitId = screen.state === "thanked" ? screen.visitId : undefined;
    for (const visit of visits) {
      if (visit.visitId === visitId) {
        visit.isShown = true;
        follow(visit, screen);
        rest(visit, screen);
      } else if (visit.isShown) {
        visits = visits.filter((each) => each !== visit);
        if (!isUndone(screen)) note(visit).catch(onError);
      }
    }
  });

  return {
    read({ visitId, card }) {
      const times = restingTimes(session.config.peek());
      if (times.size === 0) return;
      const visit: ReadVisit = {
        visitId,
        name: nameOf(card, times),
        resting: [],
        isShown: false,
        question: undefined,
        asked: new Set(),
      };
      visits = [...visits.slice(1 - MAX_READ), visit];
      look(visit, times).catch(onError);
    },

    forgetCard({ visitor }) {
      if (restingTimes(session.config.peek()).size === 0) return;
      open()
        .then(async ({ nameOf, forget }) => forget(await nameOf(visitor)))
        .catch(onError);
    },
  };
}

/** Whose visit was taken back sees this screen next: that they were asked is forgotten with it (rule PV5). */
function isUndone({ state }: { readonly state: string }): boolean {
  return state === "declined";
}

function notAsking(visitId: string, questionIds: readonly string[]): Turn {
  return (visit) => {
    const { screen } = visit;
    return screen.state === "thanked" && screen.visitId === visitId
      ? { ...visit, screen: { ...screen, notAsked: questionIds } }
      : visit;
  };
}

function restingTimes({ questions }: KioskConfig): RestingTimes {
  return new Map(
    questions.flatMap(({ id, askAgainDays }) =>
      askAgainDays === undefined ? [] : [[id, askAgainDays * DAY_MS] as const],
    ),
  );
}

import { signal, type ReadonlySignal } from "@preact/signals-core";
import { SESSION_PATH, SessionAnswer } from "../contract/admin.ts";
import { ALLOWANCE_PATH, Allowance } from "../contract/allowance.ts";
import { JOURNEYS_PATH, Journey } from "../contract/journey.ts";
import { KIOSKS_PATH, KioskStates, type KioskState } from "../contract/kiosk-state.ts";
import { OVERVIEW_PATH, Overview } from "../contract/overview.ts";
import { NOTHING, type Answer, type Api, type Shape } from "./api.ts";
import { createLive, LOOK_EVERY_MS, type LiveDeps } from "./live.ts";
import { offersFor } from "./offers.ts";

/** Ours: a bar of the day's calls is half an hour, so once a minute is often. */
const ALLOWANCE_EVERY_MS = 60_000;

/** Ours: the whole list is long, and somebody reads in it. */
const ALL_KIOSKS_EVERY_MS = 15_000;

/** Who sits here. */
export type Who =
  /** It was not asked yet, or nobody answers. */
  | { readonly type: "unknown"; readonly isUnreachable: boolean }
  | { readonly type: "nobody"; readonly hasEnded: boolean }
  | { readonly type: "somebody"; readonly session: SessionAnswer };

/** Whether what is shown is what is so. */
export type Freshness =
  | { readonly type: "live" }
  /** The last looks were in vain. */
  | { readonly type: "unreachable" }
  /** The proxy answers in another version of the contract. */
  | { readonly type: "unreadable" };

/** What the screens show and ask for. */
export interface Desk {
  readonly who: ReadonlySignal<Who>;
  readonly overview: ReadonlySignal<Overview | undefined>;
  readonly allowance: ReadonlySignal<Allowance | undefined>;
  /** Every kiosk, once that was asked for. */
  readonly allKiosks: ReadonlySignal<readonly KioskState[] | undefined>;
  readonly freshness: ReadonlySignal<Freshness>;
  /** When the figures were last heard, by this machine's clock. */
  readonly heardMs: ReadonlySignal<number | undefined>;
  /** How far the proxy's clock is ahead of this machine's. */
  readonly aheadMs: ReadonlySignal<number>;

  readonly signIn: (token: string) => Promise<Answer<SessionAnswer>>;
  readonly signOut: () => Promise<void>;
  readonly findJourney: (card: string) => Promise<Answer<Journey>>;
  readonly showAllKiosks: (all: boolean) => void;
  /** Does something to the proxy and shows what became of it at once. */
  readonly act: <T>(path: string, body: unknown, shape: Shape<T>) => Promise<Answer<T>>;
  /** Asks for something that is not asked for again and again. */
  readonly ask: Api["get"];
  readonly lookNow: () => void;
  /** Finds out who sits here, and goes on from there. */
  readonly open: () => Promise<void>;
}

export interface DeskDeps extends Omit<LiveDeps, "look" | "everyMs"> {
  readonly api: Api;
  readonly wallMs: () => number;
}

export function createDesk(deps: DeskDeps): Desk {
  const { api, wallMs } = deps;
  const who = signal<Who>({ type: "unknown", isUnreachable: false });
  const overview = signal<Overview | undefined>(undefined);
  const allowance = signal<Allowance | undefined>(undefined);
  const allKiosks = signal<readonly KioskState[] | undefined>(undefined);
  const freshness = signal<Freshness>({ type: "live" });
  const heardMs = signal<number | undefined>(undefined);
  const aheadMs = signal(0);

  /** Rises with everybody who comes or goes: what was asked for somebody else is nobody's. */
  let sitting = 0;

  /**
   * A look at one address, which keeps what it gives; a session that has ended ends here. Gives nothing
   * when somebody left while the answer was on its way.
   */
  const looking =
    <T>(path: string, shape: Shape<T>, keep: (value: T) => void) =>
    async (): Promise<Answer<T>["type"] | undefined> => {
      const mine = sitting;
      const answer = await api.get(path, shape);
      if (mine !== sitting) return undefined;
      if (answer.type === "value") keep(answer.value);
      if (answer.type === "refused" && answer.code === "unauthorized") {
        leave(true);
        return undefined;
      }
      return answer.type;
    };
  const isHeard = (type: Answer<unknown>["type"] | undefined) =>
    type === "value" || type === "unchanged";

  const lookAtOverview = looking(OVERVIEW_PATH, Overview, (value) => {
    overview.value = value;
    aheadMs.value = value.atMs - wallMs();
  });
  const lookAtAllowance = looking(ALLOWANCE_PATH, Allowance, (value) => {
    allowance.value = value;
  });
  const lookAtKiosks = looking(KIOSKS_PATH, KioskStates, (value) => {
    allKiosks.value = value.kiosks;
  });
  const figures = createLive({
    ...deps,
    everyMs: LOOK_EVERY_MS,
    look: async () => {
      const type = await lookAtOverview();
      if (type === undefined) return false;
      if (isHeard(type)) heardMs.value = wallMs();
      freshness.value = isHeard(type)
        ? { type: "live" }
        : { type: type === "unreadable" ? "unreadable" : "unreachable" };
      return isHeard(type);
    },
  });
  const calls = createLive({
    ...deps,
    everyMs: ALLOWANCE_EVERY_MS,
    look: async () => isHeard(await lookAtAllowance()),
  });
  const kiosks = createLive({
    ...deps,
    everyMs: ALL_KIOSKS_EVERY_MS,
    look: async () => isHeard(await lookAtKiosks()),
  });

  function enter(session: SessionAnswer): void {
    sitting += 1;
    who.value = { type: "somebody", session };
    figures.start();
    if (offersFor(session.role).chain) calls.start();
  }

  /** Whoever sits here next sees nothing of it. */
  function leave(hasEnded: boolean): void {
    sitting += 1;
    for (const live of [figures, calls, kiosks]) live.stop();
    api.forget();
    overview.value = undefined;
    allowance.value = undefined;
    allKiosks.value = undefined;
    heardMs.value = undefined;
    freshness.value = { type: "live" };
    who.value = { type: "nobody", hasEnded };
  }

  return {
    who,
    overview,
    allowance,
    allKiosks,
    freshness,
    heardMs,
    aheadMs,
    signIn: async (token) => {
      const answer = await api.send("POST", SESSION_PATH, { token }, SessionAnswer);
      if (answer.type === "value") enter(answer.value);
      return answer;
    },
    signOut: async () => {
      await api.send("DELETE", SESSION_PATH, undefined, NOTHING);
      leave(false);
    },
    findJourney: (card) =>
      api.send("POST", JOURNEYS_PATH, { visitor: { kind: "member", value: card } }, Journey),
    showAllKiosks: (all) => {
      if (all) return kiosks.start();
      kiosks.stop();
      allKiosks.value = undefined;
    },
    act: async (path, body, shape) => {
      const answer = await api.send("POST", path, body, shape);
      if (answer.type === "refused" && answer.code === "unauthorized") leave(true);
      else figures.lookNow();
      return answer;
    },
    ask: api.get,
    lookNow: () => {
      for (const live of [figures, calls, kiosks]) live.lookNow();
    },
    open: async () => {
      const answer = await api.get(SESSION_PATH, SessionAnswer);
      if (answer.type === "value") enter(answer.value);
      else if (answer.type === "refused") leave(false);
      else who.value = { type: "unknown", isUnreachable: true };
    },
  };
}

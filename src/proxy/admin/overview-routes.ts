import type { FastifyInstance } from "fastify";
import type { Role } from "../../contract/admin.ts";
import { ALLOWANCE_PATH, ALLOWANCE_STEP_MS, type Allowance } from "../../contract/allowance.ts";
import { KIOSKS_PATH, type KioskStates } from "../../contract/kiosk-state.ts";
import { MATCH_RATE_PATH, MatchRateQuery, type MatchRate } from "../../contract/match-rate.ts";
import { OVERVIEW_INCIDENTS, OVERVIEW_PATH } from "../../contract/overview.ts";
import type { Clock } from "../../domain/clock.ts";
import { allowanceForecast } from "../allowance-forecast.ts";
import { whereOf } from "../issue-words.ts";
import { replyProblem } from "../problem-reply.ts";
import type { Store, StoreFigures } from "../store/store.ts";
import { allowanceSteps } from "./allowance-steps.ts";
import { chainOverview, kioskStates, storeOverview } from "./overview.ts";

export interface OverviewRoutesDeps {
  readonly store: Pick<Store, "incidents" | "matchRate" | "storeScans" | "chargedCalls">;
  /** One reading, the same that `/metrics` shows. */
  readonly figures: () => Promise<StoreFigures>;
  /** Calls allowed in any rolling 24 hours. */
  readonly allowed: number;
  /** The ledger's time now. */
  readonly ledgerMs: () => number;
  readonly clock: Pick<Clock, "wallMs">;
}

const DAY_MS = 86_400_000;

/** Ours: days of a match rate, where nothing is said. */
const MATCH_DAYS = 7;

/** Ours: incidents looked through for the open ones; what is open is among the newest. */
const MAX_LOOKED_THROUGH = 500;

const ALL_ROLES = ["viewer", "marketer", "operator", "privacy", "store"] as const;
const OF_THE_CHAIN: readonly Role[] = ["viewer", "marketer", "operator", "privacy"];
const BY_STORE = { access: ALL_ROLES, isByStore: true } as const;

/** What operations look at first, and the figures behind it (rules OP1, OP2, OP3). */
export function routeOverview(admin: FastifyInstance, deps: OverviewRoutesDeps): void {
  const { store, allowed, clock } = deps;

  admin.get(OVERVIEW_PATH, { config: BY_STORE }, async ({ actor }) => {
    const figures = await deps.figures();
    const storeId = actor?.storeId;
    const newest = await store.incidents(MAX_LOOKED_THROUGH, storeId);
    const open = newest.filter((incident) => incident.open);
    const list = open.slice(0, OVERVIEW_INCIDENTS);
    if (storeId === undefined) {
      return chainOverview({ figures, allowed, incidents: { open: figures.openIncidents, list } });
    }
    const scans = await store.storeScans(figures.atMs, storeId);
    return storeOverview({ figures, incidents: { open: open.length, list } }, storeId, scans);
  });

  admin.get(
    KIOSKS_PATH,
    { config: { access: ["viewer", "operator", "store"], isByStore: true } },
    async ({ actor }) => {
      const { kiosks, atMs } = await deps.figures();
      const storeId = actor?.storeId;
      const seen = kiosks.filter((kiosk) => storeId === undefined || kiosk.storeId === storeId);
      return { atMs, kiosks: kioskStates(seen, atMs) } satisfies KioskStates;
    },
  );

  admin.get(ALLOWANCE_PATH, { config: { access: OF_THE_CHAIN } }, async () => {
    const figures = await deps.figures();
    const { minutes, ledgerMs } = await store.chargedCalls(deps.ledgerMs());
    return {
      atMs: figures.atMs,
      allowed,
      used: figures.allowanceUsed,
      forecast: allowanceForecast(figures, allowed),
      stepMs: ALLOWANCE_STEP_MS,
      steps: allowanceSteps(minutes, ledgerMs, figures.atMs),
    } satisfies Allowance;
  });

  admin.get(MATCH_RATE_PATH, { config: BY_STORE }, async ({ actor, query }, reply) => {
    const asked = MatchRateQuery.safeParse(query);
    if (!asked.success) {
      return replyProblem(reply, "invalid-query", `${whereOf(asked.error)}.`);
    }
    const atMs = clock.wallMs();
    const days = Number(asked.data.days ?? MATCH_DAYS);
    const sinceDay = Math.floor(atMs / DAY_MS) - days + 1;
    const counts = await store.matchRate(sinceDay, actor?.storeId);
    return {
      atMs,
      fromMs: sinceDay * DAY_MS,
      days,
      stores: [...counts.stores],
      questions: [...counts.questions],
    } satisfies MatchRate;
  });
}

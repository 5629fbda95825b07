import * as z from "zod/mini";
import { Incident, Outcomes } from "./admin.ts";
import { AllowanceFigures } from "./allowance.ts";
import { ForwardingState } from "./forwarding.ts";
import { HelpCall } from "./help-call.ts";
import { KioskState } from "./kiosk-state.ts";

/**
 * On the admin listener: `GET` all that an operator looks at first, in one reading of the figures that
 * `/metrics` shows. Where that takes the database long, the same reading is told for a while: `atMs` says
 * of when it is.
 */
export const OVERVIEW_PATH = "/v1/overview";

/** Ours: rows of the lists in it; the numbers beside them count all. */
export const OVERVIEW_KIOSKS = 200;
export const OVERVIEW_INCIDENTS = 20;
export const OVERVIEW_HELP_CALLS = 50;

/** What became of the scans that took effect in an hour or a day (UTC) that begins at `fromMs`. */
export const OutcomesSlot = z.extend(Outcomes, { fromMs: z.number() });
export type OutcomesSlot = z.infer<typeof OutcomesSlot>;

/** Visitors that owe Target something. */
export const BacklogLane = z.object({
  visitors: z.int(),
  /** Age of what the oldest of them owes; 0 when there is none. */
  oldestAgeMs: z.number(),
});
export type BacklogLane = z.infer<typeof BacklogLane>;

export const Backlog = z.extend(BacklogLane, {
  /** `fresh` was scanned within the last minutes, and goes first; together they are all. */
  lanes: z.object({ fresh: BacklogLane, backlog: BacklogLane }),
  /** By age, youngest first, each class from where the one before it ends; together they are all. */
  ages: z.array(
    z.object({
      /** Up to this age; absent in the last class, which has no end. */
      upToMs: z.optional(z.int()),
      fresh: z.int(),
      backlog: z.int(),
    }),
  ),
  /** Not in Target, and looked for. */
  absent: z.int(),
  /** Looked for in vain for the whole term, at rest until they are scanned again. */
  unknown: z.int(),
});
export type Backlog = z.infer<typeof Backlog>;

/** What is of the whole chain, and no store's. */
export const ChainOverview = z.object({
  allowance: AllowanceFigures,
  forwarding: ForwardingState,
  backlog: Backlog,
  deadLetters: z.object({
    visitors: z.int(),
    /** By class of the reason, most first; together they are all. */
    byClass: z.array(z.object({ class: z.string(), visitors: z.int() })),
  }),
  /** Updates beyond a kiosk's pace that wait for an operator. */
  heldUpdates: z.int(),
});
export type ChainOverview = z.infer<typeof ChainOverview>;

export const Overview = z.object({
  /** When it was read, in proxy time. */
  atMs: z.number(),
  /** Everything in here is of this store alone: the answer to the role `store`. */
  storeId: z.optional(z.string()),
  /** Of the last 7 days, UTC. The first number of the console. */
  scans: Outcomes,
  /** Oldest first, none left out: the last 24 hours and the last 7 days, the running ones included. */
  hours: z.array(OutcomesSlot),
  days: z.array(OutcomesSlot),
  kiosks: z.object({
    /** That may send and were ever heard of. */
    known: z.int(),
    silent: z.int(),
    /** Updates all of them said they still owe. */
    owed: z.int(),
    /** That take no cards, by their last word; absent in the answer of an older proxy. */
    outOfService: z.optional(z.int()),
    /** Those to look after first: silent ones, those that take no cards, then by what they owe. At most `OVERVIEW_KIOSKS`. */
    list: z.array(KioskState),
  }),
  incidents: z.object({
    open: z.int(),
    /** The newest open ones, at most `OVERVIEW_INCIDENTS`. */
    list: z.array(Incident),
  }),
  help: z.object({
    /** Kiosks at which somebody waits for help. */
    open: z.int(),
    /** Those who have waited longest, at most `OVERVIEW_HELP_CALLS`. */
    list: z.array(HelpCall),
  }),
  /** Absent for the role `store`. */
  chain: z.optional(ChainOverview),
});
export type Overview = z.infer<typeof Overview>;

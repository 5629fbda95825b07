import { setTimeout as delay } from "node:timers/promises";
import fastify, { type FastifyInstance } from "fastify";
import type { Clock } from "../domain/clock.ts";
import type { VisitorId } from "../domain/visitor-id.ts";
import { createAuthentication, type Authentication } from "./authentication.ts";
import { createBulk } from "./bulk/bulk.ts";
import type { BatchReport } from "./bulk/batches.ts";
import { routeBulk } from "./bulk/bulk-routes.ts";
import type { BulkTuningChanges } from "./bulk/bulk-tuning.ts";
import { createCallLog, type Call } from "./call-log.ts";
import { routeControl } from "./control-routes.ts";
import { DEMO_BROWSER, DEMO_CLIENT, DEMO_VISITORS } from "./demo-visitors.ts";
import {
  readMeter,
  seed,
  tune,
  type EmulatorState,
  type MeterReading,
  type OverLimit,
  type Seed,
  type TuningChanges,
} from "./emulator-state.ts";
import { createFaults, FaultList } from "./faults.ts";
import { routeFetch } from "./fetch-route.ts";
import { createMeter, DEFAULT_LIMIT } from "./meter.ts";
import { createMovableClock, type MovableClock } from "./movable-clock.ts";
import { createProfiles, type StoredProfile } from "./profiles.ts";
import { propagationFrom, type Propagation, type PropagationPreset } from "./propagation.ts";
import { takeBodies } from "./request-body.ts";
import { createSeconds, type Second } from "./seconds.ts";
import type { SiteVisit } from "./sessions.ts";
import { createSwitches, setSwitches, type Switches } from "./switches.ts";
import type { TargetId } from "./target-id.ts";
import { routeTime } from "./time-route.ts";
import { routeToken } from "./token-route.ts";
import { routeUpdate } from "./update-route.ts";

export { DEMO_BROWSER, DEMO_CLIENT, DEMO_VISITORS };

export interface EmulatorOptions {
  readonly clock: Clock;
  /** Answers to this client code, and to the literal `client`. */
  readonly client?: string;
  /** Known from the start. */
  readonly visitors?: readonly VisitorId[];
  /** Asked of every request to a profile API when given. */
  readonly token?: string;
  readonly limit?: number;
  /** The switch of that name; `switches` wins. */
  readonly overLimit?: OverLimit;
  /** Where undocumented behaviours stand from the start; the rest at their defaults. */
  readonly switches?: Partial<Switches>;
  /** How long until an acknowledged update takes effect; `short` unless given. */
  readonly propagation?: Propagation | PropagationPreset;
  /** How batches are worked off, and where their status is asked for. */
  readonly bulk?: BulkTuningChanges;
  /** Uniform draw in [0, 1): propagation delays, shares of faults, moments of syncing. */
  readonly random?: () => number;
  /** How a fault's delay passes; real milliseconds unless given. */
  readonly sleep?: (delayMs: number) => Promise<unknown>;
}

/** A Target to develop and test against, and the hand that moves it. */
export interface Emulator {
  /** Not yet listening. */
  readonly app: FastifyInstance;
  readonly nowMs: () => number;
  readonly advance: (byMs: number) => void;
  readonly setTime: (toMs: number) => void;
  /** What a visit to the site does: creates the profile if need be. */
  readonly visitSite: (
    visitor: VisitorId,
    attributes?: Readonly<Record<string, string>>,
    modifiedAtMs?: number,
  ) => void;
  /** One page view of a session of 30 minutes, with two ids or three; see `sessions.ts`. */
  readonly visit: (visit: SiteVisit) => void;
  /** Makes many visitors known at once. */
  readonly seed: (seeds: readonly Seed[]) => void;
  readonly profile: (id: TargetId) => StoredProfile | undefined;
  readonly calls: () => readonly Call[];
  readonly batches: () => readonly BatchReport[];
  /** Calls per second, oldest first. */
  readonly seconds: () => readonly Second[];
  readonly meter: () => MeterReading;
  /** The same objects as `POST /_emulator/faults` takes; throws on a wrong one. */
  readonly inject: (...faults: readonly object[]) => void;
  readonly clearFaults: () => void;
  readonly tune: (changes: TuningChanges) => void;
  /** Moves switches; throws on a wrong name or position. */
  readonly switch: (changes: Partial<Switches>) => void;
  /** To be looked at and changed: on or off, which token. */
  readonly authentication: Authentication;
  /** Begins anew, as it was created. */
  readonly reset: () => void;
}

const DEMO_KNOWN: readonly VisitorId[] = [
  ...DEMO_VISITORS.map((value) => ({ kind: "member" as const, value })),
  { kind: "browser", value: DEMO_BROWSER },
];

/**
 * Target's profile APIs, in memory.
 *
 * Does what Adobe documents, and where that is silent, the least helpful thing it leaves room for.
 */
export function createEmulator(options: EmulatorOptions): Emulator {
  const clock = createMovableClock(options.clock);
  const state = createState(options, clock);
  seedFromOptions(options, state);

  return {
    app: createApp(state, clock),
    nowMs: clock.nowMs,
    advance: clock.advance,
    setTime: clock.set,
    visitSite: (visitor, attributes = {}, modifiedAtMs = clock.nowMs()) =>
      state.profiles.write(visitor, attributes, modifiedAtMs),
    visit: state.profiles.visit,
    seed: (seeds) => seed(state, seeds),
    profile: (id) => state.profiles.read(id, clock.nowMs()),
    calls: state.calls.list,
    batches: state.bulk.batches.list,
    seconds: () => state.seconds.list(Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY),
    meter: () => readMeter(state),
    inject: (...faults) => state.faults.inject(FaultList.parse(faults)),
    clearFaults: state.faults.clear,
    tune: (changes) => void tune(state, changes),
    switch: (changes) => void setSwitches(state.switches, changes),
    authentication: state.authentication,
    reset: state.reset,
  };
}

function createState(options: EmulatorOptions, clock: MovableClock): EmulatorState {
  const { nowMs } = clock;
  const random = options.random ?? Math.random;
  const client = options.client ?? DEMO_CLIENT;
  const switches = switchesFrom(options);
  const bulk = createBulk({
    client,
    nowMs,
    random,
    switches,
    propagation: () => state.tuning.propagation,
    isKnown: (visitor) => state.profiles.isKnown(visitor),
    tuning: options.bulk,
  });
  const state: EmulatorState = {
    client,
    nowMs,
    profiles: createProfiles({ nowMs, switches, random, backlog: bulk.batches.backlog }),
    calls: createCallLog(),
    seconds: createSeconds(),
    faults: createFaults({ nowMs, random }),
    meter: createMeter(),
    fetchMeter: createMeter(),
    bulk,
    tuning: tuningFrom(options),
    switches,
    authentication: createAuthentication(client, options.token),
    random,
    sleep: options.sleep ?? delay,
    reset: () => {
      clock.reset();
      for (const part of [state.profiles, state.calls, state.seconds, state.faults]) part.clear();
      for (const meter of [state.meter, state.fetchMeter]) meter.clear();
      Object.assign(state.switches, switchesFrom(options));
      Object.assign(state.tuning, tuningFrom(options));
      Object.assign(state.authentication, createAuthentication(state.client, options.token));
      for (const each of state.onReset) each();
      seedFromOptions(options, state);
    },
    onReset: [bulk.reset],
  };
  return state;
}

function switchesFrom({ overLimit, switches }: EmulatorOptions): Switches {
  return createSwitches({ ...(overLimit && { overLimit }), ...switches });
}

function tuningFrom({ limit, propagation }: EmulatorOptions): EmulatorState["tuning"] {
  return {
    limit: limit ?? DEFAULT_LIMIT,
    fetchesPerDay: DEFAULT_LIMIT,
    propagation: propagationFrom(propagation ?? "short"),
  };
}

function seedFromOptions({ visitors = DEMO_KNOWN }: EmulatorOptions, state: EmulatorState): void {
  for (const visitor of visitors) state.profiles.write(visitor, {}, state.nowMs());
}

/** Ours: ids of 128 characters, each percent-encoded. */
const MAX_PARAM_LENGTH = 1_024;

/** Ours: room for an address over 8 KB, so that it is Target that refuses it and not the parser. */
const MAX_HEADER_BYTES = 131_072;

/** Ours: room for a body over 60 KB, likewise. */
const BODY_LIMIT_BYTES = 1_048_576;

function createApp(state: EmulatorState, clock: MovableClock): FastifyInstance {
  const app = fastify({
    bodyLimit: BODY_LIMIT_BYTES,
    routerOptions: { maxParamLength: MAX_PARAM_LENGTH },
    http: { maxHeaderSize: MAX_HEADER_BYTES },
    forceCloseConnections: true,
  });
  app.addHook("onSend", async (_request, reply) => {
    reply.header("date", new Date(state.nowMs()).toUTCString());
  });
  app.register(async (scope) => {
    takeBodies(scope);
    scope.addHook("onSend", async (_request, reply) => {
      if (state.switches.corsHeader === "wildcard")
        reply.header("access-control-allow-origin", "*");
    });
    routeUpdate(scope, state);
    routeFetch(scope, state);
    routeToken(scope, state);
    routeTime(scope, state);
  });
  app.register(async (scope) => routeBulk(scope, state));
  app.register(async (scope) => routeControl(scope, state, clock), { prefix: "/_emulator" });
  return app;
}

import { setTimeout as delay } from "node:timers/promises";
import fastify, { type FastifyInstance } from "fastify";
import type { Clock } from "../domain/clock.ts";
import type { VisitorId } from "../domain/visitor-id.ts";
import { createBulk } from "./bulk/bulk.ts";
import type { BatchReport } from "./bulk/batches.ts";
import { routeBulk } from "./bulk/bulk-routes.ts";
import type { BulkTuningChanges } from "./bulk/bulk-tuning.ts";
import { createCallLog, type Call } from "./call-log.ts";
import { routeControl } from "./control-routes.ts";
import { DEMO_BROWSER, DEMO_CLIENT, DEMO_VISITORS } from "./demo-visitors.ts";
import { createFaults, FaultList } from "./faults.ts";
import { routeFetch } from "./fetch-route.ts";
import { createMeter, DEFAULT_LIMIT } from "./meter.ts";
import { createMovableClock } from "./movable-clock.ts";
import { createProfiles, type Propagation, type StoredProfile } from "./profiles.ts";
import { createSwitches, setSwitches, type Switches } from "./switches.ts";
import { routeTime } from "./time-route.ts";
import { routeUpdate } from "./update-route.ts";
import {
  tune,
  type EmulatorState,
  type MeterReading,
  type OverLimit,
  type TuningChanges,
} from "./emulator-state.ts";

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
  readonly propagation?: Propagation;
  /** How bulk is worked off, and where its status is asked for. */
  readonly bulk?: BulkTuningChanges;
  /** Uniform draw in [0, 1), for the propagation delay. */
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
  readonly profile: (visitor: VisitorId) => StoredProfile | undefined;
  readonly calls: () => readonly Call[];
  readonly batches: () => readonly BatchReport[];
  readonly meter: () => MeterReading;
  /** The same objects as `POST /_emulator/faults` takes; throws on a wrong one. */
  readonly inject: (...faults: readonly object[]) => void;
  readonly clearFaults: () => void;
  readonly tune: (changes: TuningChanges) => void;
  /** Moves switches; throws on a wrong name or position. */
  readonly switch: (changes: Partial<Switches>) => void;
}

/** Source: "Updates generally occur in under one hour"; a second is what a demo can wait for. */
const DEFAULT_PROPAGATION: Propagation = { minMs: 0, maxMs: 1_000 };

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
  const client = options.client ?? DEMO_CLIENT;
  const random = options.random ?? Math.random;
  const switches = createSwitches({
    ...(options.overLimit && { overLimit: options.overLimit }),
    ...options.switches,
  });
  const bulk = createBulk({
    client,
    nowMs: clock.nowMs,
    random,
    switches,
    propagation: () => state.tuning.propagation,
    isKnown: (visitor) => state.profiles.isKnown(visitor),
  });
  const state: EmulatorState = {
    client,
    token: options.token,
    nowMs: clock.nowMs,
    profiles: createProfiles({ nowMs: clock.nowMs, backlog: bulk.batches.backlog }),
    calls: createCallLog(),
    faults: createFaults(),
    meter: createMeter(),
    bulk,
    fetches: 0,
    tuning: {
      limit: options.limit ?? DEFAULT_LIMIT,
      propagation: options.propagation ?? DEFAULT_PROPAGATION,
    },
    switches,
    random,
    sleep: options.sleep ?? delay,
  };
  tune(state, { bulk: options.bulk });
  for (const visitor of options.visitors ?? DEMO_KNOWN) {
    state.profiles.write(visitor, {}, clock.nowMs());
  }

  return {
    app: createApp(state, clock),
    nowMs: clock.nowMs,
    advance: clock.advance,
    setTime: clock.set,
    visitSite: (visitor, attributes = {}, modifiedAtMs = clock.nowMs()) =>
      state.profiles.write(visitor, attributes, modifiedAtMs),
    profile: (visitor) => state.profiles.read(visitor, clock.nowMs()),
    calls: state.calls.list,
    batches: bulk.batches.list,
    meter: () => readMeter(state),
    inject: (...faults) => state.faults.inject(FaultList.parse(faults)),
    clearFaults: state.faults.clear,
    tune: (changes) => void tune(state, changes),
    switch: (changes) => void setSwitches(state.switches, changes),
  };
}

/** Ours: ids of 128 characters, each percent-encoded. */
const MAX_PARAM_LENGTH = 1_024;

/** Ours: room for an address over 8 KB, so that it is Target that refuses it and not the parser. */
const MAX_HEADER_BYTES = 131_072;

/** Ours: room for a body over 60 KB, likewise. */
const BODY_LIMIT_BYTES = 1_048_576;

function createApp(
  state: EmulatorState,
  clock: ReturnType<typeof createMovableClock>,
): FastifyInstance {
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
    routeUpdate(scope, state);
    routeFetch(scope, state);
    routeTime(scope, state);
  });
  app.register(async (scope) => routeBulk(scope, state));
  app.register(async (scope) => routeControl(scope, state, clock, () => readMeter(state)), {
    prefix: "/_emulator",
  });
  return app;
}

function readMeter(state: EmulatorState): MeterReading {
  return {
    limit: state.tuning.limit,
    inWindow: state.meter.inWindow(state.nowMs()),
    maxInAnyWindow: state.meter.maxInAnyWindow(),
    total: state.meter.total(),
    fetches: state.fetches,
    bulkCalls: state.bulk.calls.total(),
    bulkInMinute: state.bulk.calls.inMinute(state.nowMs()),
  };
}

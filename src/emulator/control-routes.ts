import type { FastifyInstance } from "fastify";
import * as z from "zod";
import type { VisitorId } from "../domain/visitor-id.ts";
import { routeBatches } from "./bulk/batch-control.ts";
import { BulkTuningChanges } from "./bulk/bulk-tuning.ts";
import { parsed } from "./control/parsed.ts";
import { routeSwitches } from "./control/switch-routes.ts";
import { tune, type EmulatorState, type MeterReading } from "./emulator-state.ts";
import { Fault, FaultList } from "./faults.ts";
import type { MovableClock } from "./movable-clock.ts";
import { SWITCHES } from "./switches.ts";

const Attributes = z.record(z.string().min(1), z.string());

/** Milliseconds since 1970, or ISO 8601 with an offset. */
const Instant = z.union([
  z.int(),
  z.iso.datetime({ offset: true }).transform((text) => Date.parse(text)),
]);

const Kind = z.enum(["member", "browser"]);

const Seed = z.strictObject({ attributes: Attributes.default({}), modifiedAt: Instant.optional() });

const SiteVisit = z.strictObject({
  kind: Kind,
  value: z.string().min(1),
  attributes: Attributes,
  modifiedAt: Instant.optional(),
});

const ClockMove = z.union([
  z.strictObject({ advanceMs: z.number() }),
  z.strictObject({ setMs: z.number() }),
]);

const Changes = z.strictObject({
  limit: z.int().min(0).optional(),
  overLimit: z.enum(SWITCHES.overLimit.values).optional(),
  bulk: BulkTuningChanges.optional(),
  propagation: z
    .strictObject({ minMs: z.number().min(0), maxMs: z.number().min(0) })
    .refine(({ minMs, maxMs }) => minMs <= maxMs, "minMs must not be above maxMs")
    .optional(),
});

/** The hand that moves the emulator, under `/_emulator/`. Described in this folder's README. */
export function routeControl(
  app: FastifyInstance,
  state: EmulatorState,
  clock: MovableClock,
  readMeter: () => MeterReading,
): void {
  app.get("/", async () => ({
    client: state.client,
    now: new Date(clock.nowMs()).toISOString(),
    meter: readMeter(),
    tuning: tune(state, {}),
    routes: ROUTES,
  }));
  app.get("/calls", async () => ({ calls: state.calls.list() }));
  app.delete("/calls", async (_request, reply) => {
    state.calls.clear();
    return reply.code(204).send();
  });
  app.get("/meter", async () => readMeter());

  routeProfiles(app, state);
  routeClock(app, clock);
  routeFaults(app, state);
  routeSwitches(app, state);
  routeBatches(app, state);
  app.put("/tuning", async (request, reply) => {
    const changes = parsed(Changes, request.body, reply);
    if (changes === undefined) return reply;
    return tune(state, changes);
  });
}

function routeProfiles(app: FastifyInstance, state: EmulatorState): void {
  app.route<{ Params: { kind: string; id: string } }>({
    method: ["PUT", "POST"],
    url: "/profiles/:kind/:id",
    handler: async (request, reply) => {
      const kind = parsed(Kind, request.params.kind, reply);
      if (kind === undefined) return reply;
      const seed = parsed(Seed, request.body ?? {}, reply);
      if (seed === undefined) return reply;
      const visitor: VisitorId = { kind, value: request.params.id };
      state.profiles.write(visitor, seed.attributes, seed.modifiedAt ?? state.nowMs());
      return reply.code(204).send();
    },
  });
  app.post("/site-visit", async (request, reply) => {
    const visit = parsed(SiteVisit, request.body, reply);
    if (visit === undefined) return reply;
    const { kind, value, attributes, modifiedAt } = visit;
    state.profiles.write({ kind, value }, attributes, modifiedAt ?? state.nowMs());
    return reply.code(204).send();
  });
}

function routeClock(app: FastifyInstance, clock: MovableClock): void {
  const reading = () => ({ now: new Date(clock.nowMs()).toISOString(), nowMs: clock.nowMs() });
  app.get("/clock", async () => reading());
  app.post("/clock", async (request, reply) => {
    const move = parsed(ClockMove, request.body, reply);
    if (move === undefined) return reply;
    if ("setMs" in move) clock.set(move.setMs);
    else clock.advance(move.advanceMs);
    return reading();
  });
}

function routeFaults(app: FastifyInstance, state: EmulatorState): void {
  app.get("/faults", async () => ({ faults: state.faults.list() }));
  app.post("/faults", async (request, reply) => {
    const faults = parsed(
      z.union([FaultList, Fault.transform((one) => [one])]),
      request.body,
      reply,
    );
    if (faults === undefined) return reply;
    state.faults.inject(faults);
    return { faults: state.faults.list() };
  });
  app.delete("/faults", async (_request, reply) => {
    state.faults.clear();
    return reply.code(204).send();
  });
}

const ROUTES = [
  "GET    /_emulator/calls",
  "DELETE /_emulator/calls",
  "GET    /_emulator/meter",
  "PUT    /_emulator/profiles/{member|browser}/{id}",
  "POST   /_emulator/site-visit",
  "GET    /_emulator/clock",
  "POST   /_emulator/clock",
  "GET    /_emulator/faults",
  "POST   /_emulator/faults",
  "DELETE /_emulator/faults",
  "PUT    /_emulator/tuning",
  "GET    /_emulator/batches",
  "POST   /_emulator/batches/{id}",
  "GET    /_emulator/switches",
  "PUT    /_emulator/switches",
];

import type { FastifyInstance } from "fastify";
import * as z from "zod";
import { MAX_CALLS } from "../call-log.ts";
import { readMeter, type EmulatorState } from "../emulator-state.ts";
import { MAX_SECONDS } from "../seconds.ts";
import { parsed } from "./parsed.ts";

const CallQuery = z.strictObject({
  after: z.coerce.number().int().min(0).optional(),
  limit: z.coerce.number().int().min(1).max(MAX_CALLS).optional(),
  visitor: z.string().min(1).optional(),
});

const SecondQuery = z.strictObject({
  after: z.coerce.number().default(Number.NEGATIVE_INFINITY),
  limit: z.coerce.number().int().min(1).max(MAX_SECONDS).default(86_400),
});

/** What arrived: call by call, by the second, and against the limit. */
export function routeCalls(app: FastifyInstance, state: EmulatorState): void {
  app.get("/calls", async (request, reply) => {
    const query = parsed(CallQuery, request.query, reply);
    if (query === undefined) return reply;
    const page = state.calls.find(query);
    // Who asked for everything has no use for a place to go on from.
    return Object.keys(query).length === 0 ? { calls: page.calls } : page;
  });
  app.delete("/calls", async (_request, reply) => {
    state.calls.clear();
    return reply.code(204).send();
  });
  app.get("/seconds", async (request, reply) => {
    const query = parsed(SecondQuery, request.query, reply);
    if (query === undefined) return reply;
    return {
      seconds: state.seconds.list(query.after, query.limit).map((second) => ({
        at: new Date(second.atMs).toISOString(),
        ...second,
      })),
    };
  });
  app.get("/meter", async () => readMeter(state));
}

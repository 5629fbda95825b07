import type { FastifyInstance } from "fastify";
import * as z from "zod";
import { Instant } from "../instant.ts";
import type { MovableClock } from "../movable-clock.ts";
import { parsed } from "./parsed.ts";

/** Ours: a thousand years and more from 1970, well within what JavaScript has dates for. */
const MAX_MS = 1e14;

const OUTSIDE = "the clock would leave the calendar";

const ClockMove = z
  .strictObject({
    advanceMs: z.number().optional(),
    setMs: Instant.optional(),
  })
  .refine(({ advanceMs, setMs }) => (advanceMs === undefined) !== (setMs === undefined), {
    path: ["advanceMs"],
    message: "either advanceMs or setMs must be there",
  });

/** Target's clock, read and moved, forwards and backwards. */
export function routeClock(app: FastifyInstance, clock: MovableClock): void {
  const reading = () => ({ now: new Date(clock.nowMs()).toISOString(), nowMs: clock.nowMs() });
  app.get("/clock", async () => reading());
  app.post("/clock", async (request, reply) => {
    const move = parsed(ClockMove, request.body, reply);
    if (move === undefined) return reply;
    const { advanceMs, setMs } = move;
    const toMs = setMs ?? clock.nowMs() + advanceMs!;
    if (Math.abs(toMs) > MAX_MS) {
      const field = setMs === undefined ? "advanceMs" : "setMs";
      return reply.code(400).send({ status: 400, message: `${field}: ${OUTSIDE}` });
    }
    if (setMs === undefined) clock.advance(advanceMs!);
    else clock.set(setMs);
    return reading();
  });
}

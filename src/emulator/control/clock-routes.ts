import type { FastifyInstance } from "fastify";
import * as z from "zod";
import { Instant } from "../instant.ts";
import type { MovableClock } from "../movable-clock.ts";
import { parsed } from "./parsed.ts";

/** Ours: what still is a date in JavaScript, whatever was added before. */
const MAX_MOVE_MS = 1e14;

const ClockMove = z.union([
  z.strictObject({ advanceMs: z.number().min(-MAX_MOVE_MS).max(MAX_MOVE_MS) }),
  z.strictObject({ setMs: Instant.refine((ms) => Math.abs(ms) <= MAX_MOVE_MS, "not a date") }),
]);

/** Target's clock, read and moved, forwards and backwards. */
export function routeClock(app: FastifyInstance, clock: MovableClock): void {
  const reading = () => ({ now: new Date(clock.nowMs()).toISOString(), nowMs: clock.nowMs() });
  app.get("/clock", async () => reading());
  app.post("/clock", async (request, reply) => {
    const move = parsed(ClockMove, request.body, reply);
    if (move === undefined) return reply;
    if ("setMs" in move) clock.set(move.setMs);
    else if (Math.abs(clock.nowMs() + move.advanceMs) > MAX_MOVE_MS * 10) {
      return reply
        .code(400)
        .send({ status: 400, message: "advanceMs: the clock would leave the calendar." });
    } else clock.advance(move.advanceMs);
    return reading();
  });
}

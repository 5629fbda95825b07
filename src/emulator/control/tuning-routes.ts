import type { FastifyInstance } from "fastify";
import * as z from "zod";
import { BulkTuningChanges } from "../bulk/bulk-tuning.ts";
import { tune, type EmulatorState } from "../emulator-state.ts";
import { PropagationInput } from "../propagation.ts";
import { SWITCHES } from "../switches.ts";
import { parsed } from "./parsed.ts";

const Changes = z.strictObject({
  limit: z.int().min(0).optional(),
  fetchesPerDay: z.int().min(0).optional(),
  overLimit: z.enum(SWITCHES.overLimit.values).optional(),
  propagation: PropagationInput.optional(),
  bulk: BulkTuningChanges.optional(),
});

/** Limits and the propagation delay; a reset of everything. */
export function routeTuning(app: FastifyInstance, state: EmulatorState): void {
  app.get("/tuning", async () => tune(state, {}));
  app.put("/tuning", async (request, reply) => {
    const changes = parsed(Changes, request.body, reply);
    return changes === undefined ? reply : tune(state, changes);
  });
  app.post("/reset", async (_request, reply) => {
    state.reset();
    return reply.code(204).send();
  });
}

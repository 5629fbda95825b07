import type { FastifyInstance } from "fastify";
import * as z from "zod";
import { parsed } from "../control/parsed.ts";
import type { EmulatorState } from "../emulator-state.ts";

const Steering = z.strictObject({ status: z.enum(["stuck", "complete"]) });

/** `GET /batches` lists them; `POST /batches/:id` makes one stuck, or complete now. */
export function routeBatches(app: FastifyInstance, { bulk: { batches } }: EmulatorState): void {
  app.get("/batches", async () => ({ batches: batches.list() }));
  app.post<{ Params: { id: string } }>("/batches/:id", async (request, reply) => {
    const steering = parsed(Steering, request.body, reply);
    if (steering === undefined) return reply;
    const { id } = request.params;
    const batch = batches.find(id);
    if (batch === undefined) {
      return reply.code(404).send({ status: 404, message: "No such batch" });
    }
    if (batch.status === "complete") {
      return reply.code(409).send({ status: 409, message: "The batch is complete already" });
    }
    batches.steer(id, steering.status);
    return batches.find(id);
  });
}

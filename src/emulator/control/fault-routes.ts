import type { FastifyInstance } from "fastify";
import type { EmulatorState } from "../emulator-state.ts";
import { Fault, FaultList } from "../faults.ts";
import { parsed } from "./parsed.ts";

/** Faults armed, looked at and called off. */
export function routeFaults(app: FastifyInstance, { faults }: EmulatorState): void {
  app.get("/faults", async () => ({ faults: faults.list() }));
  app.post("/faults", async (request, reply) => {
    // One at a time or many: checked apart, so that a refusal names the field and not the choice.
    const list = Array.isArray(request.body)
      ? parsed(FaultList, request.body, reply)
      : parsed(
          Fault.transform((one) => [one]),
          request.body,
          reply,
        );
    if (list === undefined) return reply;
    faults.inject(list);
    return { faults: faults.list() };
  });
  app.delete("/faults", async (_request, reply) => {
    faults.clear();
    return reply.code(204).send();
  });
}

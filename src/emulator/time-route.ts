import type { FastifyInstance } from "fastify";
import { answerThroughFaults, plain } from "./answer.ts";
import type { EmulatorState } from "./emulator-state.ts";

/** A harmless address, for those who only want to read the `Date` header. It is not charged. */
export function routeTime(app: FastifyInstance, state: EmulatorState): void {
  app.get("/", (request, reply) =>
    answerThroughFaults(state, { route: "time" }, request, reply, {
      arrive: () => plain(200, "Adobe Target, emulated: see /_emulator/\n"),
      discard: () => undefined,
    }),
  );
}

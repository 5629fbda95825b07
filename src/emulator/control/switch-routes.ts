import type { FastifyInstance } from "fastify";
import type { EmulatorState } from "../emulator-state.ts";
import { setSwitches, SwitchChanges, SWITCHES, type SwitchName } from "../switches.ts";
import { parsed } from "./parsed.ts";

/** `GET /switches` lists them with what they mean; `PUT /switches` takes `{name: position, …}`. */
export function routeSwitches(app: FastifyInstance, { switches }: EmulatorState): void {
  app.get("/switches", async () => ({
    switches: Object.entries(SWITCHES).map(([name, each]) => ({
      name,
      value: switches[name as SwitchName],
      ...each,
    })),
  }));
  app.put("/switches", async (request, reply) => {
    const changes = parsed(SwitchChanges, request.body, reply);
    if (changes === undefined) return reply;
    return setSwitches(switches, changes);
  });
}

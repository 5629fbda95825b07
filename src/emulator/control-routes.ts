import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { routeBatches } from "./bulk/batch-control.ts";
import { routeAuthentication } from "./control/authentication-routes.ts";
import { routeCalls } from "./control/call-routes.ts";
import { routeClock } from "./control/clock-routes.ts";
import { routeFaults } from "./control/fault-routes.ts";
import { routePage } from "./control/page-routes.ts";
import { routeProfiles } from "./control/profile-routes.ts";
import { routeSwitches } from "./control/switch-routes.ts";
import { routeTuning } from "./control/tuning-routes.ts";
import { readMeter, tune, type EmulatorState } from "./emulator-state.ts";
import type { MovableClock } from "./movable-clock.ts";

/** The hand that moves the emulator, under `/_emulator/`. Described in this folder's README. */
export function routeControl(
  app: FastifyInstance,
  state: EmulatorState,
  clock: MovableClock,
): void {
  app.addHook("onRequest", refuseOtherPages);
  // JSON, whatever it is called: curl names every body a form.
  app.removeContentTypeParser("text/plain");
  app.addContentTypeParser("*", { parseAs: "string" }, app.getDefaultJsonParser("error", "error"));
  routePage(app, state, () => ({
    client: state.client,
    now: new Date(clock.nowMs()).toISOString(),
    meter: readMeter(state),
    tuning: tune(state, {}),
    routes: ROUTES,
  }));
  routeCalls(app, state);
  routeProfiles(app, state);
  routeClock(app, clock);
  routeFaults(app, state);
  routeSwitches(app, state);
  routeBatches(app, state);
  routeAuthentication(app, state);
  routeTuning(app, state);
}

/** Browsers let any page send simple requests to this machine; only our own page may move things. */
async function refuseOtherPages(request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const { origin, host } = request.headers;
  if (origin === undefined || origin === `http://${host}` || origin === `https://${host}`) return;
  await reply
    .code(403)
    .send({ status: 403, message: "A page of another origin moves nothing here." });
}

const ROUTES = [
  "GET    /_emulator/page",
  "GET    /_emulator/overview",
  "GET    /_emulator/calls?after=&limit=&visitor=",
  "DELETE /_emulator/calls",
  "GET    /_emulator/seconds?after=&limit=",
  "GET    /_emulator/meter",
  "GET    /_emulator/profiles?limit=",
  "POST   /_emulator/profiles",
  "PUT    /_emulator/profiles/{member|browser}/{id}",
  "DELETE /_emulator/profiles/{member|browser}/{id}",
  "POST   /_emulator/site-visit",
  "GET    /_emulator/clock",
  "POST   /_emulator/clock",
  "GET    /_emulator/faults",
  "POST   /_emulator/faults",
  "DELETE /_emulator/faults",
  "GET    /_emulator/tuning",
  "PUT    /_emulator/tuning",
  "GET    /_emulator/batches",
  "POST   /_emulator/batches/{id}",
  "GET    /_emulator/switches",
  "PUT    /_emulator/switches",
  "GET    /_emulator/authentication",
  "PUT    /_emulator/authentication",
  "POST   /_emulator/reset",
];

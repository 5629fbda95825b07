import { readFileSync } from "node:fs";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { readMeter, tune, type EmulatorState } from "../emulator-state.ts";
import { SWITCHES, type SwitchName } from "../switches.ts";
import { profileJson } from "./profile-routes.ts";

/** Nothing but our own three files; the script builds the page without parsing text as HTML. */
const PAGE_HEADERS = {
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; " +
    "form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cache-control": "no-store",
  vary: "accept",
};

const FILES = [
  { url: "/page", name: "page.html", type: "text/html;charset=UTF-8" },
  { url: "/page.css", name: "page.css", type: "text/css;charset=UTF-8" },
  { url: "/page.js", name: "page.js", type: "text/javascript;charset=UTF-8" },
] as const;

/** How many of each the page shows. */
const SHOWN = 100;

/** A page to watch the emulator by, and the one reading it is drawn from. */
export function routePage(
  app: FastifyInstance,
  state: EmulatorState,
  describe: () => object,
): void {
  for (const { url, name, type } of FILES) {
    const text = readFileSync(new URL(`../page/${name}`, import.meta.url), "utf8");
    app.get(url, (_request, reply) => reply.headers(PAGE_HEADERS).type(type).send(text));
  }
  const page = readFileSync(new URL("../page/page.html", import.meta.url), "utf8");
  app.get("/", async (request: FastifyRequest, reply: FastifyReply) => {
    reply.header("vary", "accept");
    if (!prefersHtml(request.headers.accept)) return describe();
    return reply.headers(PAGE_HEADERS).type(FILES[0].type).send(page);
  });
  app.get("/overview", async (_request, reply) => {
    reply.header("cache-control", "no-store");
    return overview(state);
  });
}

/** What browsers send names HTML first; curl and programs name nothing or something else. */
function prefersHtml(accept = ""): boolean {
  const types = accept.split(",").map((each) => each.split(";")[0]!.trim());
  const html = types.indexOf("text/html");
  const json = types.indexOf("application/json");
  return html >= 0 && (json < 0 || html < json);
}

const HOUR_MS = 3_600_000;

function overview(state: EmulatorState): object {
  const nowMs = state.nowMs();
  return {
    client: state.client,
    nowMs,
    meter: readMeter(state),
    tuning: tune(state, {}),
    // Oldest first; the last hour ends now.
    hours: Array.from({ length: 24 }, (_, index) => {
      const toMs = nowMs - (23 - index) * HOUR_MS;
      return { toMs, calls: state.meter.between(toMs - HOUR_MS, toMs) };
    }),
    calls: state.calls.newest(SHOWN),
    profiles: state.profiles.list(SHOWN).map(profileJson),
    profileCount: state.profiles.count(),
    batches: state.bulk.batches.list().slice(-SHOWN).toReversed(),
    faults: state.faults.list(),
    isAuthenticationRequired: state.authentication.isRequired,
    switches: Object.entries(SWITCHES).map(([name, each]) => ({
      name,
      value: state.switches[name as SwitchName],
      default: each.default,
      about: each.about,
    })),
  };
}

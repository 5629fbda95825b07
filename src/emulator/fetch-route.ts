import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { VisitorId } from "../domain/visitor-id.ts";
import { answerThroughFaults, type Answer } from "./answer.ts";
import { authenticationObjection } from "./authentication.ts";
import type { EmulatorState } from "./emulator-state.ts";
import type { StoredProfile } from "./profiles.ts";
import type { Switches } from "./switches.ts";
import type { TargetId } from "./target-id.ts";

interface FetchRequest {
  Params: { id: string };
  Querystring: { client?: string };
}

/** The profile fetch API, by the three ids. It is not charged. */
export function routeFetch(app: FastifyInstance, state: EmulatorState): void {
  const handle =
    (kind: TargetId["kind"]) =>
    (request: FastifyRequest<FetchRequest>, reply: FastifyReply): Promise<FastifyReply> => {
      const id: TargetId = { kind, value: request.params.id };
      const visitor: VisitorId | undefined = id.kind === "ecid" ? undefined : id;
      const count = () => state.fetchMeter.count(state.nowMs());
      return answerThroughFaults(state, { route: "fetch", visitor }, request, reply, {
        arrive: () => {
          count();
          return (
            authenticationObjection(state, request, "fetch") ??
            limitObjection(state) ??
            fetchAnswer(state, id, request.query.client)
          );
        },
        discard: count,
      });
    };
  app.get("/rest/v1/profiles/:id", handle("browser"));
  app.get("/rest/v1/profiles/thirdPartyId/:id", handle("member"));
  app.get("/rest/v1/profiles/marketingCloudVisitorId/:id", handle("ecid"));
}

const JSON_TYPE = "application/json;charset=UTF-8";

/** Source: older documentation, "fail with an error indicating the time period until the next call will succeed". */
function limitObjection(state: EmulatorState): Answer | undefined {
  const nowMs = state.nowMs();
  const { fetchesPerDay } = state.tuning;
  const { fetchLimit } = state.switches;
  if (fetchLimit === "none" || state.fetchMeter.inWindow(nowMs) <= fetchesPerDay) return undefined;
  const status = Number(fetchLimit.slice("status-".length));
  const waitMs = state.fetchMeter.freeAtMs(Math.max(1, fetchesPerDay), nowMs) - nowMs;
  const message = `Limit of ${fetchesPerDay} requests in 24 hours reached, next call will succeed in ${Math.ceil(waitMs / 1_000)} seconds`;
  return { status, type: JSON_TYPE, body: errorBody(status, message) };
}

function fetchAnswer(state: EmulatorState, id: TargetId, client = ""): Answer {
  const profile = client === state.client ? state.profiles.read(id, state.nowMs()) : undefined;
  if (profile === undefined) {
    const body = errorBody(404, notFound(state.switches, id, client));
    return { status: 404, type: JSON_TYPE, body };
  }
  const visitor = visitorNames(state.switches, id, client);
  const json = JSON.stringify({ ...visitor, ...profileJson(profile) });
  return { status: 200, type: JSON_TYPE, body: json };
}

/** Source: Adobe's profile fetch page, spaces before the colons included. */
function errorBody(status: number, message: string): string {
  return `{"status" : ${status}, "message" : ${JSON.stringify(message)}}`;
}

/** Source: Adobe's profile fetch page, exactly, for the first two; the text for an ECID is a guess. */
function notFound({ ecidNotFound }: Switches, id: TargetId, client: string): string {
  const name = {
    member: "third party id",
    browser: "mboxPC",
    ecid: {
      "marketing-cloud-visitor-id": "marketing cloud visitor id",
      ecid: "ECID",
      "parameter-name": "marketingCloudVisitorId",
    }[ecidNotFound],
  }[id.kind];
  return `No profile found for client ${client} with ${name}=${id.value}`;
}

/** Source: Adobe's profiles page; the older shape from the documentation before it. */
function visitorNames({ fetchShape }: Switches, id: TargetId, client: string): object {
  if (fetchShape === "visitor-id") return { client, visitorId: id.value };
  const name = { member: "thirdPartyId", browser: "mboxPC", ecid: "marketingCloudVisitorId" };
  return { [name[id.kind]]: id.value, client };
}

/** Source: the sample on Adobe's profiles page: attribute names without `profile.`, all values strings. */
function profileJson(profile: StoredProfile): object {
  return {
    modifiedAt: adobeTime(profile.modifiedAtMs),
    profileAttributes: Object.fromEntries(
      [...profile.attributes].map(([name, { value, modifiedAtMs }]) => [
        name,
        { value, modifiedAt: adobeTime(modifiedAtMs) },
      ]),
    ),
  };
}

/** Source: the sample there is in New York's winter or summer time, `2017-08-18T17:53:39.003-04:00`. */
const OFFSET_HOURS = 4;

/** ISO 8601 with milliseconds and a numeric offset, as in Adobe's sample. */
export function adobeTime(atMs: number): string {
  const shifted = new Date(Math.floor(atMs) - OFFSET_HOURS * 3_600_000).toISOString();
  return shifted.replace("Z", "-04:00");
}

import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { VisitorId } from "../domain/visitor-id.ts";
import { answerThroughFaults, type Answer } from "./answer.ts";
import { authenticationObjection } from "./authentication.ts";
import type { EmulatorState } from "./emulator-state.ts";
import type { StoredProfile } from "./profiles.ts";

interface FetchRequest {
  Params: { id: string };
  Querystring: { client?: string };
}

/** The profile fetch API, by both ids. It is not charged. */
export function routeFetch(app: FastifyInstance, state: EmulatorState): void {
  const handle =
    (kind: VisitorId["kind"]) =>
    (request: FastifyRequest<FetchRequest>, reply: FastifyReply): Promise<FastifyReply> => {
      const visitor: VisitorId = { kind, value: request.params.id };
      const count = () => {
        state.fetches += 1;
      };
      return answerThroughFaults(state, { route: "fetch", visitor }, request, reply, {
        arrive: () => {
          count();
          return (
            authenticationObjection(state, request, "fetch") ??
            fetchAnswer(state, visitor, request.query.client)
          );
        },
        discard: count,
      });
    };
  app.get("/rest/v1/profiles/:id", handle("browser"));
  app.get("/rest/v1/profiles/thirdPartyId/:id", handle("member"));
}

function fetchAnswer(state: EmulatorState, visitor: VisitorId, client = ""): Answer {
  const type = "application/json;charset=UTF-8";
  const profile = client === state.client ? state.profiles.read(visitor, state.nowMs()) : undefined;
  if (profile === undefined) return { status: 404, type, body: notFound(visitor, client) };
  return { status: 200, type, body: JSON.stringify(profileJson(visitor, client, profile)) };
}

/** Source: Adobe's profile fetch page, both texts exactly, spaces before the colons included. */
function notFound(visitor: VisitorId, client: string): string {
  const by = visitor.kind === "member" ? "third party id" : "mboxPC";
  const message = `No profile found for client ${client} with ${by}=${visitor.value}`;
  return `{"status" : 404, "message" : ${JSON.stringify(message)}}`;
}

/** Source: the sample on Adobe's profiles page: attribute names without `profile.`, all values strings. */
function profileJson(visitor: VisitorId, client: string, profile: StoredProfile): object {
  return {
    client,
    visitorId: visitor.value,
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

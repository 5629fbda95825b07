import type { FastifyInstance } from "fastify";
import * as z from "zod";
import type { VisitorId } from "../../domain/visitor-id.ts";
import { seed, type EmulatorState } from "../emulator-state.ts";
import { Instant } from "../instant.ts";
import type { ListedProfile } from "../profiles.ts";
import { parsed } from "./parsed.ts";

const Attributes = z.record(z.string().min(1), z.string());

const Kind = z.enum(["member", "browser"]);

/** Source: an ECID is a decimal number of 38 digits (Experience Cloud Identity Service). */
const Ecid = z.string().regex(/^\d{38}$/, "an ECID has 38 digits");

const seedFields = {
  attributes: Attributes.default({}),
  modifiedAt: Instant.optional(),
  ecid: Ecid.optional(),
};

const OneSeed = z.strictObject(seedFields);

const ManySeeds = z.strictObject({
  profiles: z
    .array(z.strictObject({ kind: Kind, value: z.string().min(1), ...seedFields }))
    .max(1_000_000),
});

/** A visit that is over already, by one id. */
const PastVisit = z.strictObject({
  kind: Kind,
  value: z.string().min(1),
  attributes: Attributes,
  modifiedAt: Instant.optional(),
  ecid: Ecid.optional(),
});

/** One page view of a session, with the ids its page sent. */
const PageView = z
  .strictObject({
    tntId: z.string().min(1).optional(),
    thirdPartyId: z.string().min(1).optional(),
    ecid: Ecid.optional(),
    attributes: Attributes.default({}),
  })
  .refine(({ tntId, thirdPartyId }) => tntId !== undefined || thirdPartyId !== undefined, {
    path: ["tntId"],
    message: "tntId or thirdPartyId must say whose visit it is",
  });

/** Ours: some hundred thousand profiles to be seeded at once. */
const SEED_LIMIT_BYTES = 128 * 1024 * 1024;

const Listing = z.object({ limit: z.coerce.number().int().min(1).max(10_000).default(100) });

type ById = { Params: { kind: string; id: string } };

/** Profiles looked at, seeded and forgotten; visits to the site. */
export function routeProfiles(app: FastifyInstance, state: EmulatorState): void {
  app.get("/profiles", async (request, reply) => {
    const query = parsed(Listing, request.query, reply);
    if (query === undefined) return reply;
    return { profiles: state.profiles.list(query.limit).map(profileJson) };
  });
  app.post("/profiles", { bodyLimit: SEED_LIMIT_BYTES }, async (request, reply) => {
    const many = parsed(ManySeeds, request.body, reply);
    if (many === undefined) return reply;
    const nowMs = state.nowMs();
    const seeds = many.profiles.map(({ kind, value, attributes, modifiedAt = nowMs, ecid }) => ({
      visitor: { kind, value },
      attributes,
      modifiedAtMs: modifiedAt,
      ecid,
    }));
    seed(state, seeds);
    return { seeded: seeds.length };
  });
  app.route<ById>({
    method: ["PUT", "POST"],
    url: "/profiles/:kind/:id",
    handler: async (request, reply) => {
      const kind = parsed(Kind, request.params.kind, reply);
      if (kind === undefined) return reply;
      const one = parsed(OneSeed, request.body ?? {}, reply);
      if (one === undefined) return reply;
      const { attributes, modifiedAt = state.nowMs(), ecid } = one;
      const visitor: VisitorId = { kind, value: request.params.id };
      seed(state, [{ visitor, attributes, modifiedAtMs: modifiedAt, ecid }]);
      return reply.code(204).send();
    },
  });
  app.delete<ById>("/profiles/:kind/:id", async (request, reply) => {
    const kind = parsed(Kind, request.params.kind, reply);
    if (kind === undefined) return reply;
    state.profiles.forget({ kind, value: request.params.id });
    return reply.code(204).send();
  });
  app.post("/site-visit", async (request, reply) => {
    const isPast = z.object({ kind: z.unknown() }).safeParse(request.body).data?.kind !== undefined;
    if (isPast) {
      const visit = parsed(PastVisit, request.body, reply);
      if (visit === undefined) return reply;
      const { kind, value, attributes, modifiedAt = state.nowMs(), ecid } = visit;
      seed(state, [{ visitor: { kind, value }, attributes, modifiedAtMs: modifiedAt, ecid }]);
    } else {
      const view = parsed(PageView, request.body, reply);
      if (view === undefined) return reply;
      state.profiles.visit(view);
    }
    return reply.code(204).send();
  });
}

/** A profile for people to read. */
export function profileJson(profile: ListedProfile): object {
  return {
    ids: profile.ids,
    modifiedAtMs: profile.modifiedAtMs,
    activeAtMs: profile.activeAtMs,
    bytes: profile.bytes,
    pending: profile.pending,
    attributes: Object.fromEntries(profile.attributes),
  };
}

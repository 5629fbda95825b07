import type { FastifyInstance } from "fastify";
import {
  JOURNEY_UPDATES,
  JourneyRequest,
  JOURNEYS_PATH,
  type Journey,
  type JourneyUpdate,
} from "../../contract/journey.ts";
import type { ConfigBook } from "../config-book.ts";
import { whereOf } from "../issue-words.ts";
import { parseJson } from "../parse-json.ts";
import { replyProblem } from "../problem-reply.ts";
import { visitorAlias } from "../store/dead-letter-rows.ts";
import type { StoredJourney, StoredJourneyUpdate } from "../store/operations-store.ts";
import type { Store } from "../store/store.ts";

export interface JourneyRoutesDeps {
  readonly store: Pick<Store, "journey">;
  /** Says what a scan wrote under a configuration. */
  readonly book: Pick<ConfigBook, "scanNames">;
}

/**
 * How far the updates of one visitor came (rule OP4). Whom it is about is in the body alone: no answer,
 * no audit and no log line repeats it (rule PV2).
 */
export function routeJourney(admin: FastifyInstance, { store, book }: JourneyRoutesDeps): void {
  admin.post(
    JOURNEYS_PATH,
    { config: { access: ["operator", "privacy", "marketer"], act: "journey" } },
    async (request, reply) => {
      const asked = JourneyRequest.safeParse(parseJson(request.body));
      if (!asked.success) {
        return replyProblem(reply, "invalid-body", `${whereOf(asked.error)}.`);
      }
      const { visitor, limit = JOURNEY_UPDATES } = asked.data;
      return journeyFrom(await store.journey(visitor, limit), book);
    },
  );
}

function journeyFrom(stored: StoredJourney, book: JourneyRoutesDeps["book"]): Journey {
  const alias = visitorAlias(stored.visitorKey);
  if (stored.isSuppressed) return { visitor: alias, state: "withdrawn", updates: [] };
  const updates = stored.updates.map((update) => updateFrom(update, book));
  const { visitor } = stored;
  if (visitor === undefined) return { visitor: alias, state: "nobody", updates };
  const { state, reason, attempts, dueMs, confirmedMs } = visitor;
  return {
    visitor: alias,
    state,
    ...(reason === undefined ? {} : { reason }),
    ...(state === "waiting" ? { attempts, nextDueMs: dueMs } : {}),
    ...(confirmedMs === 0 ? {} : { confirmedMs }),
    updates,
  };
}

function updateFrom(
  { question, ...update }: StoredJourneyUpdate,
  book: JourneyRoutesDeps["book"],
): JourneyUpdate {
  const scanned = update.occasion === "scan" ? book.scanNames(update.configVersion) : [];
  return { ...update, attributes: question === undefined ? [...scanned] : [question] };
}

import type { WireRequest } from "../../../support/rewriting-proxy.ts";
import {
  answerOf,
  controlling,
  doingBefore,
  isControl,
  isFetch,
  isUpdate,
  type Bench,
  type Mutation,
} from "../mutation.ts";

/** One more update on the emulator's meter, about nobody. */
async function countOne({ origin }: Bench): Promise<void> {
  await fetch(`${origin}/m2/demo/profile/update?mbox3rdPartyId=nobody&profile.a=1`);
}

export const QUOTA_MUTATIONS: readonly Mutation[] = [
  { fact: "QU-01", does: "allows 900,000 updates", options: { limit: 900_000 } },
  {
    fact: "QU-02",
    does: "takes updates over the limit",
    rewriting: controlling("tuning", (told) => ({ ...told, limit: 1_000_000 })),
    alsoRed: ["QU-03"],
  },
  {
    fact: "QU-03",
    does: "never forgets a call",
    rewriting: () => {
      let left = Number.POSITIVE_INFINITY;
      return {
        request: (request) => {
          if (isControl("tuning")(request)) {
            const { limit } = JSON.parse(request.body) as { limit?: number };
            if (limit !== undefined) left = limit;
          }
          if (!isUpdate(request)) return request;
          left -= 1;
          return left < 0 ? answerOf(503) : request;
        },
      };
    },
  },
  {
    fact: "QU-04",
    does: "counts attributes",
    rewriting: doingBefore(isUpdate, async (bench, { body }) => {
      const more = [...body.matchAll(/profile\./g)].length - 1;
      for (let count = 0; count < more; count += 1) await countOne(bench);
    }),
  },
  {
    fact: "QU-06",
    does: "takes 50 updates a minute",
    rewriting: () => {
      let inMinute = 0;
      const isMove = (request: WireRequest) => isControl("clock")(request);
      return {
        request: (request) => {
          if (isMove(request)) inMinute = 0;
          if (!isUpdate(request)) return request;
          inMinute += 1;
          return inMinute > 50 ? answerOf(503) : request;
        },
      };
    },
  },
  {
    fact: "QU-08",
    does: "has no limit on fetches",
    options: { switches: { fetchLimit: "none" } },
  },
  {
    fact: "QU-09",
    does: "counts fetches as updates",
    rewriting: doingBefore(isFetch, countOne),
  },
];

import type { Rewriting, WireRequest } from "../../../support/rewriting-proxy.ts";
import {
  answering,
  answeringWith,
  changing,
  isBatch,
  isFetch,
  isToken,
  isUpdate,
  tellEmulator,
  type Bench,
  type Mutation,
} from "../mutation.ts";

const isProfileCall = (request: WireRequest) =>
  isUpdate(request) || isBatch(request) || isFetch(request);
const hasToken = ({ headers }: WireRequest) => headers.authorization !== undefined;

/** Hears calls without a token as if they showed the right one. */
function hearing(isMeant: (request: WireRequest) => boolean): () => Rewriting {
  return () => {
    let token = "";
    return {
      request: (request) => {
        if (!isMeant(request) || hasToken(request)) return request;
        return { ...request, headers: { ...request.headers, authorization: `Bearer ${token}` } };
      },
      answer: (answer, request) => {
        if (isToken(request)) token = tokenIn(answer.body);
        return answer;
      },
    };
  };
}

function tokenIn(body: string): string {
  return (JSON.parse(body) as { accessToken: string }).accessToken;
}

export const AUTHENTICATION_MUTATIONS: readonly Mutation[] = [
  {
    fact: "TK-01",
    does: "always requires a token",
    rewriting: answering(
      (request) => isProfileCall(request) && !hasToken(request),
      403,
      "Forbidden",
    ),
  },
  { fact: "TK-03", does: "hears updates without the token", rewriting: hearing(isUpdate) },
  { fact: "TK-04", does: "hears fetches without the token", rewriting: hearing(isFetch) },
  { fact: "TK-05", does: "hears batches without the token", rewriting: hearing(isBatch) },
  {
    fact: "TK-06",
    does: "does not read Authorization",
    rewriting: changing(isProfileCall, (request) => ({
      ...request,
      headers: { ...request.headers, authorization: undefined },
    })),
    alsoRed: ["TK-03", "TK-07", "TK-11", "TK-12"],
  },
  {
    fact: "TK-07",
    does: "takes no token for single updates",
    rewriting: answering((request) => isUpdate(request) && hasToken(request), 403, "Forbidden"),
  },
  {
    fact: "TK-09",
    does: "calls the type of its tokens Bearer",
    rewriting: answeringWith(isToken, (body) => body.replace('"bearer"', '"Bearer"')),
  },
  {
    fact: "TK-10",
    does: "gives tokens that are no UUID",
    rewriting: () => ({
      request: (request) => {
        const authorization = request.headers.authorization?.replace("Bearer token-", "Bearer ");
        return {
          ...request,
          headers: { ...request.headers, ...(authorization && { authorization }) },
        };
      },
      answer: (answer, request) => {
        if (!isToken(request)) return answer;
        return { ...answer, body: answer.body.replace('"accessToken":"', '"accessToken":"token-') };
      },
    }),
  },
  {
    fact: "TK-11",
    does: "hears tokens that have expired",
    rewriting: (bench: Bench) => ({
      answer: async (answer, request) => {
        if (isToken(request)) {
          await tellEmulator(bench, "PUT", "authentication", { tokenExpiresIn: 300_000_000 });
        }
        return answer;
      },
    }),
  },
  {
    fact: "TK-12",
    does: "still hears the token before",
    rewriting: () => {
      const made: string[] = [];
      return {
        request: (request) => {
          const shown = request.headers.authorization?.replace("Bearer ", "") ?? "";
          if (!made.includes(shown)) return request;
          const authorization = `Bearer ${made.at(-1)}`;
          return { ...request, headers: { ...request.headers, authorization } };
        },
        answer: (answer, request) => {
          if (isToken(request)) made.push(tokenIn(answer.body));
          return answer;
        },
      };
    },
  },
  {
    fact: "TK-14",
    does: "refuses with status 401",
    options: { switches: { authenticationFailure: "status-401" } },
  },
];

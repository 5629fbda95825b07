import type { WireRequest } from "../../../support/rewriting-proxy.ts";
import {
  answering,
  answeringWith,
  changing,
  changingBody,
  changingParameters,
  controlling,
  doingBefore,
  isByQuery,
  isControl,
  isUpdate,
  parameterOf,
  tellEmulator,
  type Mutation,
} from "../mutation.ts";

const KB_8 = 8_192;
const KB_60 = 61_440;
const HOUR_MS = 3_600_000;

const isGet = ({ method }: WireRequest) => method === "GET";
const isPost = ({ method }: WireRequest) => method === "POST";
const memberOf = (request: WireRequest) => parameterOf(request, "mbox3rdPartyId");

export const SINGLE_UPDATE_MUTATIONS: readonly Mutation[] = [
  {
    fact: "SU-01",
    does: "does not know mboxPC in an address",
    rewriting: answering(
      (request) => isByQuery(request) && /[?&]mboxPC=/.test(request.target),
      404,
    ),
  },
  {
    fact: "SU-02",
    does: "does not know mbox3rdPartyId in the address of a GET",
    rewriting: answering(
      (request) => isByQuery(request) && isGet(request) && /[?&]mbox3rd/.test(request.target),
      404,
    ),
    alsoRed: ["SU-04", "SU-05", "SU-13"],
  },
  {
    fact: "SU-03",
    does: "takes every client code for its own",
    rewriting: changing(isUpdate, (request) => ({
      ...request,
      target: request.target.replace(/^\/m2\/[^/]+/, "/m2/demo"),
    })),
  },
  {
    fact: "SU-04",
    does: "takes the client code only",
    options: { switches: { clientPath: "code-only" } },
  },
  {
    fact: "SU-05",
    does: "takes no GET",
    rewriting: answering((request) => isUpdate(request) && isGet(request), 405),
    alsoRed: ["SU-01", "SU-02", "SU-04", "SU-13"],
  },
  {
    fact: "SU-06",
    does: "takes no POST",
    rewriting: answering((request) => isUpdate(request) && isPost(request), 405),
    alsoRed: "many",
  },
  {
    fact: "SU-07",
    does: "takes bare names for profile parameters",
    rewriting: changingParameters((parameters) =>
      parameters.replaceAll(/(^|&)(cn\w+=)/g, "$1profile.$2"),
    ),
  },
  {
    fact: "SU-08",
    does: "decodes a plus sign twice",
    rewriting: changingParameters((parameters) => parameters.replaceAll("%2B", "+")),
  },
  {
    fact: "SU-09",
    does: "does not decode names",
    rewriting: changingParameters((parameters) =>
      parameters.replaceAll(/(^|&)([^=&]*)/g, (_, start: string, name: string) => {
        return `${start}${name.replaceAll("%", "%25")}`;
      }),
    ),
  },
  {
    fact: "SU-10",
    does: "takes names that differ by case for one",
    rewriting: changingParameters((parameters) => {
      const nameByLower = new Map<string, string>();
      return parameters.replaceAll(/(^|&)([^=&]+)/g, (_, start: string, name: string) => {
        const first = nameByLower.get(name.toLowerCase()) ?? name;
        nameByLower.set(name.toLowerCase(), first);
        return `${start}${first}`;
      });
    }),
  },
  {
    fact: "SU-11",
    does: "writes values in lower case",
    rewriting: changingParameters((parameters) =>
      parameters.replaceAll(/=([A-Za-z]+)(?=&|$)/g, (value) => value.toLowerCase()),
    ),
  },
  {
    fact: "SU-12",
    does: "replaces the whole profile",
    rewriting: doingBefore(isUpdate, async (bench, request) => {
      const member = memberOf(request);
      if (member === undefined) return;
      const visitor = { kind: "member", value: member } as const;
      if (bench.emulator.profile(visitor) === undefined) return;
      await tellEmulator(bench, "DELETE", `profiles/member/${encodeURIComponent(member)}`);
      await tellEmulator(bench, "PUT", `profiles/member/${encodeURIComponent(member)}`, {});
    }),
  },
  {
    fact: "SU-13",
    does: "takes 4 KB by GET",
    rewriting: answering(
      (request) => isUpdate(request) && isGet(request) && request.target.length > KB_8 / 2,
      414,
    ),
  },
  {
    fact: "SU-14",
    does: "takes 30 KB by POST",
    rewriting: answering(({ body }) => body.length > KB_60 / 2, 413),
  },
  {
    fact: "SU-15",
    does: "takes more than 8 KB by GET",
    rewriting: changing(
      (request) => isUpdate(request) && request.target.length > KB_8,
      ({ target, ...request }) => {
        const [path = "", body = ""] = target.split("?");
        const headers = { ...request.headers, "content-type": "application/x-www-form-urlencoded" };
        return { ...request, method: "POST", target: path, headers, body };
      },
    ),
  },
  {
    fact: "SU-16",
    does: "takes as much of a POST as fits into 60 KB",
    rewriting: changingBody(
      (request) => isUpdate(request) && request.body.length > KB_60,
      (body) => body.slice(0, body.lastIndexOf("&", KB_60)),
    ),
  },
  {
    fact: "SU-17",
    does: "updates by the Experience Cloud ID",
    rewriting: () => {
      const browserByEcid = new Map<string, string>();
      return {
        request: (request) => {
          if (isControl("profiles/browser/")(request)) {
            const { ecid } = JSON.parse(request.body) as { ecid?: string };
            const browser = decodeURIComponent(request.target.split("/").at(-1)!);
            if (ecid !== undefined) browserByEcid.set(ecid, browser);
          }
          if (!isUpdate(request)) return request;
          const body = request.body.replace(/marketingCloudVisitorId=(\d+)/, (_, ecid: string) => {
            return `mboxPC=${browserByEcid.get(ecid)}`;
          });
          return { ...request, body };
        },
      };
    },
  },
  {
    fact: "SU-20",
    does: "reads no form body",
    rewriting: changing(
      (request) => isUpdate(request) && request.body !== "",
      (request) => ({ ...request, headers: { ...request.headers, "content-type": "text/plain" } }),
    ),
    alsoRed: "many",
  },
  {
    fact: "SU-21",
    does: "ignores the address of a POST",
    options: { switches: { postQuery: "ignored" } },
  },
  { fact: "SU-22", does: "reads JSON", options: { switches: { jsonBody: "read" } } },
  {
    fact: "SU-26",
    does: "acknowledges in other words",
    rewriting: answeringWith(isUpdate, (body) =>
      body.replace("Request successfully", "Request was"),
    ),
  },
  {
    fact: "SU-28",
    does: "applies before it acknowledges",
    rewriting: controlling("tuning", (told) => ({ ...told, propagation: { minMs: 0, maxMs: 0 } })),
  },
  {
    fact: "SU-29",
    does: "acknowledges with status 202",
    options: { switches: { answerStatus: "202" } },
  },
  {
    fact: "SU-32",
    does: "creates the profile of whoever is updated",
    rewriting: doingBefore(isUpdate, async ({ emulator, ...bench }, request) => {
      const value = memberOf(request) ?? "";
      if (value === "" || emulator.profile({ kind: "member", value }) !== undefined) return;
      await tellEmulator(
        { emulator, ...bench },
        "PUT",
        `profiles/member/${encodeURIComponent(value)}`,
        {},
      );
    }),
  },
  {
    fact: "SU-33",
    does: "tells that there is no such profile",
    options: { switches: { unknownVisitor: "status-404" } },
  },
  {
    fact: "SU-34",
    does: "takes two hours for one",
    rewriting: controlling("tuning", (told) =>
      told["propagation"] === "within-the-hour"
        ? { ...told, propagation: { minMs: 2 * HOUR_MS, maxMs: 2 * HOUR_MS } }
        : told,
    ),
  },
  {
    fact: "SU-35",
    does: "takes 25 hours",
    options: { propagation: { minMs: 25 * HOUR_MS, maxMs: 25 * HOUR_MS } },
  },
  {
    fact: "SU-37",
    does: "keeps from the API what the site has set",
    rewriting: () => {
      const names = new Set<string>();
      return {
        request: (request) => {
          if (isControl("site-visit")(request)) {
            const { attributes } = JSON.parse(request.body) as { attributes: object };
            for (const name of Object.keys(attributes)) names.add(name);
          }
          if (!isUpdate(request)) return request;
          const isKept = (pair: string) => !names.has(/^profile\.([^=]+)/.exec(pair)?.[1] ?? "");
          return { ...request, body: request.body.split("&").filter(isKept).join("&") };
        },
        answer: (answer, request) => {
          if (isControl("profiles/")(request)) names.clear();
          return answer;
        },
      };
    },
  },
  {
    fact: "SU-38",
    does: "keeps from the site what the API has set",
    rewriting: () => {
      const names = new Set<string>();
      return {
        request: (request) => {
          if (isUpdate(request)) {
            for (const [, name] of request.body.matchAll(/profile\.([^=&]+)/g)) names.add(name!);
          }
          if (isControl("profiles/")(request)) names.clear();
          if (!isControl("site-visit")(request)) return request;
          const { attributes, ...visit } = JSON.parse(request.body) as { attributes: object };
          const left = Object.entries(attributes).filter(([name]) => !names.has(name));
          const body = JSON.stringify({ ...visit, attributes: Object.fromEntries(left) });
          return { ...request, body };
        },
      };
    },
  },
];

import type { WireRequest } from "../../../support/rewriting-proxy.ts";
import {
  answerOf,
  answering,
  answeringWith,
  changing,
  isBatch,
  isFetch,
  tellEmulator,
  type Mutation,
} from "../mutation.ts";

const isByMember = (request: WireRequest) =>
  isFetch(request) && request.target.includes("/thirdPartyId/");
const isByEcid = (request: WireRequest) =>
  isFetch(request) && request.target.includes("/marketingCloudVisitorId/");
const isByBrowser = (request: WireRequest) =>
  isFetch(request) && !isByMember(request) && !isByEcid(request);

export const FETCH_MUTATIONS: readonly Mutation[] = [
  {
    fact: "PF-01",
    does: "does not fetch by tntId",
    rewriting: answering(isByBrowser, 400),
    alsoRed: ["PF-14", "PF-17"],
  },
  {
    fact: "PF-02",
    does: "does not fetch by thirdPartyId",
    rewriting: answering(isByMember, 400),
    alsoRed: "many",
  },
  {
    fact: "PF-03",
    does: "does not fetch by Experience Cloud ID",
    rewriting: answering(isByEcid, 404),
  },
  {
    fact: "PF-04",
    does: "does not ask for the client code",
    rewriting: changing(
      (request) => isFetch(request) && !request.target.includes("?"),
      (request) => ({ ...request, target: `${request.target}?client=demo` }),
    ),
  },
  {
    fact: "PF-06",
    does: "answers in the older shape",
    options: { switches: { fetchShape: "mbox-pc" } },
  },
  {
    fact: "PF-07",
    does: "writes profile. before names",
    rewriting: answeringWith(isFetch, (body) =>
      body.replaceAll(/"([\w.]+)":\{"value"/g, '"profile.$1":{"value"'),
    ),
    alsoRed: ["PF-03", "PF-10", "PF-11", "PF-17", "PF-18", "PF-19"],
  },
  {
    fact: "PF-08",
    does: "says the type of a value",
    rewriting: answeringWith(isFetch, (body) =>
      body.replaceAll(/("value":"[^"]*")/g, '$1,"type":"string"'),
    ),
  },
  {
    fact: "PF-09",
    does: "writes times in UTC",
    rewriting: answeringWith(isFetch, (body) => body.replaceAll('-04:00"', 'Z"')),
  },
  {
    fact: "PF-10",
    does: "dates every attribute as the profile",
    rewriting: answeringWith(isFetch, (body) => {
      const modifiedAt = /^\{.*?"modifiedAt":"([^"]+)"/.exec(body)?.[1] ?? "";
      return body.replaceAll(/"modifiedAt":"[^"]+"/g, `"modifiedAt":"${modifiedAt}"`);
    }),
  },
  {
    fact: "PF-11",
    does: "leaves user. out",
    rewriting: answeringWith(isFetch, (body) => body.replaceAll('"user.', '"')),
  },
  {
    fact: "PF-13",
    does: "has another text for an unknown thirdPartyId",
    rewriting: answeringWith(isByMember, (body) => body.replace("third party id", "thirdPartyId")),
  },
  {
    fact: "PF-14",
    does: "has another text for an unknown tntId",
    rewriting: answeringWith(isByBrowser, (body) => body.replace("mboxPC", "tntId")),
  },
  {
    fact: "PF-17",
    does: "knows newcomers at once",
    options: { switches: { newVisitor: "at-once" } },
  },
  {
    fact: "PF-18",
    does: "works off batches as they come",
    rewriting: (bench) => ({
      answer: async (answer, request) => {
        const id = /batchId=([^<&]+)/.exec(answer.body)?.[1];
        if (!isBatch(request) || id === undefined) return answer;
        await tellEmulator(bench, "POST", `batches/${id}`, { status: "complete" });
        return answer;
      },
    }),
  },
  {
    fact: "PF-19",
    does: "deletes profiles",
    rewriting: (bench) => ({
      request: async (request) => {
        if (request.method !== "DELETE" || !isByMember(request)) return request;
        const id = /thirdPartyId\/([^?]+)/.exec(request.target)![1];
        await tellEmulator(bench, "DELETE", `profiles/member/${id}`);
        return answerOf(204);
      },
    }),
  },
];

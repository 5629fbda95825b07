import type { WireRequest } from "../../../support/rewriting-proxy.ts";
import {
  answerOf,
  answering,
  changingParameters,
  changingRows,
  controlling,
  doingBefore,
  isControl,
  isUpdate,
  parameterOf,
  tellEmulator,
  type Mutation,
} from "../mutation.ts";

interface Visit {
  readonly tntId?: string;
  readonly thirdPartyId?: string;
  readonly attributes: Readonly<Record<string, string>>;
}

const isVisit = isControl("site-visit");
const visitOf = ({ body }: WireRequest) => JSON.parse(body) as Visit;
const memberIn = (request: WireRequest) => parameterOf(request, "mbox3rdPartyId") ?? "";
const browserIn = (request: WireRequest) => parameterOf(request, "mboxPC") ?? "";

export const VISITOR_ID_MUTATIONS: readonly Mutation[] = [
  {
    fact: "VI-01",
    does: "means somebody else by pcId",
    rewriting: changingRows(([headers = "", ...rows]) => [
      headers,
      ...rows.map((row) => `x${row}`),
    ]),
  },
  {
    fact: "VI-02",
    does: "knows no tntId without a location hint",
    rewriting: answering(
      (request) =>
        isUpdate(request) && browserIn(request) !== "" && !browserIn(request).includes("."),
      404,
    ),
  },
  {
    fact: "VI-03",
    does: "takes 100 characters of a tntId",
    rewriting: answering((request) => isUpdate(request) && browserIn(request).length > 100, 404),
  },
  {
    fact: "VI-05",
    does: "sends updates with a location hint to their edge",
    rewriting: answering((request) => isUpdate(request) && browserIn(request).includes("."), 307),
    alsoRed: ["VI-01", "VI-02", "VI-03"],
  },
  {
    fact: "VI-09",
    does: "takes 100 characters of an mbox3rdPartyId",
    options: { switches: { memberIdMaxLength: 100 } },
  },
  {
    fact: "VI-11",
    does: "takes + and /",
    options: { switches: { forbiddenIdCharacter: "accepted" } },
  },
  {
    fact: "VI-12",
    does: "takes letters, digits and hyphens only",
    rewriting: answering((request) => isUpdate(request) && memberIn(request).includes("_"), 404),
  },
  {
    fact: "VI-13",
    does: "writes ids in lower case",
    rewriting: changingParameters((parameters) =>
      parameters.replace(
        /mbox3rdPartyId=[^&]+/,
        (pair) => `mbox3rdPartyId=${pair.slice(15).toLowerCase()}`,
      ),
    ),
  },
  {
    fact: "VI-14",
    does: "takes the first id of a list",
    rewriting: changingParameters((parameters) => parameters.replaceAll(/%2C[^&]*/g, "")),
  },
  {
    fact: "VI-15",
    does: "never links two ids",
    rewriting: controlling("site-visit", ({ thirdPartyId, ...visit }) =>
      visit["tntId"] === undefined ? { ...visit, thirdPartyId } : visit,
    ),
    alsoRed: ["VI-16", "VI-17", "VI-18"],
  },
  {
    fact: "VI-16",
    does: "lets the attribute of the PCID win",
    rewriting: ({ emulator }) => ({
      request: (request) => {
        if (!isVisit(request)) return request;
        const visit = visitOf(request);
        if (visit.tntId === undefined || visit.thirdPartyId === undefined) return request;
        const own = emulator.profile({ kind: "browser", value: visit.tntId })?.attributes ?? [];
        const before = Object.fromEntries([...own].map(([name, { value }]) => [name, value]));
        const attributes = { ...before, ...visit.attributes };
        return { ...request, body: JSON.stringify({ ...visit, attributes }) };
      },
    }),
  },
  {
    fact: "VI-17",
    does: "saves at once what a session sets",
    rewriting: doingBefore(isVisit, async (bench, request) => {
      const { thirdPartyId, attributes } = visitOf(request);
      if (thirdPartyId === undefined) return;
      const path = `profiles/member/${encodeURIComponent(thirdPartyId)}`;
      await tellEmulator(bench, "PUT", path, { attributes });
    }),
  },
  {
    fact: "VI-18",
    does: "keeps what was updated during a session",
    options: { switches: { sessionEndOverwrites: "no" } },
  },
  {
    fact: "VI-22",
    does: "keeps profiles for 90 days",
    options: { switches: { lifetimeDays: 90 } },
  },
  {
    fact: "VI-23",
    does: "does not take a page view without attributes for activity",
    rewriting: () => ({
      request: (request) => {
        if (!isVisit(request)) return request;
        const { tntId, attributes } = visitOf(request);
        const isEmpty = tntId === undefined && Object.keys(attributes).length === 0;
        return isEmpty ? answerOf(204) : request;
      },
    }),
  },
];

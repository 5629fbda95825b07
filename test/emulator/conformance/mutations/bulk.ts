import type { WireRequest } from "../../../support/rewriting-proxy.ts";
import {
  answering,
  answeringWith,
  answerOf,
  changing,
  changingBody,
  changingRows,
  doingBefore,
  isBatch,
  isControl,
  isStatus,
  type Mutation,
} from "../mutation.ts";

const DAY_MS = 86_400_000;
const MB_40 = 41_943_040;

const isV2 = (request: WireRequest) => isBatch(request) && request.target.includes("/v2/");
const isV1 = (request: WireRequest) => isBatch(request) && !isV2(request);
const toV2 = (target: string) => target.replace(/^(\/m2\/[^/]+)\/profile/, "$1/v2/profile");
const toV1 = (target: string) => target.replace("/v2/profile", "/profile");

/** Cells of the rows below the headers. */
function changingCells(change: (cell: string, index: number) => string) {
  return changingRows(([headers = "", ...rows]) => [
    headers,
    ...rows.map((row) => row.split(",").map(change).join(",")),
  ]);
}

export const BULK_MUTATIONS: readonly Mutation[] = [
  { fact: "BU-01", does: "has no version 1", rewriting: answering(isV1, 404), alsoRed: "many" },
  {
    fact: "BU-02",
    does: "creates profiles by version 1 too",
    rewriting: changing(isV1, (request) => ({ ...request, target: toV2(request.target) })),
    alsoRed: ["BU-45"],
  },
  { fact: "BU-03", does: "has no version 2", rewriting: answering(isV2, 404), alsoRed: "many" },
  {
    fact: "BU-04",
    does: "creates no profiles by version 2",
    rewriting: changing(isV2, (request) => ({ ...request, target: toV1(request.target) })),
    alsoRed: ["BU-32", "BU-34"],
  },
  {
    fact: "BU-06",
    does: "takes no form",
    rewriting: answering(
      (request) => isBatch(request) && /urlencoded/.test(request.headers["content-type"] ?? ""),
      415,
    ),
    alsoRed: "many",
  },
  {
    fact: "BU-07",
    does: "takes a file without batch=",
    rewriting: changingBody(isBatch, (body) =>
      body.startsWith("batch=") ? body : `batch=${body}`,
    ),
  },
  {
    fact: "BU-08",
    does: "does not know pcId",
    rewriting: changingRows(([headers = "", ...rows]) => [
      headers.replace(/^pcId/, "pcid"),
      ...rows,
    ]),
    alsoRed: ["BU-19"],
  },
  {
    fact: "BU-09",
    does: "does not know thirdPartyId",
    rewriting: changingRows(([headers = "", ...rows]) => [
      headers.replace(/^thirdPartyId/, "thirdpartyid"),
      ...rows,
    ]),
    alsoRed: "many",
  },
  {
    fact: "BU-10",
    does: "takes the Experience Cloud ID for pcId",
    rewriting: changingRows(([headers = "", ...rows]) => [
      headers.replace(/^marketingCloudVisitorId/, "pcId"),
      ...rows,
    ]),
  },
  {
    fact: "BU-11",
    does: "knows thirdPartyId by its other name",
    rewriting: changingRows(([headers = "", ...rows]) => [
      headers.replace(/^mbox3rdPartyId/, "thirdPartyId"),
      ...rows,
    ]),
  },
  {
    fact: "BU-12",
    does: "takes one attribute of a row",
    rewriting: changingRows((rows) => rows.map((row) => row.split(",").slice(0, 2).join(","))),
    alsoRed: ["BU-14", "BU-15", "BU-18", "BU-27", "BU-29", "BU-30"],
  },
  {
    fact: "BU-13",
    does: "understands profile. before names",
    rewriting: changingRows(([headers = "", ...rows]) => [
      headers.replaceAll(",profile.", ","),
      ...rows,
    ]),
  },
  {
    fact: "BU-14",
    does: "decodes before it separates",
    rewriting: changingRows(([headers = "", ...rows]) => [
      headers,
      ...rows.map((row) => row.replaceAll("%2C", ",")),
    ]),
  },
  {
    fact: "BU-15",
    does: "understands quotation marks",
    rewriting: changingRows(([headers = "", ...rows]) => [
      headers,
      ...rows.map((row) =>
        row.replaceAll(/"([^"]*)"/g, (_, cell: string) => encodeURIComponent(cell)),
      ),
    ]),
  },
  {
    fact: "BU-17",
    does: "leaves short rows out",
    rewriting: changingRows(([headers = "", ...rows]) => {
      const cells = headers.split(",").length;
      return [headers, ...rows.filter((row) => row.split(",").length >= cells)];
    }),
    alsoRed: ["BU-19"],
  },
  {
    fact: "BU-18",
    does: "takes commas in a row for one",
    rewriting: changingRows((rows) => rows.map((row) => row.replaceAll(/,,+/g, ","))),
    alsoRed: ["BU-29", "BU-30"],
  },
  {
    fact: "BU-19",
    does: "counts the headers as a row",
    rewriting: answeringWith(isStatus, (body) =>
      body.replace(/(?<=<batchSize>)\d+/, (size) => String(Number(size) + 1)),
    ),
    alsoRed: ["BU-41"],
  },
  {
    fact: "BU-20",
    does: "takes 400,000 rows",
    rewriting: () => ({
      request: (request) => {
        if (!isBatch(request) || request.body.split("\n").length <= 400_001) return request;
        return answerOf(200, "<response><success>false</success></response>");
      },
    }),
  },
  {
    fact: "BU-21",
    does: "takes the first 500,000 rows of more",
    rewriting: changingRows((rows) => rows.slice(0, 500_001)),
  },
  {
    fact: "BU-22",
    does: "takes as much of a file as fits into 40 MB",
    rewriting: changingBody(
      ({ body }) => body.length > MB_40,
      (body) => body.slice(0, body.lastIndexOf("\n", MB_40)),
    ),
  },
  {
    fact: "BU-24",
    does: "counts rows as single updates",
    rewriting: doingBefore(isBatch, async ({ origin }, { body }) => {
      const rows = Math.min(body.split("\n").length - 1, 10);
      for (let row = 0; row < rows; row += 1) {
        await fetch(`${origin}/m2/demo/profile/update?mbox3rdPartyId=nobody&profile.a=1`);
      }
    }),
  },
  { fact: "BU-26", does: "takes 60 calls a minute", options: { bulk: { callsPerMinute: 60 } } },
  {
    fact: "BU-27",
    does: "takes 500 attributes of a row",
    rewriting: changingRows((rows) => rows.map((row) => row.split(",").slice(0, 501).join(","))),
  },
  {
    fact: "BU-28",
    does: "keeps more than 64 KB",
    options: { switches: { profileOver64K: "stored" } },
  },
  {
    fact: "BU-29",
    does: "writes empty cells by version 1",
    rewriting: changing(isV1, (request) => ({
      ...request,
      body: request.body.replaceAll(",,", ",%20,"),
    })),
  },
  {
    fact: "BU-30",
    does: "writes empty cells by version 2",
    rewriting: changing(isV2, (request) => ({
      ...request,
      body: request.body.replaceAll(/,(?=,)/g, ",%20"),
    })),
    alsoRed: ["BU-18"],
  },
  {
    fact: "BU-31",
    does: "takes an only cell that is empty for a value",
    rewriting: changingCells((cell, index) => (index === 1 && cell === "" ? "%20" : cell)),
    alsoRed: ["BU-29", "BU-30"],
  },
  {
    fact: "BU-32",
    does: "merges batches",
    options: { switches: { bulkBackToBack: "merges" } },
  },
  {
    fact: "BU-33",
    does: "forgets visits to the site",
    rewriting: answering(isControl("site-visit"), 204, ""),
  },
  {
    fact: "BU-34",
    does: "loses half of all rows",
    options: { switches: { bulkRowsLostShare: 0.5 } },
  },
  {
    fact: "BU-35",
    does: "takes two days",
    options: { propagation: { minMs: 2 * DAY_MS, maxMs: 2 * DAY_MS } },
    alsoRed: ["BU-34"],
  },
  {
    fact: "BU-37",
    does: "takes batches in other words",
    rewriting: answeringWith(isBatch, (body) => body.replace("Batch submitted", "Batch accepted")),
  },
  {
    fact: "BU-38",
    does: "joins the parts of an id otherwise",
    rewriting: () => ({
      request: (request) => ({
        ...request,
        target: request.target.replace(/(?<=batchId=|\/batches\/)[\w]+/, (id) =>
          id.replaceAll("_", "-"),
        ),
      }),
      answer: (answer, request) => {
        if (!isBatch(request) && !isStatus(request)) return answer;
        const body = answer.body.replace(/(?<=batchId(?:=|>))[\w-]+/, (id) =>
          id.replaceAll("-", "_"),
        );
        return { ...answer, body };
      },
    }),
  },
  {
    fact: "BU-39",
    does: "does not say why",
    rewriting: answeringWith(isBatch, (body) =>
      body.includes("<success>false") ? body.replace(/<message>.*<\/message>/, "") : body,
    ),
  },
  {
    fact: "BU-40",
    does: "tells of another batch",
    rewriting: answeringWith(isStatus, (body) => body.replace("</batchId>", "0</batchId>")),
  },
  {
    fact: "BU-41",
    does: "always tells details",
    rewriting: changing(isStatus, (request) => ({
      ...request,
      target: `${request.target.replace("&showDetails=true", "")}&showDetails=true`,
    })),
  },
  {
    fact: "BU-42",
    does: "has other words for where a batch stands",
    rewriting: answeringWith(isStatus, (body) =>
      body.replace(/(?<=<status>)\w+/, (word) => word.toUpperCase()),
    ),
    alsoRed: ["BU-43", "BU-44"],
  },
  {
    fact: "BU-43",
    does: "calls every batch complete",
    rewriting: answeringWith(isStatus, (body) => body.replace(">incomplete<", ">complete<")),
  },
  {
    fact: "BU-44",
    does: "never says that a batch is stuck",
    rewriting: answeringWith(isStatus, (body) => body.replace(">stuck<", ">incomplete<")),
  },
  {
    fact: "BU-45",
    does: "counts who has no profile as failed",
    rewriting: answeringWith(isStatus, (body) =>
      body
        .replace(/(?<=<failedUpdates>)\d+/, /(?<=<profilesNotFound>)\d+/.exec(body)?.[0] ?? "0")
        .replace(/(?<=<profilesNotFound>)\d+/, "0"),
    ),
  },
];

import { changingParameters, type Mutation } from "../mutation.ts";

export const VALUE_MUTATIONS: readonly Mutation[] = [
  {
    fact: "AV-01",
    does: "takes 500 attributes of a call",
    rewriting: changingParameters((parameters) => parameters.split("&").slice(0, 501).join("&")),
  },
  {
    fact: "AV-05",
    does: "keeps more than 64 KB",
    options: { switches: { profileOver64K: "stored" } },
  },
  {
    fact: "AV-09",
    does: "keeps the first value of a list",
    rewriting: changingParameters((parameters) => parameters.replaceAll(/%7C[^&]*/g, "")),
  },
  {
    fact: "AV-12",
    does: "writes numbers as numbers",
    rewriting: changingParameters((parameters) => parameters.replaceAll(/=0+(\d+)(?=&|$)/g, "=$1")),
  },
  {
    fact: "AV-13",
    does: "drops names with dots",
    rewriting: changingParameters((parameters) =>
      parameters.replaceAll(/&profile\.\w+\.\w+=[^&]*/g, ""),
    ),
  },
];

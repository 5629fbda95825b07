import type { Answer } from "../api.ts";
import type { Words } from "../words.ts";

/** Why something asked for did not happen, for the person who asked. */
export function whyNot(
  answer: Exclude<Answer<unknown>, { readonly type: "value" | "unchanged" }>,
  words: Words,
): string {
  switch (answer.type) {
    case "unreachable":
      return words.problem.unreachable;
    case "unreadable":
      return words.olderPage;
    case "refused":
      if (answer.code === "forbidden") return words.problem.forbidden;
      if (answer.code === "unauthorized") return words.problem.signedOut;
      return `${words.problem.other} ${answer.detail}`;
  }
}

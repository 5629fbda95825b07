import type { ThanksRule } from "../contract/thanks-rules.ts";
import { createAskAgain, type AskAgain, type AskAgainDeps } from "./ask-again.ts";
import { forgetAllCards, openCardMemory } from "./card-memory.ts";
import { thanksContent, type ThanksContent } from "./thanks-content.ts";
import type { VisitExtension } from "./visit-extension.ts";
import type { VisitSession } from "./visit-session.ts";
import type { Noted } from "./visit.ts";
import { createWithdrawing, type Withdrawing, type WithdrawingDeps } from "./withdrawing.ts";
import type { Language } from "./words.ts";

export interface ExtrasDeps
  extends
    Omit<WithdrawingDeps, "session" | "clock" | "onWithdrawn">,
    Pick<AskAgainDeps, "clock" | "onError"> {
  readonly session: VisitSession;
}

/** What a visit gains once the page has loaded all of itself. */
export interface Extras {
  readonly withdrawing: Withdrawing;
  readonly askAgain: AskAgain;
  /** What the closing thanks say in place of the shipped words, if any rule is true of the visit. */
  readonly thanks: (noted: Noted, language: Language) => ThanksContent | undefined;
}

export function openExtras(deps: ExtrasDeps): Extras {
  const { session, device } = deps;
  const askAgain = createAskAgain({
    ...deps,
    openMemory: () => openCardMemory(crypto.subtle),
    forgetAll: () => forgetAllCards(indexedDB),
  });
  const withdrawing = createWithdrawing({ ...deps, onWithdrawn: askAgain.forgetCard });
  const extension: VisitExtension = {
    takes(taken) {
      if (withdrawing.takes(taken)) return true;
      askAgain.read(taken);
      return false;
    },
    refuses: withdrawing.refuses,
  };
  session.extend(extension);
  return {
    withdrawing,
    askAgain,
    thanks(noted, language) {
      const rules: readonly ThanksRule[] = session.config.peek().thanks ?? [];
      return thanksContent(rules, { ...device, ...noted }, language);
    },
  };
}

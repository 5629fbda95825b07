import type { Language } from "../contract/language.ts";
import { continueAddress, type ThanksRule } from "../contract/thanks-rules.ts";
import { localDay } from "../domain/attribute.ts";
import type { Answer } from "./visit.ts";
import { BELIEVABLE_MS, configured } from "./words.ts";

/** What a rule may go by: all of it known here, with or without a network. */
export interface ThankedVisit {
  readonly storeId: string;
  readonly timeZone: string;
  /** Kiosk wall time of the stored scan. */
  readonly notedAtMs: number;
  readonly answers: readonly Answer[];
}

/** What the closing thanks say in place of the shipped words. */
export interface ThanksContent {
  readonly title: string;
  readonly text: string | undefined;
  readonly phone: { readonly address: string; readonly label: string | undefined } | undefined;
}

/** By the first rule that is true of the visit; nothing where none is, and the shipped words stand. */
export function thanksContent(
  rules: readonly ThanksRule[],
  visit: ThankedVisit,
  language: Language,
): ThanksContent | undefined {
  const rule = rules.find(({ when }) => when === undefined || isTrueOf(when, visit));
  if (rule === undefined) return undefined;
  const { title, text, continueOnPhone: phone } = rule;
  const said = (words: Parameters<typeof configured>[0] | undefined) =>
    words === undefined ? undefined : configured(words, language);
  return {
    title: configured(title, language),
    text: said(text),
    phone:
      phone === undefined
        ? undefined
        : { address: continueAddress(phone, visit.storeId), label: said(phone.label) },
  };
}

function isTrueOf(
  { stores, from, until, answers = {} }: NonNullable<ThanksRule["when"]>,
  visit: ThankedVisit,
): boolean {
  if (stores?.includes(visit.storeId) === false) return false;
  if (!isBetween(from, until, visit)) return false;
  return Object.entries(answers).every(([questionId, codes]) =>
    visit.answers.some((answer) => answer.questionId === questionId && codes.includes(answer.code)),
  );
}

/** Nobody is wished a merry Christmas by a clock that is plainly wrong. */
function isBetween(
  from: string | undefined,
  until: string | undefined,
  { notedAtMs, timeZone }: ThankedVisit,
): boolean {
  if (from === undefined && until === undefined) return true;
  if (notedAtMs < BELIEVABLE_MS) return false;
  const day = localDay(notedAtMs, timeZone);
  return (from === undefined || day >= dayOf(from)) && (until === undefined || day <= dayOf(until));
}

const DAY_MS = 86_400_000;

function dayOf(date: string): number {
  return Date.parse(`${date}T00:00:00Z`) / DAY_MS;
}

import * as z from "zod/mini";
import { PlaceId } from "./primitives.ts";

/** Texts by language tag, as in the configuration they are part of; English is always there. */
function wordsUpTo(length: number) {
  const text = z.string().check(z.minLength(1), z.maxLength(length));
  return z.catchall(z.object({ en: text }), text);
}

/** A calendar date such as `2026-12-24`, wherever a store stands. */
const CalendarDate = z.string().check(
  z.refine((text) => {
    const atMs = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : NaN;
    return !Number.isNaN(atMs) && new Date(atMs).toISOString().startsWith(text);
  }, "not a date such as 2026-12-24"),
);

const Code = z.string().check(z.regex(/^[a-z][a-z0-9-]{0,31}$/));

/** All that stands in it must be true of a visit; without any of it, it is true of every one. */
const ThanksCondition = z.strictObject({
  stores: z.optional(z.array(PlaceId).check(z.minLength(1), z.maxLength(1_000))),
  /** First and last day, by the store's own calendar. */
  from: z.optional(CalendarDate),
  until: z.optional(CalendarDate),
  /** By question id: one of these codes was answered in this visit. */
  answers: z.optional(z.record(Code, z.array(Code).check(z.minLength(1), z.maxLength(4)))),
});

/** All that may be filled into an address. Nothing of the card, of who holds it or of what they answered. */
const PLACES = /\{(?:storeId|campaign)\}/g;

/**
 * Where a phone goes on. Ours: 200 characters, so that the code is read from a metre away.
 *
 * An address takes the store and the campaign and nothing else, so that no code on a screen ever carries
 * a card: any other brace is refused, whatever it stands for.
 */
const ContinueAddress = z.string().check(
  z.maxLength(200),
  z.refine(isPlainHttps, "not an https address"),
  z.refine(
    (address) => !/[{}]|%7[bd]/i.test(address.replaceAll(PLACES, "")),
    "takes {storeId} and {campaign}, and no other placeholder",
  ),
);

export const ThanksRule = z
  .strictObject({
    when: z.optional(ThanksCondition),
    /** Ours: lengths at which two lines hold them in the narrowest place. */
    title: wordsUpTo(48),
    text: z.optional(wordsUpTo(90)),
    /** A QR code for those who like to go on by themselves. */
    continueOnPhone: z.optional(
      z.strictObject({
        address: ContinueAddress,
        campaign: z.optional(z.string().check(z.regex(/^[A-Za-z0-9_-]{1,64}$/))),
        label: z.optional(wordsUpTo(40)),
      }),
    ),
  })
  .check(
    z.refine(
      ({ continueOnPhone: phone }) =>
        phone === undefined ||
        phone.campaign !== undefined ||
        !phone.address.includes("{campaign}"),
      { message: "names a {campaign} that is not given", path: ["continueOnPhone", "campaign"] },
    ),
    z.refine(
      ({ when }) => when?.from === undefined || when.until === undefined || when.from <= when.until,
      { message: "is before its first day", path: ["when", "until"] },
    ),
  );
export type ThanksRule = z.infer<typeof ThanksRule>;

/** Ours: more rules than anybody keeps in mind. */
export const MAX_THANKS_RULES = 100;

/** The address as a phone gets it. */
export function continueAddress(
  { address, campaign = "" }: NonNullable<ThanksRule["continueOnPhone"]>,
  storeId: string,
): string {
  return address.replaceAll(PLACES, (place) => (place === "{storeId}" ? storeId : campaign));
}

/** Host and perhaps a port, no user, and what follows in ASCII, as every phone's camera takes it. */
const HTTPS = /^https:\/\/[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::\d{1,5})?(?:[/?#][\x21-\x7e]*)?$/i;

function isPlainHttps(address: string): boolean {
  return HTTPS.test(address.replaceAll(PLACES, "x"));
}

interface AskedQuestion {
  readonly id: string;
  readonly choices: readonly { readonly code: string }[];
}

/** The path in the rules of the first answer that no question knows; nothing when all are known. */
export function unknownAnswer(
  rules: readonly ThanksRule[],
  questions: readonly AskedQuestion[],
): readonly (string | number)[] | undefined {
  for (const [index, { when }] of rules.entries()) {
    for (const [questionId, codes] of Object.entries(when?.answers ?? {})) {
      const path = [index, "when", "answers", questionId];
      const question = questions.find(({ id }) => id === questionId);
      if (question === undefined) return path;
      const at = codes.findIndex((code) =>
        question.choices.every((choice) => choice.code !== code),
      );
      if (at !== -1) return [...path, at];
    }
  }
  return undefined;
}

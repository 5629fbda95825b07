import * as z from "zod/mini";
import { ATTRIBUTE_NAME, MAX_VALUE_LENGTH } from "../domain/attribute.ts";
import { AssistKeys } from "./assist-keys.ts";
import { CameraConfig } from "./camera-config.ts";
import { CardRule } from "./card-rule.ts";
import { ByItself, OpeningHours } from "./by-itself.ts";
import { HelpConfig } from "./help-call.ts";
import { LANGUAGES } from "./language.ts";
import { PurposeId } from "./purpose.ts";
import { Staff } from "./staff.ts";
import { MAX_THANKS_RULES, ThanksRule, unknownAnswer } from "./thanks-rules.ts";

/** Where a kiosk asks for its configuration: `GET`. */
export const CONFIG_PATH = "/v1/config";

/** Texts by language tag; English is always there. */
const Words = z.catchall(
  z.object({ en: z.string().check(z.minLength(1), z.maxLength(120)) }),
  z.string().check(z.minLength(1), z.maxLength(120)),
);

const AttributeName = z.string().check(z.regex(ATTRIBUTE_NAME));

/** What a scan writes by itself. `store` and `kiosk` come from the device record. */
const ScanAttribute = z.strictObject({
  name: AttributeName,
  from: z.enum(["store", "kiosk", "instant", "day"]),
});

const StaticAttribute = z.strictObject({
  name: AttributeName,
  text: z.string().check(
    z.maxLength(MAX_VALUE_LENGTH),
    z.refine((text) => text.isWellFormed(), "a lone surrogate cannot be sent"),
  ),
});

const Question = z.strictObject({
  id: z.string().check(z.regex(/^[a-z][a-z0-9-]{0,31}$/)),
  attribute: AttributeName,
  title: Words,
  hint: z.optional(Words),
  /** Days until it is asked of the same card again; without it, at every visit (rule PV7). */
  askAgainDays: z.optional(z.int().check(z.gte(1), z.lte(366))),
  choices: z
    .array(
      z.strictObject({
        /** What Target gets; stable while the words around it change. */
        code: z.string().check(z.regex(/^[a-z][a-z0-9-]{0,31}$/)),
        label: Words,
        /** One of the app's own drawings. */
        drawing: z.enum(["shirt", "gift", "home", "eyes"]),
      }),
    )
    .check(
      z.minLength(2),
      z.maxLength(4),
      z.refine((choices) => areDistinct(choices.map(({ code }) => code)), "a code comes twice"),
    ),
});

/** One thing a shopper may say yes to, and the attributes that then may be kept. */
const Purpose = z.strictObject({
  id: PurposeId,
  title: Words,
  text: Words,
  attributes: z.array(AttributeName).check(z.minLength(1), z.maxLength(64)),
});

const Seconds = z.number().check(z.gte(1), z.lte(600));

/**
 * What a chain decides about its kiosks. Ids, names and time zone are not here: they belong to the
 * device.
 */
export const KioskConfig = z
  .strictObject({
    version: z.string().check(z.minLength(1), z.maxLength(64)),
    /** Name on the sewn label and on the drawn card. */
    brand: z.string().check(z.minLength(1), z.maxLength(24)),
    /** Takes the place of the shipped saffron, in the lightness nearest to it on which words can be read. */
    brandColour: z.optional(
      z
        .string()
        .check(z.regex(/^#[0-9a-f]{6}$/i, "must be # and six hexadecimal digits, such as #1b4fa8")),
    ),
    /** Version of the programme's terms, which cover recording a scan (rule PV4). */
    terms: z.strictObject({
      version: z.string().check(z.minLength(1), z.maxLength(64)),
      text: z.optional(Words),
    }),
    /** What is asked for, purpose by purpose, where the terms alone do not cover it (rule PV4). */
    consent: z.optional(
      z.strictObject({ purposes: z.array(Purpose).check(z.minLength(1), z.maxLength(16)) }),
    ),
    /** Offered on screen, in this order; a visit begins in the first. All of them where left out. */
    languages: z.optional(
      z
        .array(z.enum(LANGUAGES))
        .check(z.minLength(1), z.refine(areDistinct, "a language comes twice")),
    ),
    /** How loud the kiosk is, in percent of what it can; 0 is silent. */
    sounds: z.optional(z.strictObject({ volume: z.number().check(z.gte(0), z.lte(100)) })),
    assistKeys: z.optional(AssistKeys),
    /** Reads cards too, where it is named. */
    camera: z.optional(CameraConfig),
    cardRules: z.array(CardRule).check(z.minLength(1), z.maxLength(32)),
    /** Digits of a typed card number, for the keypad. */
    keypad: z.strictObject({ length: z.int().check(z.gte(4), z.lte(32)) }),
    /** Distinct cards in any minute, before the kiosk asks for patience; typed ones apart (rule CD1). */
    cardLimits: z.optional(
      z.strictObject({
        cardsPerMinute: z.int().check(z.gte(1), z.lte(600)),
        typedCardsPerMinute: z.int().check(z.gte(1), z.lte(600)),
      }),
    ),
    scanAttributes: z.array(ScanAttribute).check(z.minLength(1), z.maxLength(16)),
    staticAttributes: z.array(StaticAttribute).check(z.maxLength(16)),
    questions: z.array(Question).check(
      z.maxLength(8),
      z.refine((questions) => areDistinct(questions.map(({ id }) => id)), "an id comes twice"),
    ),
    /** By weekday, in the store's time; the screen stays awake within. Always open where left out. */
    openingHours: z.optional(OpeningHours),
    /** When a new version of the app is taken up, and when a silent scanner is told. */
    byItself: z.optional(ByItself),
    /** Shoppers may call for help, because somebody answers; where left out, nobody is promised that. */
    help: z.optional(HelpConfig),
    /** Who may open the staff's side of a kiosk; nobody where left out. */
    staff: z.optional(Staff),
    /** What the closing thanks say; the first that is true of the visit, else the shipped words. */
    thanks: z.optional(z.array(ThanksRule).check(z.maxLength(MAX_THANKS_RULES))),
    timings: z.strictObject({
      /** Thanks alone on screen before a question follows. At least 1.2 s. */
      thanksSeconds: z.number().check(z.gte(1.2), z.lte(10)),
      /** A question nobody answers. */
      questionSeconds: Seconds,
      /** The closing thanks. */
      closingSeconds: Seconds,
      /**
       * How long a visit may be taken back once it closes (rule PV5): 10 unless given. With 0 nothing is
       * held, and undo not offered.
       */
      undoSeconds: z.optional(z.number().check(z.gte(0), z.lte(30))),
      /** A refusal nobody reacts to. */
      refusedSeconds: Seconds,
      /** A keypad nobody touches. */
      keypadSeconds: Seconds,
      /** The same card again within this time is one scan (rule VS1). */
      duplicateSeconds: z.number().check(z.gte(0), z.lte(600)),
    }),
  })
  .check(
    z.refine(
      ({ scanAttributes, staticAttributes }) =>
        areDistinct([...scanAttributes, ...staticAttributes].map(({ name }) => name)),
      { message: "an attribute is written twice by one scan", path: ["staticAttributes"] },
    ),
    z.refine(({ consent }) => areDistinct((consent?.purposes ?? []).map(({ id }) => id)), {
      message: "a purpose comes twice",
      path: ["consent"],
    }),
    (found) => {
      const { thanks = [], questions } = found.value;
      const path = unknownAnswer(thanks, questions);
      if (path === undefined) return;
      found.issues.push({
        code: "custom",
        input: found.value,
        message: "no question has such an answer",
        path: ["thanks", ...path],
      });
    },
  );
export type KioskConfig = z.infer<typeof KioskConfig>;

function areDistinct(values: readonly string[]): boolean {
  return new Set(values).size === values.length;
}

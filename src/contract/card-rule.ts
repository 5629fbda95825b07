import * as z from "zod/mini";
import {
  cardFromScan,
  scanFromExample,
  type CardExample,
  type CardRule as Rule,
} from "../domain/card.ts";
import { SETUP_EXAMPLE } from "./setup-code.ts";

/** Source: ISO/IEC 15424: `]`, a letter for the symbology, a modifier. */
const AimIdentifier = z.string().check(z.regex(/^\][A-Za-z][0-9A-Za-z]$/));

const Source = z.enum(["wedge", "keypad", "hid", "serial", "camera"]);

const Example = z.union([
  z.string(),
  z.strictObject({
    text: z.string(),
    source: z.optional(Source),
    aim: z.optional(AimIdentifier),
    id: z.optional(z.string()),
  }),
]);

/**
 * Numbers that the networks publish for tests, as chips and stripes say them. Each network's alone may
 * look like a loyalty card's; whoever takes several of them takes payment cards.
 */
const PAYMENT_CARDS = [
  "4111111111111111",
  "5555555555554444",
  "2223003122003222",
  "378282246310005",
  "6011111111111117",
  "30569309025904",
].map((number) => [
  number,
  `;${number}=29121010000000000?`,
  `%B${number}^DOE/JANE^29121010000000000?`,
]);

/** One kind of card. Its examples are its proof: none is published that does not keep them. */
export const CardRule = z
  .strictObject({
    name: z.string().check(z.minLength(1), z.maxLength(64)),
    match: z.string().check(
      z.maxLength(500),
      // Aborts: the examples below cannot be tried on a pattern that is none.
      z.refine(isRegularExpression, { message: "not a regular expression", abort: true }),
    ),
    reads: z.optional(z.enum(["track-1", "track-2", "track-3", "gsrn"])),
    companyPrefixes: z.optional(
      // Source: GS1 General Specifications, section 1.4.2: company prefixes have 4 to 12 digits.
      z.array(z.string().check(z.regex(/^\d{4,12}$/))).check(z.minLength(1), z.maxLength(16)),
    ),
    id: z.optional(z.string().check(z.minLength(1), z.maxLength(128))),
    checkDigit: z.enum(["luhn", "gs1", "mod43", "none"]),
    visitor: z.enum(["member", "browser"]),
    symbologies: z.optional(z.array(AimIdentifier)),
    sources: z.optional(z.array(Source).check(z.minLength(1))),
    accepts: z.array(Example).check(z.minLength(1)),
    refuses: z.array(Example),
  })
  .check(
    z.refine((rule) => (rule.reads === "gsrn") === (rule.companyPrefixes !== undefined), {
      message: "name the company prefixes that are yours with reads: gsrn, and only there",
      path: ["companyPrefixes"],
    }),
    z.refine((rule) => rule.reads !== "gsrn" || rule.checkDigit === "gs1", {
      message: "a GSRN has the check digit gs1",
      path: ["checkDigit"],
    }),
    z.refine((rule) => strangersIn(rule).length === 0, {
      message: "names a group that match has not; there are also {gs1} and {luhn}",
      path: ["id"],
    }),
    z.refine((rule) => rule.accepts.every((example) => isKept(rule, example)), {
      message: "does not accept its own example",
      path: ["accepts"],
    }),
    z.refine((rule) => rule.refuses.every((example) => idBy(rule, example) === undefined), {
      message: "accepts an example it should refuse",
      path: ["refuses"],
    }),
    // A code that sets a kiosk up is nobody's card: a paired kiosk says "not ours" to it.
    z.refine((rule) => idBy(rule, SETUP_EXAMPLE) === undefined, {
      message: "takes the codes that set a kiosk up for cards",
      path: ["match"],
    }),
    // Rule PV3: a rule that takes a card in full wins over the guard.
    z.refine((rule) => networksTakenBy(rule) < 2, {
      message: "takes payment cards; begin it with the digits that your cards begin with",
      path: ["match"],
    }),
  );

/** Who an example comes to by this rule alone; nothing where it is refused. */
function idBy(rule: Rule, example: CardExample): string | undefined {
  const card = cardFromScan(scanFromExample(example), [rule]);
  return card.ok ? card.value.visitor.value : undefined;
}

function isKept(rule: Rule, example: CardExample): boolean {
  const id = idBy(rule, example);
  const wanted = typeof example === "string" ? undefined : example.id;
  return id !== undefined && (wanted === undefined || id === wanted);
}

/** How many payment networks' cards the rule takes, by whatever way it is for. */
function networksTakenBy(rule: Rule): number {
  const source = rule.sources?.[0] ?? "wedge";
  return PAYMENT_CARDS.filter((ways) =>
    ways.some((text) => idBy(rule, { text, source }) !== undefined),
  ).length;
}

/** Names in the template that no group of the pattern fills. */
function strangersIn({ id = "", match }: Rule): readonly string[] {
  return [...id.matchAll(/\{([A-Za-z]\w*)\}/g)]
    .map(([, name]) => name!)
    .filter((name) => name !== "gs1" && name !== "luhn" && !match.includes(`(?<${name}>`));
}

function isRegularExpression(source: string): boolean {
  try {
    return new RegExp(source, "u") instanceof RegExp;
  } catch {
    // A SyntaxError is how RegExp says no.
    return false;
  }
}

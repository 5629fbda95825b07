import { hasGoodCheckDigit, type CheckDigit } from "./check-digit.ts";
import { recipientNumber } from "./gs1.ts";
import { filledTemplate } from "./id-template.ts";
import { isFailedSwipe, tracksIn } from "./magstripe.ts";
import { looksLikePaymentCard } from "./payment-card.ts";
import { err, ok, type Result } from "./result.ts";
import { visitorIdFrom, type VisitorId, type VisitorIdError } from "./visitor-id.ts";

/** What a reading device saw, before anybody knows what it means. */
export interface Scan {
  readonly text: string;
  readonly source: ScanSource;
  /** AIM symbology identifier such as `]E0`, when the scanner sent one. Source: ISO/IEC 15424. */
  readonly aim?: string;
  /**
   * The same keys read through a US keyboard, when that differs from `text`: what a scanner meant
   * whose keyboard layout is not the machine's.
   */
  readonly repaired?: string;
}

/**
 * How a card came: typed by a reader, typed by a person, reported by a device of its own kind, or seen by
 * a camera.
 */
export type ScanSource = "wedge" | "keypad" | "hid" | "serial" | "camera";

/**
 * How one kind of card is recognised and turned into a visitor.
 *
 * One card that says its number in several ways (in its stripes, printed below them, on a magnetic
 * stripe, in a wallet) has a rule for each, all of which come to the same visitor.
 */
export interface CardRule {
  readonly name: string;
  /** Regular expression over the whole of what is read; the group `id`, if any, is what identifies. */
  readonly match: string;
  /**
   * What of the scan is read: all of it, unless it is the data of one magnetic track, or the 18 digits
   * of a GS1 recipient (application identifier 8018).
   */
  readonly reads?: "track-1" | "track-2" | "track-3" | "gsrn" | undefined;
  /** With `gsrn`: the beginnings of the numbers that are ours. */
  readonly companyPrefixes?: readonly string[] | undefined;
  /** What identifies, made of the pattern's groups; see `id-template.ts`. In place of the group `id`. */
  readonly id?: string | undefined;
  /** Checked on the group `check` if there is one, else on what identifies. */
  readonly checkDigit: CheckDigit;
  readonly visitor: VisitorId["kind"];
  /** AIM identifiers this rule accepts; any, also none, when absent. */
  readonly symbologies?: readonly string[] | undefined;
  /** Ways this rule is for; all, when absent. */
  readonly sources?: readonly ScanSource[] | undefined;
  readonly accepts: readonly CardExample[];
  readonly refuses: readonly CardExample[];
}

/** A scan that a rule is tried on: typed by a scanner, unless it says how else it comes. */
export type CardExample =
  | string
  | {
      readonly text: string;
      readonly source?: ScanSource | undefined;
      readonly aim?: string | undefined;
      /** Who it has to come to. */
      readonly id?: string | undefined;
    };

/** A card of ours. */
export interface Card {
  readonly visitor: VisitorId;
  readonly rule: string;
  /** The scanner types with another keyboard layout than the machine's; staff should know. */
  readonly layoutRepaired: boolean;
}

export type CardRefusal =
  | { readonly type: "payment-card" }
  | { readonly type: "not-ours" }
  /** A magnetic stripe that its reader could not read. */
  | { readonly type: "swipe-again" }
  | { readonly type: "bad-check-digit"; readonly rule: string }
  | { readonly type: "bad-visitor-id"; readonly reason: VisitorIdError };

/**
 * The visitor a scan belongs to, or the named reason why there is none.
 *
 * The text as typed is tried first, then the text as the scanner meant it. A rule that matches in
 * full, check digit included, wins over the payment-card guard, so that a loyalty number which looks
 * like a bank's can be allowed by configuration.
 */
export function cardFromScan(scan: Scan, rules: readonly CardRule[]): Result<Card, CardRefusal> {
  const asTyped = cardFromText(scan, scan.text, rules);
  if (asTyped.ok || scan.repaired === undefined) return asTyped;
  const asMeant = cardFromText(scan, scan.repaired, rules);
  if (asMeant.ok) return ok({ ...asMeant.value, layoutRepaired: true });
  const typedSaysMore = asTyped.error.type === "payment-card" || asMeant.error.type === "not-ours";
  return typedSaysMore ? asTyped : asMeant;
}

function cardFromText(
  scan: Scan,
  text: string,
  rules: readonly CardRule[],
): Result<Card, CardRefusal> {
  let refusal: CardRefusal = { type: "not-ours" };
  for (const rule of rules) {
    const match = matchOf(rule, scan, text);
    if (match === null) continue;
    const groups: Readonly<Record<string, string | undefined>> = match.groups ?? {};
    const id = rule.id === undefined ? (groups["id"] ?? match[0]) : filledTemplate(rule.id, groups);
    if (!hasGoodCheckDigit(rule.checkDigit, groups["check"] ?? id)) {
      refusal = { type: "bad-check-digit", rule: rule.name };
      continue;
    }
    const visitor = visitorIdFrom(rule.visitor, id);
    if (visitor.ok) return ok({ visitor: visitor.value, rule: rule.name, layoutRepaired: false });
    refusal = { type: "bad-visitor-id", reason: visitor.error };
  }
  if (looksLikePaymentCard(text)) return err({ type: "payment-card" });
  return err(isFailedSwipe(text) ? { type: "swipe-again" } : refusal);
}

function matchOf(rule: CardRule, { source, aim }: Scan, text: string): RegExpExecArray | null {
  if (rule.sources?.includes(source) === false) return null;
  if (aim !== undefined && rule.symbologies?.includes(aim) === false) return null;
  const read = readBy(rule, text, aim);
  return read === undefined ? null : new RegExp(`^(?:${rule.match})$`, "u").exec(read);
}

function readBy(rule: CardRule, text: string, aim: string | undefined): string | undefined {
  switch (rule.reads) {
    case undefined:
      return text;
    case "track-1":
      return tracksIn(text)?.[1];
    case "track-2":
      return tracksIn(text)?.[2];
    case "track-3":
      return tracksIn(text)?.[3];
    case "gsrn": {
      const number = recipientNumber(text, aim);
      return rule.companyPrefixes?.some((prefix) => number?.startsWith(prefix))
        ? number
        : undefined;
    }
  }
}

/** An example as the scan it stands for. */
export function scanFromExample(example: CardExample): Scan {
  if (typeof example === "string") return { text: example, source: "wedge" };
  const { text, source = "wedge", aim } = example;
  return { text, source, ...(aim !== undefined && { aim }) };
}

/**
 * A card number as the screen may show it, for the person holding it: the last four characters, and
 * never more than half.
 */
export function maskedCard({ value }: VisitorId): string {
  const shown = Math.min(4, Math.floor(value.length / 2));
  return `•••• ${value.slice(value.length - shown)}`;
}

import { hasGoodCheckDigit, type CheckDigit } from "./check-digit.ts";
import { looksLikePaymentCard } from "./payment-card.ts";
import { err, ok, type Result } from "./result.ts";
import { visitorIdFrom, type VisitorId, type VisitorIdError } from "./visitor-id.ts";

/** What a reading device saw, before anybody knows what it means. */
export interface Scan {
  readonly text: string;
  readonly source: "wedge" | "keypad";
  /** AIM symbology identifier such as `]E0`, when the scanner sent one. Source: ISO/IEC 15424. */
  readonly aim?: string;
  /**
   * The same keys read through a US keyboard, when that differs from `text`: what a scanner meant
   * whose keyboard layout is not the machine's.
   */
  readonly repaired?: string;
}

/** How one kind of card is recognised and turned into a visitor. */
export interface CardRule {
  readonly name: string;
  /** Regular expression over the whole text; the group `id`, if any, is what identifies. */
  readonly match: string;
  /** Checked on the group `check` if there is one, else on the identifying digits. */
  readonly checkDigit: CheckDigit;
  readonly visitor: VisitorId["kind"];
  /** AIM identifiers this rule accepts; any, also none, when absent. */
  readonly symbologies?: readonly string[] | undefined;
  readonly accepts: readonly string[];
  readonly refuses: readonly string[];
}

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
  const asTyped = cardFromText(scan.text, scan.aim, rules);
  if (asTyped.ok || scan.repaired === undefined) return asTyped;
  const asMeant = cardFromText(scan.repaired, scan.aim, rules);
  if (asMeant.ok) return ok({ ...asMeant.value, layoutRepaired: true });
  const typedSaysMore = asTyped.error.type === "payment-card" || asMeant.error.type === "not-ours";
  return typedSaysMore ? asTyped : asMeant;
}

function cardFromText(
  text: string,
  aim: string | undefined,
  rules: readonly CardRule[],
): Result<Card, CardRefusal> {
  let refusal: CardRefusal = { type: "not-ours" };
  for (const rule of rules) {
    if (aim !== undefined && rule.symbologies !== undefined && !rule.symbologies.includes(aim)) {
      continue;
    }
    const match = new RegExp(`^(?:${rule.match})$`, "u").exec(text);
    if (match === null) continue;
    const id = match.groups?.["id"] ?? match[0];
    if (!hasGoodCheckDigit(rule.checkDigit, match.groups?.["check"] ?? id)) {
      refusal = { type: "bad-check-digit", rule: rule.name };
      continue;
    }
    const visitor = visitorIdFrom(rule.visitor, id);
    if (visitor.ok) return ok({ visitor: visitor.value, rule: rule.name, layoutRepaired: false });
    refusal = { type: "bad-visitor-id", reason: visitor.error };
  }
  if (looksLikePaymentCard(text)) return err({ type: "payment-card" });
  return err(refusal);
}

/**
 * A card number as the screen may show it, for the person holding it: the last four characters, and
 * never more than half.
 */
export function maskedCard({ value }: VisitorId): string {
  const shown = Math.min(4, Math.floor(value.length / 2));
  return `•••• ${value.slice(value.length - shown)}`;
}

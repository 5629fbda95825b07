import { maskedCard, scanFromExample, type CardRule, type Scan } from "../../domain/card.ts";
import { code128Modules } from "../../domain/code128.ts";
import { ean13Modules } from "../../domain/ean13.ts";
import { symbologyOf } from "../../scanner/symbology.ts";

/** A code to be printed that a rule of the configuration takes: its first example that is read. */
export type TestCode =
  | {
      readonly rule: string;
      readonly kind: "ean-13" | "code-128" | "gs1-128" | "qr";
      readonly text: string;
      /** Its end, as it may be written below. */
      readonly masked: string;
    }
  /** None can be printed here, and why. */
  | { readonly rule: string; readonly kind: "none"; readonly why: "stripe" | "typed" | "kind" };

/** Ours: as much as a Code 128 holds that a handheld reads across a sheet. */
const LONGEST_LINEAR = 22;

/** One for each card rule, in their order. */
export function testCodesOf(cardRules: readonly CardRule[]): readonly TestCode[] {
  return cardRules.map((rule) => codeOf(rule));
}

function codeOf(rule: CardRule): TestCode {
  const { name, reads, symbologies } = rule;
  if (reads?.startsWith("track-") === true) return { rule: name, kind: "none", why: "stripe" };
  const scan = rule.accepts.map(scanFromExample).find(({ source }) => source !== "keypad");
  if (scan === undefined) return { rule: name, kind: "none", why: "typed" };
  const kinds = scan.aim === undefined ? (symbologies ?? []) : [scan.aim];
  const kind =
    kinds.length === 0 ? kindFor(scan) : kinds.map((aim) => kindOf(aim, scan)).find(isKind);
  if (kind === undefined) return { rule: name, kind: "none", why: "kind" };
  return {
    rule: name,
    kind,
    text: scan.text,
    masked: maskedCard({ kind: rule.visitor, value: scan.text }),
  };
}

type Kind = Exclude<TestCode["kind"], "none">;

function isKind(kind: Kind | undefined): kind is Kind {
  return kind !== undefined;
}

/** How a code is drawn that is read with this identifier; nothing for kinds that are not drawn here. */
function kindOf(aim: string, { text }: Scan): Kind | undefined {
  const symbology = symbologyOf(aim);
  if (symbology === "EAN-13 / UPC") return ean13Modules(text) === undefined ? undefined : "ean-13";
  if (symbology === "Code 128" || symbology === "GS1-128") {
    const isGs1 = symbology === "GS1-128";
    if (code128Modules(text, { gs1: isGs1 }) === undefined) return undefined;
    return isGs1 ? "gs1-128" : "code-128";
  }
  return symbology === "QR Code" ? "qr" : undefined;
}

/** The usual kind for such a text, where the rule takes any. */
function kindFor({ text }: Scan): Kind {
  if (ean13Modules(text) !== undefined) return "ean-13";
  if (/^8018\d{18}$/.test(text)) return "gs1-128";
  const isLinear = text.length <= LONGEST_LINEAR && code128Modules(text) !== undefined;
  return isLinear ? "code-128" : "qr";
}

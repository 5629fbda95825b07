import { memberCard } from "../../support/cards.ts";
import type { LivedVisit, Withdrawn } from "./expectations.ts";

type Changing<T> = { -readonly [Name in keyof T]: T[Name] };

/** Who came, and what their screens said became of it. */
export interface Ledger {
  readonly visits: readonly LivedVisit[];
  readonly withdrawals: readonly Withdrawn[];
  /** All that was shown or typed so far, refused cards included. */
  readonly numbers: ReadonlySet<string>;
  /** The shopper of this number, whose cards are the same whoever came before. */
  readonly comes: (number: number) => void;
  /** A card that nobody has shown yet. */
  readonly newCard: () => string;
  /** A card whose visit is over and was kept; one that withdrew may be among them. */
  readonly oldCard: (draw: number) => string | undefined;
  /** Something was shown that is no card of ours. */
  readonly shown: (text: string) => string;
  /** The screen speaks of a visit of this card from here on. */
  readonly begun: (card: string, became: LivedVisit["became"]) => void;
  /** The screen speaks of this card's last visit, again or for the first time. */
  readonly resumed: (card: string) => void;
  /** Of the visit on screen; nothing where there is none. */
  readonly card: () => string | undefined;
  readonly became: (became: LivedVisit["became"]) => void;
  readonly answered: (isSure: boolean) => void;
  readonly withdrew: (card: string, isConfirmed: boolean) => void;
  /** Nobody is before the screen any more. */
  readonly left: () => void;
}

/** Ours: more than one shopper shows. */
const CARDS_PER_VISIT = 20;

/** @param know told of every card before it is first shown, so that Target has its profile */
export function createLedger(know: (cards: readonly string[]) => void): Ledger {
  const visits: Changing<LivedVisit>[] = [];
  const withdrawals: Withdrawn[] = [];
  const numbers = new Set<string>();
  let current: Changing<LivedVisit> | undefined;
  let nextCard = 0;

  function begun(card: string, became: LivedVisit["became"]): void {
    current = { card, became, answers: 0, unsureAnswers: 0 };
    visits.push(current);
  }

  return {
    visits,
    withdrawals,
    numbers,
    comes(number) {
      nextCard = number * CARDS_PER_VISIT;
    },
    newCard() {
      const card = memberCard(nextCard);
      nextCard += 1;
      know([card]);
      numbers.add(card);
      return card;
    },
    oldCard(draw) {
      const kept = visits.filter(({ became }) => became === "kept").slice(0, -6);
      return kept[Math.floor(draw * kept.length)]?.card;
    },
    shown(text) {
      numbers.add(text);
      return text;
    },
    begun,
    resumed(card) {
      current = visits.findLast((visit) => visit.card === card);
      // Shown twice before anybody saw its thanks.
      if (current === undefined) begun(card, "kept");
    },
    card: () => current?.card,
    became(became) {
      if (current !== undefined) current.became = became;
    },
    answered(isSure) {
      if (current === undefined) return;
      if (isSure) current.answers += 1;
      else current.unsureAnswers += 1;
    },
    withdrew(card, isConfirmed) {
      withdrawals.push({ card, isConfirmed });
    },
    left() {
      current = undefined;
    },
  };
}

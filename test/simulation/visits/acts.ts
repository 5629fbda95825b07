import { LANGUAGES } from "../../../src/contract/language.ts";
import { pick } from "../../support/seeded.ts";
import type { Seen } from "./shop.ts";
import {
  scanCard,
  settleOn,
  tapUndo,
  undoVisit,
  walkAway,
  withdrawn,
  type Shopper,
} from "./shopper.ts";

/** Something a shopper may do on the screen before them. */
export interface Act {
  readonly name: string;
  /** How much more likely it is than another. */
  readonly weight: number;
  readonly run: () => Promise<unknown>;
  /** The same, without waiting for what comes of it: the plug is pulled in this very moment. */
  readonly inPassing?: () => Promise<unknown>;
}

/** Numbers that are none of ours, and one of ours that was read wrong; nothing we ship mentions them. */
const WRONG = ["9780201379624", "5901234123457", "2900000000002"];

/** Test numbers of payment networks; nothing we ship mentions these either. */
const PAYMENT = ["5105105105105100", "4012888888881881"];

/** What may be done next; nothing where the screen has to be waited for. */
export function actsOn(seen: Seen, shopper: Shopper): readonly Act[] {
  switch (seen.state) {
    case "attract":
      return onAttract(shopper);
    case "keypad":
      return [...onKeypad(shopper), ...anywhere(seen, shopper)];
    case "consent":
      return [...onConsent(seen, shopper), ...anywhere(seen, shopper)];
    case "refused":
      return [
        act("the keypad instead", 1, () => shopper.shop.tapOn(".controls .button-main")),
        act("finish", 2, () => shopper.shop.tapOn(".controls > .button", -1)),
        ...anywhere(seen, shopper),
      ];
    case "declined":
      return [
        act("done", 3, () => shopper.shop.tapOn(".controls .button-main")),
        ...anywhere(seen, shopper),
      ];
    case "withdrawal":
      return [...onWithdrawal(seen, shopper), ...anywhere(seen, shopper)];
    case "thanked":
      return [...onThanked(seen, shopper), ...anywhere(seen, shopper)];
    default:
      throw new Error(`A kiosk that works shows no “${seen.state}”.`);
  }
}

function act(name: string, weight: number, run: Act["run"], inPassing?: Act["run"]): Act {
  return inPassing === undefined ? { name, weight, run } : { name, weight, run, inPassing };
}

function onAttract(shopper: Shopper): readonly Act[] {
  const { shop, ledger, random } = shopper;
  return [
    act(
      "scan",
      14,
      () => scanCard(shopper, ledger.newCard()),
      async () => {
        const card = ledger.newCard();
        ledger.begun(card, "unsure");
        await shop.showInPassing(card);
      },
    ),
    act("scan of a card from before", 3, () =>
      scanCard(shopper, ledger.oldCard(random()) ?? ledger.newCard()),
    ),
    act("wrong card", 1.5, () => shop.show(ledger.shown(pick(WRONG, random)))),
    act("payment card", 1.5, () => shop.show(ledger.shown(pick(PAYMENT, random)))),
    act("keypad", 1.5, () => shop.tapOn(".screen-attract .button")),
    act("stop recording", 1.2, () => shop.tapOn(".sill-foot .button")),
    ...choices(shopper, 2, (language) => shop.tap(`.language[lang=${language}]`)),
  ];
}

function onKeypad(shopper: Shopper): readonly Act[] {
  const { shop, ledger } = shopper;
  return [
    act("type a number", 4, async () => {
      if ((await shop.look()).isIdleAsked) await shop.tap(".sheet-idle .button-main");
      const card = ledger.newCard();
      await shop.tap(".button-key", -1);
      await shop.type(card);
      await settleOn(shopper, card, await shop.tapOn(".pair-keypad .button-main"));
    }),
    act("cancel", 1, async () => {
      if ((await shop.look()).isIdleAsked) await shop.tap(".sheet-idle .button-main");
      return shop.tapOn(".pair-keypad .button");
    }),
  ];
}

function onConsent(seen: Seen, shopper: Shopper): readonly Act[] {
  const { shop } = shopper;
  const answer = async (nth: number): Promise<void> => {
    if ((await shop.look()).isIdleAsked) await shop.tap(".sheet-idle .button-main");
    const after = await shop.tapOn(".consent-pair .button", nth);
    if (after.state === "thanked") shopper.ledger.became("kept");
  };
  return [
    act("no", 2, () => answer(0)),
    act(
      "yes",
      5,
      () => answer(1),
      async () => {
        await shop.tap(".consent-pair .button", 1);
        shopper.ledger.became("unsure");
      },
    ),
    ...(seen.isIdleAsked ? [] : [act("finish", 0.5, () => shop.tapOn(".controls > .button", -1))]),
  ];
}

function onThanked(seen: Seen, shopper: Shopper): readonly Act[] {
  const { shop, ledger } = shopper;
  const card = ledger.card();
  const again =
    card === undefined ? [] : [act("the same card again", 1, () => scanCard(shopper, card))];
  const undo =
    seen.canUndo && !seen.isIdleAsked
      ? [
          act(
            "undo",
            1.5,
            () => undoVisit(shopper),
            async () => {
              await tapUndo(shopper);
              ledger.became("unsure");
            },
          ),
        ]
      : [];
  switch (seen.step) {
    case "thanks":
      return [act("wait", 8, () => shop.wait(1_700)), ...again, ...undo];
    case "question":
      return [...onQuestion(seen, shopper), ...again, ...undo];
    case "duplicate":
      return [act("done", 2, () => shop.tapOn(".controls .button-main")), ...undo];
    case "closing":
      return [
        act("done", 4, () => shop.tapOn(".closing-actions .button-main")),
        act("what is recorded", 1, async () => {
          await shop.tap(".closing-actions .button");
          await shop.tap(".sheet-recorded .button-main");
        }),
        act("stop recording", 0.6, () => shop.tapOn(".closing-actions .button", 1)),
        ...again,
        ...undo,
      ];
    default:
      throw new Error(`There is no step “${seen.step}”.`);
  }
}

function onQuestion(seen: Seen, shopper: Shopper): readonly Act[] {
  const { shop, ledger, random } = shopper;
  if (seen.isIdleAsked) {
    return [
      act("still here", 2, () => shop.tap(".sheet-idle .button-main")),
      act("finish now", 1, () => shop.tap(".sheet-idle .button", -1)),
    ];
  }
  return [
    act(
      "answer",
      7,
      async () => {
        const after = await shop.tapOn(".tile", Math.floor(random() * 3));
        // It goes on only when the answer is kept.
        if (after.state === "thanked") ledger.answered(true);
      },
      async () => {
        await shop.tap(".tile", Math.floor(random() * 3));
        ledger.answered(false);
      },
    ),
    act("skip", 1, () => shop.tapOn(".screen-question .pair .button")),
    act("finish", 1, () => shop.tapOn(".screen-question .pair .button", 1)),
    act("look away", 1, () => shop.wait(21_000)),
  ];
}

function onWithdrawal(seen: Seen, shopper: Shopper): readonly Act[] {
  const { shop, ledger, random } = shopper;
  if (seen.step === "stored") return [act("done", 3, () => shop.tapOn(".controls .button-main"))];
  if (seen.step !== "asked") return [];
  const card = ledger.card();
  if (card !== undefined) {
    return [
      act("go on as before", 1, () => shop.tapOn(".controls .pair .button")),
      act(
        "stop it",
        3,
        async () => {
          await shop.tap(".controls .pair .button", 1);
          await withdrawn(shopper, card);
        },
        async () => {
          await shop.tap(".controls .pair .button", 1);
          ledger.withdrew(card, false);
        },
      ),
    ];
  }
  return [
    act("a card that stops", 3, async () => {
      const stops = (random() < 0.6 ? ledger.oldCard(random()) : undefined) ?? ledger.newCard();
      await shop.showOurs(stops);
      await withdrawn(shopper, stops);
    }),
    ...(seen.alert === ""
      ? [act("wrong card", 0.5, () => shop.show(ledger.shown(pick(WRONG, random))))]
      : []),
    act("cancel", 1, () => shop.tapOn(".controls .pair .button", 1)),
  ];
}

/** What may be done on any screen but attract. */
function anywhere(seen: Seen, shopper: Shopper): readonly Act[] {
  const { shop, ledger } = shopper;
  // There the next card would be the one that stops.
  const isTaken = seen.state === "withdrawal" && seen.step !== "stored";
  const other = isTaken ? [] : [act("another card", 1, () => scanCard(shopper, ledger.newCard()))];
  if (seen.isIdleAsked) return other;
  return [
    ...other,
    act("walk away", 1.2, () => walkAway(shopper)),
    ...choices(shopper, 0.5, async (language) => {
      await shop.tap(".tools .tool");
      await shop.tap(`.language[lang=${language}]`);
    }),
  ];
}

/** Language and modes, which go with the visit. */
function choices(
  { shop, random }: Shopper,
  weight: number,
  speak: (language: string) => Promise<void>,
): readonly Act[] {
  return [
    act("language", weight, async () => {
      const language = pick(LANGUAGES, random);
      await speak(language);
      await shop.until(`the page to speak ${language}`, (seen) => seen.language === language);
    }),
    act("mode", weight, () =>
      shop.tap(".tools .tool:not(.undo-tool)", -2 - Math.floor(random() * 3)),
    ),
  ];
}

import { pluralsIn } from "./plurals.ts";
import type { LanguageWords } from "./words.ts";
import { FIRST_ENGLISH } from "./words-first.ts";

const plural = pluralsIn("en");

export const ENGLISH: LanguageWords = {
  ...FIRST_ENGLISH,
  languages: "Language",
  tools: "Make it easier",
  textSize: "Text size",
  contrast: "Contrast",
  reach: "Reach",
  keypadTitle: "Type your card number",
  keypadHint: (length) => `${length} digits, under the stripes on your card`,
  keypadMistyped: "One digit looks different from your card. Please compare them.",
  keypadNotOurs: "This doesn’t look like one of our numbers. Please compare it with your card.",
  digitsTyped: (typed, length) => `${typed} of ${length} digits`,
  moreDigits: (missing) => plural(missing, { one: "# more digit", other: "# more digits" }),
  checkNumber: "Compare the digits",
  confirm: "That’s my card",
  cancel: "Cancel",
  clear: "Clear",
  erase: "Erase the last digit",
  questionLabel: "A question for today",
  skip: "Skip",
  finish: "Finish",
  done: "Done",
  closingTitle: "Thank you, see you soon",
  closingLead: "Your card works as always. Enjoy your visit.",
  notedList: "Noted today",
  duplicateTitle: "You’re already noted today",
  duplicateText: (time) =>
    time === undefined
      ? "We read this card a moment ago. Showing it once is enough."
      : `We read this card at ${time}. Showing it once is enough.`,
  refusals: {
    "not-ours": {
      title: "This card isn’t one of ours",
      text: () => "We kept nothing from it. Yours is the one with the stripes.",
    },
    "payment-card": {
      title: "That’s a payment card",
      text: (brand) =>
        `We kept nothing from it, not even its number. Please show your ${brand} card.`,
    },
    "bad-check-digit": {
      title: "That didn’t read well",
      text: () => "Show your card once more, a little slower. Or type its number.",
    },
    "swipe-again": {
      title: "Swipe once more, please",
      text: () => "Draw the stripe through the reader in one go, neither fast nor slow.",
    },
    unreadable: {
      title: "We couldn’t read that",
      text: () => "Hold your card still under the reader. On a phone, turn the brightness up.",
    },
    "too-many": {
      title: "One moment, please",
      text: () => "Many cards were shown here just now. Show yours again in a minute.",
    },
  },
  showCardOr: "Show it under the reader, or",
  outOfService: {
    full: {
      title: "We’re taking a short break",
      text: "We can’t note visits on this screen right now. Your card works at the checkout as always.",
      staff: "For staff: this kiosk’s storage is full. Check its network; it goes on by itself.",
    },
    unavailable: {
      title: "We’re taking a short break",
      text: "We can’t note visits on this screen right now. Your card works at the checkout as always.",
      staff: "For staff: the browser can’t store anything. Restart this kiosk if this stays.",
    },
    closed: {
      title: "We’re taking a short break",
      text: "We can’t note visits on this screen right now. Your card works at the checkout as always.",
      staff: "For staff: this kiosk was taken out of service. Put it back in the staff area.",
    },
  },
  card: (masked) => `Card ${masked}`,
  help: {
    tool: "Help",
    get: "Get help",
    states: {
      calling: { title: "One moment", text: "We’re telling the staff that you’d like some help." },
      told: {
        title: "We’ve told the staff",
        text: "They know which screen you’re at. Please wait here a moment.",
      },
      coming: {
        title: "Somebody is coming",
        text: "They’ll be with you in a moment. Please stay here.",
      },
      unreached: {
        title: "Please ask at the till",
        text: "We can’t call anybody from here just now. At the till somebody will help you.",
      },
      unanswered: {
        title: "Please ask at the till",
        text: "Everybody is busy just now. At the till somebody will help you.",
      },
    },
    goOn: "Go on meanwhile",
    noMore: "I don’t need help any more",
    allRight: "All right",
  },
};

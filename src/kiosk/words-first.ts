import type { FirstWords } from "./words.ts";

/** English, as far as attract and thanks need it. */
export const FIRST_ENGLISH: FirstWords = {
  attractTitle: "Show us your card",
  attractHint: ["Hold it under the reader, just below.", "Your phone works too."],
  typeNumber: "Type the number",
  offline: "Scan as usual. We add your visit a little later.",
  terms: (brand) =>
    `With your ${brand} card you agree that we note your visits. Nothing about payment, ever.`,
  thanks: "Thank you",
  noted: (time, card) =>
    time === undefined ? `Noted for card ${card}` : `Noted at ${time} for card ${card}`,
  notedVisit: (time) => (time === undefined ? "Your visit" : `Your visit, at ${time}`),
};

/**
 * English as a language that nobody speaks: accents on its letters, two fifths longer, in brackets. What
 * is not in brackets was not translated; what is cut has no room for German.
 */
export function pseudo<T>(words: T): T;
export function pseudo(words: unknown): unknown {
  if (typeof words === "string") return pseudoText(words);
  if (typeof words === "function") {
    return (...given: readonly unknown[]) =>
      pseudo((words as (...all: unknown[]) => unknown)(...given));
  }
  if (Array.isArray(words)) return words.map((each: unknown) => pseudo(each));
  if (typeof words !== "object" || words === null) return words;
  return Object.fromEntries(Object.entries(words).map(([key, each]) => [key, pseudo(each)]));
}

const PLAIN = "AaCcDdEeGgIiNnOoSsTtUuYyZz";
const ACCENTED = "ÅåÇçĐđÉéĜĝÎîÑñÖöŠšŢţÛûÝýŽž";

export function pseudoText(text: string): string {
  const accented = [...text].map((letter) => {
    const at = PLAIN.indexOf(letter);
    return at === -1 ? letter : ACCENTED[at];
  });
  // Longer by syllables, as languages are: one endless word would prove nothing.
  const missing = Math.max(0, Math.ceil(text.length * 0.4) - 2);
  const filling = "wö "
    .repeat(Math.ceil(missing / 3))
    .slice(0, missing)
    .trimEnd();
  return `[${accented.join("")}${filling === "" ? "" : ` ${filling}`}]`;
}

import { FORMS, type Form } from "./card-forms.ts";

/** What a card is in a form: a text to ask Target about, or nobody the site knows. */
export type FormText = string | undefined;

/** All cards in one form, in the order of the cards; or why there is no such form here. */
export type FormTexts =
  | { readonly type: "tried"; readonly texts: readonly FormText[] }
  | { readonly type: "not-tried"; readonly why: string };

export type FormTable = Readonly<Record<Form, FormTexts>>;

/** What Target said: whether it knows a text. A text that is not here got no answer. */
export type Answers = ReadonlyMap<string, boolean>;

/** One line of the result. */
export type Row =
  | {
      readonly type: "share";
      readonly form: Form;
      readonly known: number;
      /** Cards it is known of whether Target knows them; the denominator. */
      readonly answered: number;
      /** Of those, the ones the site has no id for, so that there was nobody to ask about. */
      readonly unmapped: number;
    }
  /** The same text for every card as a form above: the same share, and not asked twice. */
  | { readonly type: "identical"; readonly form: Form; readonly to: Form }
  | { readonly type: "not-tried"; readonly form: Form; readonly why: string };

export type ShareRow = Extract<Row, { readonly type: "share" }>;

/** Every text that must be asked about, each once. */
export function textsOf(table: FormTable): readonly string[] {
  const texts = FORMS.flatMap((form) => {
    const tried = table[form];
    return tried.type === "tried" ? tried.texts.filter((text) => text !== undefined) : [];
  });
  return [...new Set(texts)];
}

/** What the answers come to, form by form. */
export function rowsFrom(table: FormTable, answers: Answers): readonly Row[] {
  return FORMS.map((form): Row => {
    const tried = table[form];
    if (tried.type === "not-tried") return { type: "not-tried", form, why: tried.why };
    const to = FORMS.slice(0, FORMS.indexOf(form)).find((above) => isSame(table, above, form));
    if (to !== undefined) return { type: "identical", form, to };
    const said = tried.texts.map((text) => answerFor(text, answers));
    return {
      type: "share",
      form,
      known: said.filter((answer) => answer === true).length,
      answered: said.filter((answer) => answer !== undefined).length,
      unmapped: tried.texts.filter((text) => text === undefined).length,
    };
  });
}

/** Nobody the site has an id for is known to Target; a text that got no answer says nothing. */
function answerFor(text: FormText, answers: Answers): boolean | undefined {
  return text === undefined ? false : answers.get(text);
}

/** Whether two forms are the same text for every card. */
export function isSame(table: FormTable, left: Form, right: Form): boolean {
  const [a, b] = [table[left], table[right]];
  if (a.type !== "tried" || b.type !== "tried") return false;
  return a.texts.every((text, index) => text === b.texts[index]);
}

/** Two forms over the cards that they tell apart; the others say nothing for either. */
export interface Contrast {
  readonly of: number;
  readonly left: number;
  readonly right: number;
}

export function contrast(table: FormTable, answers: Answers, left: Form, right: Form): Contrast {
  const [a, b] = [table[left], table[right]];
  if (a.type !== "tried" || b.type !== "tried") return { of: 0, left: 0, right: 0 };
  const pairs = a.texts.flatMap((text, index) => {
    const other = b.texts[index];
    const [first, second] = [answerFor(text, answers), answerFor(other, answers)];
    if (text === other || first === undefined || second === undefined) return [];
    return [{ first, second }];
  });
  return {
    of: pairs.length,
    left: pairs.filter(({ first }) => first).length,
    right: pairs.filter(({ second }) => second).length,
  };
}

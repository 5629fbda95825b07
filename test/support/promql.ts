/** What an expression of PromQL asks for, as far as names go. */
export interface AskedNames {
  readonly metrics: ReadonlySet<string>;
  /** By metric, the labels it is selected by. */
  readonly selectors: readonly (readonly [metric: string, label: string, value: string])[];
  /** Labels that results are grouped by. */
  readonly groupings: ReadonlySet<string>;
}

const FUNCTIONS = new Set(
  [
    "abs absent count delta histogram_quantile max min predict_linear rate sum time topk".split(
      " ",
    ),
  ].flat(),
);
const WORDS = new Set(["and", "or", "unless", "by", "without", "ignoring", "on", "group_left"]);
const GROUPING = new Set(["by", "without", "ignoring", "on"]);

/**
 * Reads an expression well enough to find what it names; throws where it is none: brackets that do not
 * close, a string without an end, a function or an operator that there is not.
 */
export function namesIn(expression: string): AskedNames {
  const tokens = tokensOf(expression);
  const [metrics, groupings] = [new Set<string>(), new Set<string>()];
  const selectors: (readonly [string, string, string])[] = [];
  const open: string[] = [];
  for (let at = 0; at < tokens.length; at += 1) {
    const token = tokens[at]!;
    const [before, after] = [tokens[at - 1], tokens[at + 1]];
    if (token in CLOSING) open.push(token);
    else if (Object.values(CLOSING).includes(token)) {
      if (CLOSING[open.pop() ?? ""] !== token) throw new Error(`${token} closes nothing.`);
    } else if (/^[a-zA-Z_:]/.test(token)) {
      const word = token;
      if (WORDS.has(word)) {
        if (!GROUPING.has(word)) continue;
        if (after !== "(") throw new Error(`${word} names no labels.`);
        const end = endFrom(tokens, at, ")");
        for (const label of tokens.slice(at + 2, end)) if (label !== ",") groupings.add(label);
        at = end;
      } else if (after === "(" || FUNCTIONS.has(word)) {
        if (!FUNCTIONS.has(word)) throw new Error(`There is no function ${word}.`);
      } else {
        if (
          before === ")" ||
          (before !== undefined && /^[\w"]/.test(before) && !WORDS.has(before))
        ) {
          throw new Error(`${word} follows ${before} without an operator.`);
        }
        metrics.add(word);
        if (after !== "{") continue;
        const end = endFrom(tokens, at, "}");
        const inside = tokens.slice(at + 2, end).filter((each) => each !== ",");
        for (let index = 0; index < inside.length; index += 3) {
          const [label, operator, value] = inside.slice(index, index + 3);
          if (!/^(?:=|!=|=~|!~)$/.test(operator ?? "") || !value?.startsWith('"')) {
            throw new Error(`${word} is selected by no condition: ${label}.`);
          }
          selectors.push([word, label!, value.slice(1, -1)]);
        }
        at = end;
      }
    }
  }
  if (open.length > 0) throw new Error(`${open.join(" ")} is not closed.`);
  return { metrics, selectors, groupings };
}

function endFrom(tokens: readonly string[], from: number, closing: string): number {
  const end = tokens.indexOf(closing, from);
  if (end === -1) throw new Error(`${closing} is missing.`);
  return end;
}

const CLOSING: Readonly<Record<string, string>> = { "(": ")", "[": "]", "{": "}" };

const TOKEN =
  /\s*(?:("[^"]*")|(\d+(?:\.\d+)?(?:e\d+)?[smhd]?\b)|([a-zA-Z_:][\w:]*)|(=~|!~|!=|==|>=|<=|[-+*/<>=(){}[\],]))/y;

function tokensOf(expression: string): readonly string[] {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  const text = expression.trimEnd();
  for (let at = 0; at < text.length; at = TOKEN.lastIndex) {
    TOKEN.lastIndex = at;
    const found = TOKEN.exec(text);
    if (found === null) throw new Error(`Nothing is understood from: ${text.slice(at)}`);
    tokens.push(found[0].trim());
  }
  return tokens;
}

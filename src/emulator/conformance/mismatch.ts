import type { HttpAnswer } from "./http-port.ts";

/** What a check throws when the service does not do as the fact says. */
export class Mismatch extends Error {
  readonly expected: string;
  readonly seen: string;

  constructor(expected: string, seen: string) {
    super(`expected ${expected}, saw ${seen}`);
    this.name = "Mismatch";
    this.expected = expected;
    this.seen = seen;
  }
}

/** `what` names the thing looked at, such as `value of "tier"`. */
export function expectEqual(what: string, seen: unknown, expected: unknown): void {
  const [left, right] = [shown(seen), shown(expected)];
  if (left !== right) throw new Mismatch(`${what}: ${right}`, left);
}

export function expectThat(expected: string, holds: boolean, seen: unknown): void {
  if (!holds) throw new Mismatch(expected, shown(seen));
}

export function expectStatus(answer: HttpAnswer, status: number): void {
  if (answer.status !== status) throw new Mismatch(`status ${status}`, describeAnswer(answer));
}

/** Ours: enough to recognise an answer by, and no page of HTML in a table. */
const MAX_SHOWN = 200;

export function describeAnswer(answer: HttpAnswer): string {
  return `status ${answer.status}, ${shown(answer.text)}`;
}

function shown(value: unknown): string {
  const text = value === undefined ? "nothing" : JSON.stringify(value);
  return text.length > MAX_SHOWN
    ? `${text.slice(0, MAX_SHOWN)}… (${text.length} characters)`
    : text;
}

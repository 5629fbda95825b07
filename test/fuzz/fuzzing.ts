import * as fc from "fast-check";

/**
 * Ours: examples per parser in the test command; a few seconds in all. `npm run fuzz` asks for more,
 * and gives a seed.
 */
const RUNS = Number(process.env["FUZZ_RUNS"] ?? 120);
const SEED = process.env["FUZZ_SEED"];

/** Holds a property over hostile input. A failure names seed and path to see it again. */
export async function fuzz<Input>(property: fc.IRawProperty<Input>): Promise<void> {
  const seed = SEED === undefined ? {} : { seed: Number(SEED) };
  await fc.assert(property, { numRuns: RUNS, ...seed });
}

/** Text as an attacker writes it: long, controlling, torn, of another script, of our own syntax. */
export const hostileText = fc.oneof(
  fc.string({ unit: "binary", maxLength: 300 }),
  fc.string({ unit: "grapheme", maxLength: 300 }),
  fc.constantFrom(
    "",
    "\0",
    "\ud800",
    "__proto__",
    "constructor",
    "../../etc/passwd",
    "' OR 1=1 --",
    "<script>alert(1)</script>",
    "%00%ff%",
    "NaN",
    "1e999",
    "9".repeat(5_000),
    " ".repeat(5_000),
    "[".repeat(20_000),
  ),
);

export const hostileValue: fc.Arbitrary<unknown> = fc.oneof(
  hostileText,
  fc.jsonValue({ maxDepth: 4 }),
  fc.constantFrom(
    null,
    true,
    -0,
    -1,
    1.5,
    2 ** 53,
    1e308,
    [],
    {},
    [[]],
    JSON.parse('{"__proto__":1}'),
  ),
);

/**
 * A good value with one or a few places of it replaced, removed, added to or doubled: what is nearly
 * right gets further into a parser than what is wholly wrong.
 */
export function nearly(good: unknown): fc.Arbitrary<unknown> {
  const change = fc.record({
    where: fc.array(fc.nat({ max: 40 }), { minLength: 1, maxLength: 8 }),
    how: fc.constantFrom("replace", "remove", "add", "double"),
    by: hostileValue,
  });
  return fc
    .array(change, { minLength: 1, maxLength: 3 })
    .map((changes) => changes.reduce((value: unknown, each) => changed(value, each), good));
}

interface Change {
  readonly where: readonly number[];
  readonly how: string;
  readonly by: unknown;
}

function changed(value: unknown, { where, how, by }: Change): unknown {
  const [at, ...deeper] = where;
  if (typeof value !== "object" || value === null || at === undefined) return by;
  const isList = Array.isArray(value);
  const members: [string, unknown][] = Object.entries(value);
  const place = members.length === 0 ? undefined : members[at % members.length];
  if (place !== undefined && deeper.length > 0) {
    place[1] = changed(place[1], { where: deeper, how, by });
  } else if (place === undefined || how === "add") {
    members.push([isList ? String(members.length) : nameFrom(by), by]);
  } else if (how === "remove") {
    members.splice(members.indexOf(place), 1);
  } else if (how === "double" && isList) {
    members.push(...members);
  } else {
    place[1] = by;
  }
  return isList ? members.map(([, member]) => member) : Object.fromEntries(members);
}

/** The bytes of something nearly right, cut off, with bytes of their own, or nothing like it. */
export function nearlyBytes(good: unknown): fc.Arbitrary<Buffer> {
  const text = nearly(good).map((value) => Buffer.from(JSON.stringify(value) ?? ""));
  return fc.oneof(
    { weight: 6, arbitrary: text },
    fc.tuple(text, fc.nat()).map(([bytes, at]) => bytes.subarray(0, at % (bytes.length + 1))),
    fc.tuple(text, fc.nat(), fc.uint8Array({ maxLength: 8 })).map(([bytes, at, more]) => {
      const cut = at % (bytes.length + 1);
      return Buffer.concat([bytes.subarray(0, cut), more, bytes.subarray(cut)]);
    }),
    fc.uint8Array({ maxLength: 400 }).map((bytes) => Buffer.from(bytes)),
    hostileText.map((text) => Buffer.from(text)),
  );
}

/** Runs something that must not hang: far above what any input of these sizes may take. */
export function soon<T>(act: () => T): T {
  const startMs = performance.now();
  const result = act();
  const tookMs = performance.now() - startMs;
  if (tookMs > MAX_MS) throw new Error(`It took ${Math.round(tookMs)} ms.`);
  return result;
}

/** Ours: on a busy machine; what hangs takes for ever. */
const MAX_MS = 2_000;

/** Not every object can be made a text: some have no `toString`, or one that throws. */
function nameFrom(value: unknown): string {
  return (typeof value === "object" ? "object" : String(value)).slice(0, 40);
}

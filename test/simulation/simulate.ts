import { fork } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { LifeAsk, LifeNews } from "./allowance-days/life-process.ts";
import { pictureOf } from "./allowance-days/picture.ts";
import { verdictOn, type Recording } from "./allowance-days/recording.ts";
import { MONTH } from "./allowance-days/story.ts";
import { looks } from "./looks.ts";
import { liveVisits, type Span } from "./visits/visits.ts";

// `npm run simulate [-- name …] [-- --seed 7]`: whole weeks on a virtual clock (`allowance`), every screen in
// every way a shopper may want it (`looks`), and 2,000 shoppers at one kiosk (`visits`), each simulation well
// below 40 minutes. Prints what it saw, draws pictures into `test-results/simulate/`, and ends with 1 when
// something promised was not kept, or a control kept it.

const PICTURES = path.resolve(import.meta.dirname, "../../test-results/simulate");

/** By then Target was away, answers were slow, and a clock was set forward. */
const CONTROL = { ...MONTH, days: 8 };

const SIMULATIONS: Readonly<Record<string, (seed: number) => Promise<boolean>>> = {
  allowance,
  looks: () => looks(PICTURES),
  visits,
};

/** On one page that lives through all of them, and then through updates, crashes and pulled plugs. */
const CALM: Span = { from: 1, to: 1_200 };
const STORMY: Span = { from: 1_201, to: 2_000 };

const { names, seed, only } = argumentsOf(process.argv.slice(2));
mkdirSync(PICTURES, { recursive: true });
for (const [name, simulate] of Object.entries(SIMULATIONS)) {
  if (names.length > 0 && !names.includes(name)) continue;
  const startMs = performance.now();
  console.log(`${name}, seed ${seed}`);
  if (!(await simulate(seed))) process.exitCode = 1;
  console.log(`${name}: ${((performance.now() - startMs) / 60_000).toFixed(1)} minutes`);
}

/** Thirty days of the allowance, with all that may go wrong, and its first week without the guard. */
async function allowance(seed: number): Promise<boolean> {
  const [ours, control] = await Promise.all([
    lived("the product", { story: MONTH, seed, isGuarded: true }),
    lived("without the guard", { story: CONTROL, seed, isGuarded: false }),
  ]);
  console.table([rowOf("the product", ours), rowOf("without the guard", control)]);
  const file = path.join(PICTURES, "allowance.svg");
  const panels = [
    {
      title: "The product: calls in 24 hours (line), by the hour (area), fresh above",
      recording: ours,
    },
    { title: "Without the guard", recording: control },
  ];
  writeFileSync(file, pictureOf(panels));
  console.log(path.relative(process.cwd(), file));
  const verdict = verdictOn(ours);
  return (
    verdict.overshoot === 0 &&
    verdict.leastUsed >= 0.995 &&
    verdict.freshP95Ms < 60_000 &&
    verdictOn(control).overshoot > 0
  );
}

/** Two thousand shoppers, one after the other; with `--only`, those of them that something was wrong with. */
async function visits(seed: number): Promise<boolean> {
  const within = ({ from, to }: Span): Span => ({
    from: Math.max(from, only?.from ?? from),
    to: Math.min(to, only?.to ?? to),
  });
  const { broken, overlooked, growth, lived, ...counted } = await liveVisits({
    seed,
    calm: within(CALM),
    stormy: within(STORMY),
    sizeEvery: 10,
    // Ours: 50 bytes a visit, or one listener in thirty, from the first fifth to the last.
    slack: { objectBytes: 50_000, listeners: 30, nodes: 40 },
    tell: (line) => console.log(`  ${line}`),
  });
  console.table([counted]);
  console.log(`  ${[...lived].map(([what, times]) => `${what} ${times}`).join(", ")}`);
  console.table([
    { when: "first fifth", ...growth.first },
    { when: "last fifth", ...growth.last },
  ]);
  for (const each of broken) console.log(`  ${each}`);
  for (const each of overlooked) console.log(`  planted and not found: ${each}`);
  return broken.length === 0 && overlooked.length === 0;
}

/** Lives through in a process of its own, and tells of every fifth day. */
function lived(who: string, ask: LifeAsk): Promise<Recording> {
  const file = path.join(import.meta.dirname, "allowance-days/life-process.ts");
  // Told as it is: arrays of numbers stay arrays of numbers.
  const child = fork(file, { serialization: "advanced" });
  return new Promise((resolve, reject) => {
    child.on("message", (news: LifeNews) => {
      if (news.type === "day") {
        if (news.day % 5 === 0) console.log(`  ${who}: day ${news.day}`);
        return;
      }
      resolve(news.recording);
      child.disconnect();
    });
    child.once("exit", () => reject(new Error(`The process of ${who} ended.`)));
    child.send(ask);
  });
}

function rowOf(who: string, recording: Recording) {
  const verdict = verdictOn(recording);
  const seconds = (ms: number) => (ms / 1_000).toFixed(1);
  return {
    who,
    days: recording.minutes / 1_440,
    "allowed a day": recording.allowed,
    calls: verdict.calls,
    overshoot: verdict.overshoot,
    "24 h with backlog": verdict.windows,
    // Whoever calls more than is allowed has no pace to be measured by.
    "least used, %": verdict.overshoot > 0 ? "-" : (100 * verdict.leastUsed).toFixed(2),
    "busiest hour, × even": verdict.busiestHour.toFixed(2),
    "fresh p50, s": seconds(verdict.freshP50Ms),
    "fresh p95, s": seconds(verdict.freshP95Ms),
  };
}

interface Arguments {
  readonly names: readonly string[];
  readonly seed: number;
  /** Visits to live through, of all there are. */
  readonly only: Span | undefined;
}

function argumentsOf(given: readonly string[]): Arguments {
  const { names, seed = "1", only } = flagsIn(given);
  const number = Number(seed);
  if (!Number.isSafeInteger(number) || number < 0) throw new Error("--seed takes a whole number.");
  const unknown = names.filter((name) => SIMULATIONS[name] === undefined);
  if (unknown.length > 0) {
    const known = Object.keys(SIMULATIONS).join(", ");
    throw new Error(`No such simulation: ${unknown.join(", ")}. There are ${known}.`);
  }
  return { names, seed: number, only: only === undefined ? undefined : spanIn(only) };
}

function flagsIn(given: readonly string[]) {
  const names: string[] = [];
  let seed: string | undefined;
  let only: string | undefined;
  for (let at = 0; at < given.length; at += 1) {
    const word = given[at]!;
    if (word === "--seed") seed = given[(at += 1)] ?? "";
    else if (word === "--only") only = given[(at += 1)] ?? "";
    else names.push(word);
  }
  return { names, seed, only };
}

/** `731`, or `700-735`. */
function spanIn(text: string): Span {
  const [, from, to] = /^(\d+)(?:-(\d+))?$/.exec(text) ?? [];
  if (from === undefined) throw new Error("--only takes a visit's number, or two such as 700-735.");
  return { from: Number(from), to: Number(to ?? from) };
}

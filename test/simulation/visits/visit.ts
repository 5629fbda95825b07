import { pick, seeded } from "../../support/seeded.ts";
import type { Ledger } from "./ledger.ts";
import { createShop, type Seen } from "./shop.ts";
import { actsOn, type Act } from "./acts.ts";
import { walkAway } from "./shopper.ts";
import { DEADLY, MILD, type Machine, type Weather } from "./weather.ts";

export interface Day {
  readonly seed: number;
  readonly ledger: Ledger;
  readonly machine: Machine;
  /** Whether pages may be ended, or only be troubled. */
  readonly isStormy: boolean;
}

/** Ours: more than a shopper does who knows what they want. */
const MOST_STEPS = 9;

/** Ours: how often something befalls the kiosk before a visit, and in the middle of one. */
const BEFORE = 0.25;
const WITHIN = 0.08;

/** Ours: how often an update comes among all that ends a page between two visits. */
const UPDATE = 0.15;

/** What was done in a visit, for whoever wants to know how it came to this. */
export type Trail = string[];

/**
 * One shopper, from attract to attract. What happens is drawn by seed and number of the visit alone, so
 * that any of them can be lived through again by itself.
 */
export async function liveVisit(day: Day, number: number, trail: Trail): Promise<void> {
  const { ledger, machine, seed } = day;
  const random = seeded(Math.imul(seed + 1, 2_654_435_761) + number * 7_919);
  const befall = async (weather: Weather): Promise<void> => {
    trail.push(weather);
    await machine.befall(weather);
  };

  ledger.comes(number);
  if (random() < BEFORE) await befall(weatherBetween(day, random));
  for (let step = 0; step < MOST_STEPS; step += 1) {
    const shop = createShop(machine.page());
    const seen = await shop.look();
    if (seen.state === "attract" && step > 0 && isOver(trail)) break;
    if (seen.state === "attract") ledger.left();
    if (seen.state !== "attract" && random() < WITHIN) {
      const weather = pick(day.isStormy ? [...MILD, ...DEADLY] : MILD, random);
      await befall(weather);
      if (DEADLY.includes(weather)) break;
      continue;
    }
    const next = chosen(actsOn(seen, { shop, ledger, random }), random);
    if (next === undefined) continue;
    trail.push(`${nameOf(seen)}: ${next.name}`);
    if (day.isStormy && next.inPassing !== undefined && random() < WITHIN) {
      await next.inPassing();
      await befall(pick(DEADLY, random));
      break;
    }
    await next.run();
  }
  trail.push("leave");
  await walkAway({ shop: createShop(machine.page()) });
  // What was chosen on attract is the next shopper's no more.
  await createShop(machine.page()).wait(31_000);
  ledger.left();
}

/** Something was done that ends on attract, and not only looked at there. */
function isOver(trail: Trail): boolean {
  return trail.some((each) => each.startsWith("attract: ") && !/: (language|mode)$/.test(each));
}

function weatherBetween(day: Day, random: () => number): Weather {
  if (day.isStormy && random() < UPDATE) return "update";
  return pick(day.isStormy ? [...MILD, ...DEADLY] : MILD, random);
}

function nameOf({ state, step, isIdleAsked }: Seen): string {
  return `${step === "" ? state : `${state} ${step}`}${isIdleAsked ? " (still there?)" : ""}`;
}

function chosen(acts: readonly Act[], random: () => number): Act | undefined {
  let left = random() * acts.reduce((sum, { weight }) => sum + weight, 0);
  return acts.find(({ weight }) => (left -= weight) < 0) ?? acts.at(-1);
}

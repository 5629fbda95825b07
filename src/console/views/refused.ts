import { DeadLetterClass } from "../../contract/dead-letters.ts";
import type { ChainOverview } from "../../contract/overview.ts";
import type { Saying } from "./saying.ts";

export interface RefusedClass {
  readonly class: DeadLetterClass;
  readonly name: string;
  readonly visitors: string;
  readonly metric: string;
}

export interface RefusedView {
  readonly isEmpty: boolean;
  readonly visitors: string;
  /** Most first. */
  readonly classes: readonly RefusedClass[];
}

export function refusedView(
  deadLetters: ChainOverview["deadLetters"],
  { words, formats }: Saying,
): RefusedView {
  return {
    isEmpty: deadLetters.visitors === 0,
    visitors: formats.count(deadLetters.visitors),
    classes: deadLetters.byClass.map(({ class: named, visitors }) => {
      const known = DeadLetterClass.safeParse(named);
      const name = known.success ? known.data : "other";
      return {
        class: name,
        name: words.refused.class[name],
        visitors: formats.count(visitors),
        metric: `tarjeta_dead_letters{class="${named}"}`,
      };
    }),
  };
}

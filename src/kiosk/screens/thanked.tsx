import { Tick } from "../drawings/tick.tsx";
import { Headline } from "../ui/headline.tsx";
import type { Noted } from "../visit.ts";
import type { FirstWords } from "../words.ts";

export interface ThanksProps {
  readonly words: FirstWords;
  readonly noted: Noted;
  /** When it was noted, as the shopper's watch says it. */
  readonly time: string | undefined;
}

export function ThanksScreen({ words, noted, time }: ThanksProps) {
  return (
    <main class="screen screen-thanks flood">
      <div class="art">
        <Tick />
      </div>
      <div class="words">
        <Headline step="far">{words.thanks}</Headline>
        <p class="body strong">{words.noted(time, noted.masked)}</p>
      </div>
    </main>
  );
}

import { Tick } from "../drawings/tick.tsx";
import type { Words } from "../words.ts";
import type { Noted } from "../visit.ts";

export interface ThankedProps {
  readonly words: Words;
  readonly noted: Noted;
  /** When it was noted, as the shopper's watch says it. */
  readonly time: string | undefined;
  readonly onDone: () => void;
}

export function ThanksScreen({ words, noted, time }: Omit<ThankedProps, "onDone">) {
  return (
    <main class="screen screen-thanks flood">
      <div class="art">
        <Tick />
      </div>
      <div class="words">
        <h1 class="far">{words.thanks}</h1>
        <p class="body strong">{words.noted(time, noted.masked)}</p>
      </div>
    </main>
  );
}

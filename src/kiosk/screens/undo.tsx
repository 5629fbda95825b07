import type { Undoing } from "../undoing.ts";
import { Button } from "../ui/button.tsx";
import { UndoIcon } from "../ui/icons-visit.tsx";
import { CountingBars } from "../ui/counting-bars.tsx";
import type { Hold } from "../holds.ts";
import type { Words } from "../words.ts";

export interface UndoProps {
  readonly undoing: Undoing;
  readonly offer: Hold;
  /** Until the offer ends. */
  readonly seconds: number;
  readonly words: Words;
}

/** Ours: so many seconds are counted in bars; what is left before is in the words alone. */
const BARS = 10;

/** The offer in full, where the visit closes. */
export function UndoPanel({ undoing, offer, seconds, words }: UndoProps) {
  if (offer.undo === "failed") return <UndoFailed words={words} />;
  return (
    <section class="panel undo-panel" aria-label={words.undoTitle}>
      <div class="undo-head">
        <h2 class="near">{words.undoTitle}</h2>
        <p class="hand" role="timer">
          {words.secondsLeft(seconds)}
        </p>
      </div>
      <CountingBars left={Math.min(seconds, BARS)} of={BARS} />
      <Button waiting={offer.undo === "asked"} onPress={undoing.undo}>
        <UndoIcon />
        {offer.undo === "asked" ? words.undoing : words.undo}
      </Button>
    </section>
  );
}

/** The same offer as a tool, in the steps before. */
export function UndoTool({ undoing, offer, words }: Omit<UndoProps, "seconds">) {
  if (offer.undo === "failed") return null;
  return (
    <button type="button" class="tool undo-tool" onClick={undoing.undo}>
      <UndoIcon />
      <span class="tool-name">{offer.undo === "asked" ? words.undoing : words.undo}</span>
    </button>
  );
}

/** What is said where it stays noted after all. */
function UndoFailed({ words }: { readonly words: Words }) {
  return (
    <p class="panel body" role="alert">
      {words.undoFailed}
    </p>
  );
}

import { IDLE_WARNING_MS } from "../visit.ts";
import { Button } from "../ui/button.tsx";
import { CountingBars } from "../ui/counting-bars.tsx";
import type { Words } from "../words.ts";
import { Sheet } from "./sheet.tsx";

export interface IdleSheetProps {
  readonly seconds: number;
  readonly words: Words;
  readonly onStay: () => void;
  readonly onFinish: () => void;
}

/** Asks whether anybody is there, before a screen that waits for its shopper ends. */
export function IdleSheet({ seconds, words, onStay, onFinish }: IdleSheetProps) {
  return (
    <Sheet label={words.idleTitle} text={words.idleText} onLeave={onStay} kind="idle">
      <CountingBars left={seconds} of={IDLE_WARNING_MS / 1_000} />
      <div class="sheet-body">
        <div class="idle-head">
          <h2 class="mid">{words.idleTitle}</h2>
          <p class="idle-number" role="timer">
            <span class="far">{seconds}</span>
            <span class="hand">{words.seconds(seconds)}</span>
          </p>
        </div>
        <p class="body">{words.idleText}</p>
        <Button kind="main" onPress={onStay}>
          {words.stillHere}
        </Button>
        <Button onPress={onFinish}>{words.finishNow}</Button>
      </div>
    </Sheet>
  );
}

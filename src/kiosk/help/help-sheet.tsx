import { Sheet } from "../screens/sheet.tsx";
import { Button } from "../ui/button.tsx";
import { Icon } from "../ui/icons.tsx";
import type { HelpWords } from "../words.ts";
import type { HelpState } from "./help-line.ts";

export interface HelpSheetProps {
  readonly state: Exclude<HelpState, "none">;
  readonly words: HelpWords;
  /** Leaves the call open and goes back to the screen; not offered where that has nothing to go on with. */
  readonly onGoOn: (() => void) | undefined;
  readonly onEnd: () => void;
}

/** Says what became of a call, and what to do where nobody comes. */
export function HelpSheet({ state, words, onGoOn, onEnd }: HelpSheetProps) {
  const { title, text } = words.states[state];
  const isWaiting = state === "calling" || state === "told";
  return (
    <Sheet kind="help" label={title} text={text} onLeave={isWaiting ? (onGoOn ?? onEnd) : onEnd}>
      <div class="sheet-body">
        <div class={`help-words help-${state}`} role="status">
          <HelpSign state={state} />
          <h2 class="mid">{title}</h2>
          <p class="body">{text}</p>
        </div>
        {isWaiting && onGoOn !== undefined && (
          <Button kind="main" onPress={onGoOn}>
            {words.goOn}
          </Button>
        )}
        {isWaiting ? (
          <Button onPress={onEnd}>{words.noMore}</Button>
        ) : (
          <Button kind="main" onPress={onEnd}>
            {words.allRight}
          </Button>
        )}
      </div>
    </Sheet>
  );
}

/** As the words: on its way, known, somebody comes, or elsewhere. */
function HelpSign({ state }: Pick<HelpSheetProps, "state">) {
  return (
    <svg class="help-sign" viewBox="0 0 168 168" aria-hidden="true">
      <rect class="fill-ink" width="168" height="168" rx="24" />
      <path class="sign-mark" d={MARKS[state]} />
    </svg>
  );
}

const MARKS: Readonly<Record<HelpSheetProps["state"], string>> = {
  calling: "M36 84h26M71 84h26M106 84h26",
  told: "M36 84h26M71 84h26M106 84h26",
  coming: "M42 88L72 118L128 54",
  unreached: "M34 84h96M92 44l40 40-40 40",
  unanswered: "M34 84h96M92 44l40 40-40 40",
};

/** Somebody asks. */
export function HelpIcon() {
  return (
    <Icon>
      <path d="M5 6h38v29H29l-9 8v-8H5zM18 17c0-8 13-8 13 0 0 5-6 5-6 10M24 29v4" />
    </Icon>
  );
}

import { CARD, OurCard } from "../drawings/cards.tsx";
import { Sign } from "../drawings/sign.tsx";
import { Button } from "../ui/button.tsx";
import { Headline } from "../ui/headline.tsx";
import { DownIcon, KeypadIcon } from "../ui/icons.tsx";
import type { Words } from "../words.ts";
import type { WithdrawalScreen as Shown } from "../withdrawal.ts";

export interface WithdrawalProps {
  readonly screen: Shown;
  readonly words: Words;
  readonly brand: string;
  readonly onConfirm: () => void;
  readonly onType: () => void;
  readonly onFinish: () => void;
}

/** No more of my visits: asked with one card, answered in one sentence. */
export function WithdrawalScreen(props: WithdrawalProps) {
  const { screen, words, brand, onFinish } = props;
  const isDone = screen.step === "stored";
  return (
    <main class={`screen screen-withdrawal withdrawal-${screen.step}`}>
      <div class="art">
        <div class="scene">
          <svg viewBox="-70 -70 780 590" aria-hidden="true">
            <rect class="shadow" transform="translate(-46 56) rotate(-6 317 200)" {...OUTLINE} />
            <g transform="rotate(-6 317 200)">
              <OurCard brand={brand} />
            </g>
          </svg>
          {isDone && <Sign name="yes" />}
        </div>
      </div>
      <div class="words">
        <Headline step="mid">{isDone ? words.stopped : words.stop}</Headline>
        {screen.step === "asked" && <Asking {...props} />}
        {isDone && (
          <>
            <p class="body">{words.stoppedHint}</p>
            <p class="hand">{words.card(screen.masked)}</p>
          </>
        )}
      </div>
      <div class="controls">
        {screen.step === "asked" && <Choice {...props} />}
        {isDone && (
          <Button kind="main" onPress={onFinish}>
            {words.done}
          </Button>
        )}
      </div>
    </main>
  );
}

function Asking({ screen, words }: WithdrawalProps) {
  if (screen.step !== "asked") return null;
  return (
    <>
      <p class="body">{words.stopHint(screen.of?.masked)}</p>
      {screen.problem !== undefined && (
        <p class="body strong" role="alert">
          {words.refusals[screen.problem].title}
        </p>
      )}
    </>
  );
}

/** To go on as before is as easy as to leave, and no easier. */
function Choice({ screen, words, onConfirm, onType, onFinish }: WithdrawalProps) {
  if (screen.step !== "asked") return null;
  if (screen.of === undefined) {
    return (
      <>
        <p class="near or">
          <DownIcon />
          {words.attractTitle}
        </p>
        <div class="pair">
          <Button onPress={onType}>
            <KeypadIcon />
            {words.typeNumber}
          </Button>
          <Button onPress={onFinish}>{words.cancel}</Button>
        </div>
      </>
    );
  }
  return (
    <div class="pair">
      <Button onPress={onFinish}>{words.goOn}</Button>
      <Button onPress={onConfirm}>{words.stopNow}</Button>
    </div>
  );
}

const OUTLINE = { width: CARD.width, height: CARD.height, rx: CARD.radius };

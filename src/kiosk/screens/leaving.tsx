import type { LeavingTrouble } from "../leaving.ts";
import { Button } from "../ui/button.tsx";
import { Ribbon } from "../ui/ribbon.tsx";
import type { PairingWords } from "../words-pairing.ts";

/** What whoever takes a kiosk away sees. */
export interface LeavingView {
  readonly name: string;
  readonly phase: "asked" | "asking";
  readonly trouble: LeavingTrouble | undefined;
  /** Updates that wait on this kiosk. */
  readonly owed: number;
  /** How many of them were saved to a file. */
  readonly saved: number | undefined;
}

export interface LeavingScreenProps {
  readonly view: LeavingView;
  readonly words: PairingWords;
  readonly onLeave: () => void;
  readonly onSave: () => void;
  readonly onStay: () => void;
}

/** For whoever takes a kiosk away: it goes when nothing is lost with it. */
export function LeavingScreen({ view, words, onLeave, onSave, onStay }: LeavingScreenProps) {
  const { phase, owed, saved } = view;
  return (
    <div
      class="stage stage-unpaired"
      data-look="unpaired"
      onMouseDown={(event) => event.preventDefault()}
    >
      <Ribbon pose={{ type: "resting" }} />
      <main class="screen screen-pairing">
        <div class="art" />
        <div class="words">
          <h1 class="mid">{words.leave(view.name)}</h1>
          <p class="body">{owed === 0 ? words.leaveLead : words.leaveOwing(owed)}</p>
          <p class="hand" role="alert">
            {view.trouble === undefined ? "" : words.leavingTroubles[view.trouble]}
          </p>
          <p class="body" role="status">
            {saved === undefined ? "" : words.saved(saved)}
          </p>
        </div>
        <div class="controls">
          {owed > 0 && <Button onPress={onSave}>{words.saveThem}</Button>}
          <div class="pair">
            <Button onPress={onStay}>{words.stay}</Button>
            <Button kind="main" waiting={phase === "asking"} onPress={onLeave}>
              {phase === "asking" ? words.moment : words.unpair}
            </Button>
          </div>
        </div>
      </main>
    </div>
  );
}

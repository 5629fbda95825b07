import type { LeavingTrouble } from "../leaving.ts";
import { Button } from "../ui/button.tsx";
import { Ribbon } from "../ui/ribbon.tsx";

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
  readonly onLeave: () => void;
  readonly onSave: () => void;
  readonly onStay: () => void;
}

/** For whoever takes a kiosk away: it goes when nothing is lost with it. */
export function LeavingScreen({ view, onLeave, onSave, onStay }: LeavingScreenProps) {
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
          <h1 class="mid">Unpair {view.name}?</h1>
          <p class="body">{leadFor(view)}</p>
          <p class="hand" role="alert">
            {view.trouble === undefined ? "" : TROUBLES[view.trouble]}
          </p>
          <p class="body" role="status">
            {saved === undefined ? "" : `${saved} saved. Bring the file to npm run import.`}
          </p>
        </div>
        <div class="controls">
          {owed > 0 && <Button onPress={onSave}>Save them to a file</Button>}
          <div class="pair">
            <Button onPress={onStay}>Keep it paired</Button>
            <Button kind="main" waiting={phase === "asking"} onPress={onLeave}>
              {phase === "asking" ? "One moment" : "Unpair"}
            </Button>
          </div>
        </div>
      </main>
    </div>
  );
}

function leadFor({ owed }: LeavingView): string {
  if (owed === 0) return "It will take no cards until somebody pairs it again.";
  const waiting = owed === 1 ? "1 update waits" : `${owed} updates wait`;
  return `${waiting} on it. It can be unpaired once they are sent, or saved here and imported.`;
}

const TROUBLES = {
  "still-owes": "It still has updates that nobody else has.",
  unreachable: "The proxy doesn’t answer, so nobody knows what would be lost.",
} as const satisfies Record<LeavingTrouble, string>;

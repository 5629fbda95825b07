import { CODE_ALPHABET, CODE_LENGTH, fingerprintOf } from "../../contract/pairing.ts";
import type { Unpaired } from "../device.ts";
import type { PairingTrouble } from "../pairing.ts";
import { Button } from "../ui/button.tsx";
import { EraseIcon } from "../ui/icons.tsx";
import { Ribbon } from "../ui/ribbon.tsx";

/** What whoever sets the kiosk up sees and does. */
export interface UnpairedView {
  readonly typed: string;
  readonly phase: "typing" | "asking" | "waiting";
  readonly trouble: PairingTrouble | "not-ours" | undefined;
  readonly why: Unpaired;
  /** Updates that wait on this kiosk for a key to be sent with. */
  readonly owed: number;
  /** Of the key that waits to be approved. */
  readonly keyId: string;
  /** How many updates were saved to a file. */
  readonly saved: number | undefined;
}

export interface UnpairedScreenProps {
  readonly view: UnpairedView;
  readonly onKey: (character: string) => void;
  readonly onErase: () => void;
  readonly onPair: () => void;
  /** Nothing where nobody knows any more whose updates they are. */
  readonly onSave: (() => void) | undefined;
}

/** For whoever sets the kiosk up: type the code, and it is one of the chain's. */
export function UnpairedScreen({ view, onKey, onErase, onPair, onSave }: UnpairedScreenProps) {
  const { typed, phase } = view;
  const missing = CODE_LENGTH - typed.length;
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
          <h1 class="mid">{titleFor(view)}</h1>
          <p class="body">{leadFor(view)}</p>
          {phase === "waiting" ? (
            <p class="fingerprint" role="status">
              {fingerprintOf(view.keyId)}
            </p>
          ) : (
            <p class="code" role="img" aria-label={`Code ${typed}, ${missing} more`}>
              {Array.from({ length: CODE_LENGTH }, (_, place) => (
                <span key={place} class={place === typed.length ? "code-place next" : "code-place"}>
                  {typed[place] ?? ""}
                </span>
              ))}
            </p>
          )}
          <p class="hand" role="alert">
            {view.trouble === undefined ? "" : TROUBLES[view.trouble]}
          </p>
          {view.saved !== undefined && (
            <p class="body" role="status">
              {view.saved} saved. Bring the file to npm run import.
            </p>
          )}
        </div>
        <div class="controls">
          {phase !== "waiting" && (
            <>
              <div class="code-keys" role="group" aria-label="Pairing code">
                {[...CODE_ALPHABET].map((character) => (
                  <Button key={character} kind="key" onPress={() => onKey(character)}>
                    {character}
                  </Button>
                ))}
              </div>
              <div class="pair pair-keypad">
                <Button label="Erase the last character" onPress={onErase}>
                  <EraseIcon />
                </Button>
                <Button kind="main" waiting={missing > 0 || phase === "asking"} onPress={onPair}>
                  {phase === "asking" ? "One moment" : "Pair this kiosk"}
                </Button>
              </div>
              {view.owed > 0 && onSave !== undefined && (
                <Button onPress={onSave}>Save what waits to a file</Button>
              )}
            </>
          )}
        </div>
      </main>
    </div>
  );
}

function titleFor({ phase, why }: UnpairedView): string {
  if (phase === "waiting") return "Compare and approve";
  return why === "revoked" ? "This kiosk was shut out" : "Whose kiosk is this?";
}

function leadFor({ phase, why, owed }: UnpairedView): string {
  if (phase === "waiting") return "Does the admin side show the same? Approve it there.";
  const waiting = owed === 1 ? "1 update waits" : `${owed} updates wait`;
  const kept = owed === 0 ? "" : ` ${waiting} on it and will be sent then.`;
  return why === "revoked"
    ? `Its key was revoked. With a new code it works again.${kept}`
    : `Type the code from the admin side or npm run pair, or hold its QR code to the reader.${kept}`;
}

const TROUBLES = {
  refused: "That code doesn’t pair a kiosk: mistyped, used or older than ten minutes.",
  throttled: "Too many wrong codes. Wait ten minutes and ask for a new one.",
  unreachable: "The proxy doesn’t answer. Check the network and try again.",
  "cannot-store": "This browser can’t keep a key. Check its storage settings.",
  "not-ours": "That isn’t one of our set-up codes.",
} as const satisfies Record<NonNullable<UnpairedView["trouble"]>, string>;

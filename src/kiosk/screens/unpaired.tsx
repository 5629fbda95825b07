import { CODE_ALPHABET, CODE_LENGTH, fingerprintOf } from "../../contract/pairing.ts";
import type { Unpaired } from "../device.ts";
import type { PairingTrouble } from "../pairing.ts";
import { Button } from "../ui/button.tsx";
import { EraseIcon } from "../ui/icons.tsx";
import { Ribbon } from "../ui/ribbon.tsx";
import type { PairingWords } from "../words-pairing.ts";

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
  readonly words: PairingWords;
  readonly onKey: (character: string) => void;
  readonly onErase: () => void;
  readonly onPair: () => void;
  /** Nothing where nobody knows any more whose updates they are. */
  readonly onSave: (() => void) | undefined;
}

/** For whoever sets the kiosk up: type the code, and it is one of the chain's. */
export function UnpairedScreen(props: UnpairedScreenProps) {
  const { view, words, onKey, onErase, onPair, onSave } = props;
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
          <h1 class="mid">{titleFor(view, words)}</h1>
          <p class="body">{leadFor(view, words)}</p>
          {phase === "waiting" ? (
            <p class="fingerprint" role="status">
              {fingerprintOf(view.keyId)}
            </p>
          ) : (
            <p class="code" role="img" aria-label={words.codeTyped(typed, missing)}>
              {Array.from({ length: CODE_LENGTH }, (_, place) => (
                <span key={place} class={place === typed.length ? "code-place next" : "code-place"}>
                  {typed[place] ?? ""}
                </span>
              ))}
            </p>
          )}
          <p class="hand" role="alert">
            {view.trouble === undefined ? "" : words.troubles[view.trouble]}
          </p>
          {view.saved !== undefined && (
            <p class="body" role="status">
              {words.saved(view.saved)}
            </p>
          )}
        </div>
        <div class="controls">
          {phase !== "waiting" && (
            <>
              <div class="code-keys" role="group" aria-label={words.code}>
                {[...CODE_ALPHABET].map((character) => (
                  <Button key={character} kind="key" onPress={() => onKey(character)}>
                    {character}
                  </Button>
                ))}
              </div>
              <div class="pair pair-keypad">
                <Button label={words.erase} onPress={onErase}>
                  <EraseIcon />
                </Button>
                <Button kind="main" waiting={missing > 0 || phase === "asking"} onPress={onPair}>
                  {phase === "asking" ? words.moment : words.pair}
                </Button>
              </div>
              {view.owed > 0 && onSave !== undefined && (
                <Button onPress={onSave}>{words.save}</Button>
              )}
            </>
          )}
        </div>
      </main>
    </div>
  );
}

function titleFor({ phase, why }: UnpairedView, words: PairingWords): string {
  if (phase === "waiting") return words.compare;
  return why === "revoked" ? words.shutOut : words.title;
}

function leadFor({ phase, why, owed }: UnpairedView, words: PairingWords): string {
  if (phase === "waiting") return words.compareLead;
  const lead = why === "revoked" ? words.shutOutLead : words.lead;
  return owed === 0 ? lead : `${lead} ${words.sentThen(owed)}`;
}

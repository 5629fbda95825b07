import { effect, signal } from "@preact/signals-core";
import { render } from "preact";
import type { Identity } from "../outbox/identity.ts";
import { forgetAllCards } from "./card-memory.ts";
import { createSaving, type SavingDeps } from "./saving.ts";
import { leave } from "./leaving.ts";
import type { PairingWords } from "./words-pairing.ts";
import { LeavingScreen, type LeavingView } from "./screens/leaving.tsx";

export interface OpenLeavingDeps extends SavingDeps {
  readonly root: HTMLElement;
  readonly identity: Identity;
  readonly words: PairingWords;
  readonly owed: number;
}

/** Ours: who reads it and thinks needs less; a kiosk that nobody stands at takes cards again. */
const UNTOUCHED_MS = 60_000;

/** Asks whether this kiosk is to be unpaired, and begins the page anew either way, or when nobody says. */
export function openLeaving(deps: OpenLeavingDeps): void {
  const { root, identity, words, outbox, kept, clock, newId } = deps;
  const save = createSaving(deps);
  const view = signal<LeavingView>({
    name: identity.name,
    phase: "asked",
    trouble: undefined,
    owed: deps.owed,
    saved: undefined,
  });
  const change = (part: Partial<LeavingView>): void => {
    view.value = { ...view.peek(), ...part };
  };
  const beginAgain = (): void => location.replace("/");
  let timer: number | undefined;
  const touched = (): void => {
    window.clearTimeout(timer);
    timer = window.setTimeout(() => {
      if (view.peek().phase === "asking") touched();
      else beginAgain();
    }, UNTOUCHED_MS);
  };
  for (const touch of ["pointerdown", "keydown"]) window.addEventListener(touch, touched);
  touched();

  const tryToLeave = async (): Promise<void> => {
    change({ phase: "asking", trouble: undefined });
    const left = await leave({
      outbox,
      kept,
      clock,
      newId,
      storage: localStorage,
      fetch: (path, init) => fetch(path, init),
    });
    if (left.ok) {
      forgetAllCards(indexedDB);
      beginAgain();
    } else change({ phase: "asked", trouble: left.error });
  };

  effect(() =>
    render(
      <LeavingScreen
        view={view.value}
        words={words}
        onStay={beginAgain}
        onSave={() => void save(identity.device).then((saved) => change({ saved }))}
        onLeave={() =>
          void tryToLeave().catch(() => change({ phase: "asked", trouble: "unreachable" }))
        }
      />,
      root,
    ),
  );
}

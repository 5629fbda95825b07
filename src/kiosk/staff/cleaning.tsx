import type { StaffWords } from "./staff-words.ts";

export interface CleaningProps {
  readonly seconds: number;
  readonly words: StaffWords;
}

/** Lies over everything, and does nothing whatever is touched or pressed; it ends by itself. */
export function Cleaning({ seconds, words }: CleaningProps) {
  return (
    <dialog
      ref={openDeaf}
      class="staff-cover staff-cleaning"
      role="alertdialog"
      aria-label={words.cleaning}
      aria-description={words.cleaningNow}
    >
      <p class="near">{words.cleaningNow}</p>
      <p class="far" role="timer">
        {seconds}
      </p>
    </dialog>
  );
}

/** Keys lie under the same cloth. */
function openDeaf(dialog: HTMLDialogElement | null): (() => void) | undefined {
  if (dialog === null) return undefined;
  dialog.showModal();
  const swallow = (event: Event): void => {
    event.preventDefault();
    event.stopPropagation();
  };
  const kinds = ["keydown", "keyup", "pointerdown", "click", "cancel"] as const;
  for (const kind of kinds) document.addEventListener(kind, swallow, { capture: true });
  return () => {
    for (const kind of kinds) document.removeEventListener(kind, swallow, { capture: true });
  };
}

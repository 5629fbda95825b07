import type { ComponentChildren } from "preact";

export interface SheetProps {
  readonly kind: "idle" | "recorded" | "help";
  readonly label: string;
  /** Spoken when it opens. */
  readonly text: string;
  /** Escape, on a keypad with keys. */
  readonly onLeave: () => void;
  readonly children: ComponentChildren;
}

/** Lies over a screen, which cannot be reached meanwhile by finger, key or screen reader. */
export function Sheet({ kind, label, text, onLeave, children }: SheetProps) {
  return (
    <dialog
      ref={openModal}
      class={`sheet sheet-${kind}`}
      role="alertdialog"
      aria-label={label}
      aria-description={text}
      onCancel={(event) => {
        event.preventDefault();
        onLeave();
      }}
    >
      {children}
    </dialog>
  );
}

function openModal(dialog: HTMLDialogElement | null): void {
  if (dialog !== null && !dialog.open) dialog.showModal();
}

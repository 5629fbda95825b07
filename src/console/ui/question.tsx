import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";

export interface QuestionProps {
  readonly title: string;
  readonly text: string;
  readonly yes: string;
  readonly no: string;
  readonly onYes: () => void;
  readonly onNo: () => void;
  readonly children?: ComponentChildren;
}

/** Asks before something is done that costs. Escape is no; the focus goes back to where it was. */
export function Question({ title, text, yes, no, onYes, onNo, children }: QuestionProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    dialog.current?.showModal();
    return () => {
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  return (
    <dialog class="question" ref={dialog} aria-labelledby="question-title" onClose={onNo}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          onYes();
        }}
      >
        <h2 id="question-title">{title}</h2>
        <p>{text}</p>
        {children}
        <div class="question-buttons">
          <button type="button" class="button" onClick={onNo}>
            {no}
          </button>
          <button type="submit" class="button button-main">
            {yes}
          </button>
        </div>
      </form>
    </dialog>
  );
}

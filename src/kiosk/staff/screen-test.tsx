import { Button } from "../ui/button.tsx";
import { TickIcon } from "../ui/icons.tsx";
import { WOVEN } from "../ui/ribbon-bars.ts";
import type { StaffWords } from "./staff-words.ts";

/** Ours: a field is about as wide as a hand is, on the usual screen. */
export const TEST_FIELDS = 24;

export interface ScreenTestProps {
  readonly touched: ReadonlySet<number>;
  readonly words: StaffWords;
  readonly onTouch: (field: number) => void;
  readonly onLeave: () => void;
}

/** The whole screen in fields of colour: each is touched once, and what does not answer stays. */
export function ScreenTest({ touched, words, onTouch, onLeave }: ScreenTestProps) {
  return (
    <dialog
      ref={openModal}
      class="staff-cover staff-test"
      aria-label={words.screenTest}
      onCancel={(event) => {
        event.preventDefault();
        onLeave();
      }}
    >
      <div class="test-fields">
        {Array.from({ length: TEST_FIELDS }, (_, field) => (
          <button
            key={field}
            type="button"
            class={`test-field yarn-${WOVEN[field % WOVEN.length]?.yarn ?? "v"}`}
            aria-pressed={touched.has(field)}
            aria-label={words.field(field + 1, TEST_FIELDS)}
            onClick={() => onTouch(field)}
          >
            {touched.has(field) && <TickIcon />}
          </button>
        ))}
      </div>
      <Button onPress={onLeave}>{words.stopTest}</Button>
    </dialog>
  );
}

function openModal(dialog: HTMLDialogElement | null): void {
  if (dialog !== null && !dialog.open) dialog.showModal();
}

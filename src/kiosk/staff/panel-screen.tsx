import type { ComponentChildren } from "preact";
import type { Language } from "../../contract/language.ts";
import { Button } from "../ui/button.tsx";
import type { Panel } from "./staff-desk.ts";
import type { StaffWords } from "./staff-words.ts";

export interface PanelScreenProps {
  readonly panels: readonly Panel[];
  /** Id of the one that is shown. */
  readonly shown: string;
  readonly words: StaffWords;
  readonly language: Language;
  readonly onShow: (id: string) => void;
  readonly onLeave: () => void;
  readonly children: ComponentChildren;
}

/** The tabs, and one panel beneath them; the last tab leads back to the shoppers. */
export function PanelScreen(props: PanelScreenProps) {
  const { panels, shown, words, language, onShow, onLeave, children } = props;
  const title = panels.find(({ id }) => id === shown)?.label(language) ?? words.staff;
  return (
    <main class="screen screen-staff">
      <nav class="staff-tabs" aria-label={words.staff}>
        {panels.map(({ id, label }) => (
          <button
            key={id}
            type="button"
            class="staff-tab"
            aria-current={id === shown ? "true" : undefined}
            onClick={() => onShow(id)}
          >
            {label(language)}
          </button>
        ))}
      </nav>
      <h1 class="staff-title">{title}</h1>
      {/* Large text may need more room than there is: then it is scrolled. */}
      <section class="staff-body" tabIndex={0} aria-label={title}>
        {children}
      </section>
      <div class="staff-foot">
        <Button onPress={onLeave}>{words.back}</Button>
      </div>
    </main>
  );
}

import type { ComponentChildren } from "preact";
import type { Language, Vocabulary } from "../words.ts";

export interface SillProps {
  /** Nothing to choose from until it is loaded. */
  readonly vocabulary: Vocabulary | undefined;
  readonly language: Language;
  readonly onLanguage: (language: Language) => void;
  /** A quiet sentence beside the languages. */
  readonly note?: string;
  /** Tools beside them. */
  readonly children?: ComponentChildren;
}

const LANGUAGES = ["en", "es"] as const;

/** The strip along the lower edge, within everybody's reach. */
export function Sill({ vocabulary, language, onLanguage, note, children }: SillProps) {
  return (
    <footer class="sill">
      <div class="languages" role="group" aria-label="Language · Idioma">
        {vocabulary !== undefined &&
          LANGUAGES.map((each) => (
            <button
              key={each}
              type="button"
              class="language"
              lang={each}
              aria-pressed={each === language}
              onClick={() => onLanguage(each)}
            >
              {vocabulary[each].language}
            </button>
          ))}
      </div>
      {children}
      {note !== undefined && <p class="sill-note">{note}</p>}
    </footer>
  );
}

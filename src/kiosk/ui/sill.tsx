import { LANGUAGES, WORDS, type Language } from "../words.ts";

export interface SillProps {
  readonly language: Language;
  readonly onLanguage: (language: Language) => void;
  /** A quiet sentence beside the languages. */
  readonly note?: string;
}

/** The strip along the lower edge, within everybody's reach. */
export function Sill({ language, onLanguage, note }: SillProps) {
  return (
    <footer class="sill">
      <div class="languages" role="group" aria-label="Language · Idioma">
        {LANGUAGES.map((each) => (
          <button
            key={each}
            type="button"
            class="language"
            lang={each}
            aria-pressed={each === language}
            onClick={() => onLanguage(each)}
          >
            {WORDS[each].language}
          </button>
        ))}
      </div>
      {note !== undefined && <p class="sill-note">{note}</p>}
    </footer>
  );
}

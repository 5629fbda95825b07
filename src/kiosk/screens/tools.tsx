import type { ComponentChildren, JSX } from "preact";
import type { Language } from "../../contract/language.ts";
import type { Choices, ShopperChoices } from "../choices.ts";
import { ContrastIcon, LanguageIcon, ReachIcon, TextSizeIcon } from "../ui/tool-icons.tsx";
import { LANGUAGE_NAMES } from "../vocabulary.ts";

export interface ToolsProps {
  readonly chosen: Choices;
  readonly shopper: ShopperChoices;
  /** What this kiosk offers. */
  readonly languages: readonly Language[];
  /** There is room for the languages beside the tools. */
  readonly roomy: boolean;
  /** After all others: whoever looks for it looks there. */
  readonly last?: ComponentChildren;
  /** Tools of this moment, between the language and the modes. */
  readonly children?: ComponentChildren;
}

/** Language, text size, contrast and reach: on every screen, in the strip along its lower edge. */
export function Tools({ chosen, shopper, languages, roomy, last, children }: ToolsProps) {
  const { words, choosing, highContrast, textSize, reach } = chosen;
  const hasLanguages = languages.length > 1;
  return (
    <>
      {hasLanguages && (roomy || choosing) && (
        <Languages chosen={chosen} shopper={shopper} languages={languages} />
      )}
      {(roomy || !choosing) && (
        <div class="tools" role="group" aria-label={words.tools}>
          {hasLanguages && !roomy && (
            <Tool
              icon={<LanguageIcon />}
              name={LANGUAGE_NAMES[chosen.language]}
              label={`${LANGUAGE_NAMES[chosen.language]}, ${words.languages}`}
              onPress={shopper.showLanguages}
            />
          )}
          {children}
          <Tool
            icon={<TextSizeIcon />}
            name={words.textSize}
            isOn={textSize > 100}
            onPress={shopper.enlargeText}
          />
          <Tool
            icon={<ContrastIcon />}
            name={words.contrast}
            isOn={highContrast}
            onPress={shopper.toggleContrast}
          />
          <Tool
            icon={<ReachIcon />}
            name={words.reach}
            isOn={reach}
            onPress={shopper.toggleReach}
          />
          {last}
        </div>
      )}
    </>
  );
}

function Languages({
  chosen,
  shopper,
  languages,
}: Omit<ToolsProps, "roomy" | "last" | "children">) {
  return (
    <div class="languages" role="group" aria-label={chosen.words.languages}>
      {languages.map((each) => (
        <button
          key={each}
          type="button"
          class="language"
          lang={each}
          aria-pressed={each === chosen.language}
          onClick={() => shopper.chooseLanguage(each)}
        >
          {LANGUAGE_NAMES[each]}
        </button>
      ))}
    </div>
  );
}

interface ToolProps {
  readonly icon: JSX.Element;
  readonly name: string;
  /** Where the name alone does not say what it is. */
  readonly label?: string;
  /** Of a tool that is on or off. */
  readonly isOn?: boolean;
  readonly onPress: () => void;
}

function Tool({ icon, name, label, isOn, onPress }: ToolProps) {
  return (
    <button type="button" class="tool" aria-pressed={isOn} aria-label={label} onClick={onPress}>
      {icon}
      <span class="tool-name">{name}</span>
    </button>
  );
}

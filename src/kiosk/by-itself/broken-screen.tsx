import { render } from "preact";
import { LANGUAGES } from "../../contract/language.ts";
import { OutOfServiceScreen } from "../screens/out-of-service.tsx";
import { Ribbon } from "../ui/ribbon.tsx";
import { BROKEN_WORDS } from "./words-by-itself.ts";

/** A calm screen over whatever broke, in the language of the page. */
export interface BrokenScreen {
  readonly show: () => void;
  readonly hide: () => void;
}

/** A tree of its own: the one below may be what broke. */
export function createBrokenScreen(page: HTMLElement, body: HTMLElement): BrokenScreen {
  const cover = document.createElement("div");
  cover.className = "broken-cover";
  return {
    show() {
      const words = BROKEN_WORDS[LANGUAGES.find((each) => each === page.lang) ?? "en"];
      render(
        <div class="stage stage-out-of-service" data-look="out-of-service" role="alert">
          <Ribbon pose={{ type: "resting" }} />
          <OutOfServiceScreen title={words.title} text={words.text} staff={words.next} brand="" />
        </div>,
        cover,
      );
      body.append(cover);
      page.dataset["broken"] = "";
    },
    hide() {
      render(null, cover);
      cover.remove();
      delete page.dataset["broken"];
    },
  };
}

import type { Language } from "../../contract/language.ts";
import { Button } from "../ui/button.tsx";
import { Headline } from "../ui/headline.tsx";
import { Ribbon } from "../ui/ribbon.tsx";
import type { CheckFacts, Finding } from "./findings.ts";
import { saysOf } from "./says.ts";
import type { CheckWords } from "./words-check.ts";

export interface CheckScreenProps {
  readonly facts: CheckFacts;
  readonly findings: readonly Finding[];
  /** Until it goes by itself. */
  readonly seconds: number;
  readonly words: CheckWords;
  readonly language: Language;
  readonly onDone: () => void;
}

/** How this kiosk does, a line each, and what to do where something is not well. */
export function CheckScreen(props: CheckScreenProps) {
  const { facts, findings, seconds, words, language, onDone } = props;
  const title = titleFor(findings, words);
  return (
    <div class="stage stage-check" data-look="check">
      <dialog
        ref={openModal}
        class="check"
        aria-label={title}
        onCancel={(event) => {
          event.preventDefault();
          onDone();
        }}
      >
        <Ribbon pose={{ type: "header" }} />
        <div class="check-body">
          <p class="unseen" role="status">
            {title}
          </p>
          <Headline step="mid">{title}</Headline>
          <p class="hand quiet">{words.lead}</p>
          {/* Large text may need more room than there is: then it is scrolled. */}
          <ul class="checks" tabIndex={0} aria-label={title}>
            {findings.map((finding) => (
              <Line key={finding.check} {...{ finding, facts, words, language }} />
            ))}
          </ul>
          <Button kind="main" onPress={onDone}>
            {words.done}
            <span class="check-seconds" aria-hidden="true">
              {seconds}
            </span>
          </Button>
        </div>
      </dialog>
    </div>
  );
}

function titleFor(findings: readonly Finding[], words: CheckWords): string {
  const bad = findings.filter(({ state }) => state === "bad").length;
  if (bad > 0) return words.titleBad(bad);
  return findings.some(({ state }) => state === "looking") ? words.looking : words.titleGood;
}

interface LineProps extends Pick<CheckScreenProps, "facts" | "words" | "language"> {
  readonly finding: Finding;
}

function Line({ finding, facts, words, language }: LineProps) {
  const { check, state, problem } = finding;
  return (
    <li class={`check-line check-${state}`} data-check={check} data-state={state}>
      <StateSign state={state} />
      <div class="check-words">
        <h2 class="hand">{words.names[check]}</h2>
        <p class="check-says">{saysOf(check, facts, words, language) ?? words.looking}</p>
        {problem !== undefined && <p class="check-advice">{words.advice[problem]}</p>}
      </div>
    </li>
  );
}

/** By its shape, not by its colour alone. */
function StateSign({ state }: { readonly state: Finding["state"] }) {
  return (
    <svg class="check-sign" viewBox="0 0 48 48" aria-hidden="true">
      <path class="check-shape" d={SHAPES[state]} />
      <path class="check-mark" d={MARKS[state]} />
    </svg>
  );
}

const SHAPES = {
  good: "M4 4h40v40H4z",
  bad: "M24 2L47 46H1z",
  looking: "",
} as const satisfies Record<Finding["state"], string>;

const MARKS = {
  good: "M11 25l9 9 17-19",
  bad: "M24 17v13M24 35v5",
  looking: "M8 24h7M20.5 24h7M33 24h7",
} as const satisfies Record<Finding["state"], string>;

/** The focus begins at the heading: on the list, where the browser puts it, it would look like a control. */
function openModal(dialog: HTMLDialogElement | null): void {
  if (dialog === null || dialog.open) return;
  dialog.showModal();
  const heading = dialog.querySelector("h1");
  heading?.setAttribute("tabindex", "-1");
  heading?.focus();
}

import type { ComponentChild } from "preact";
import type { KioskConfig } from "../contract/kiosk-config.ts";
import type { Extras } from "./extras.ts";
import { AttractScreen } from "./screens/attract.tsx";
import type * as LaterScreens from "./screens/later-screens.tsx";
import { ThanksScreen } from "./screens/thanked.tsx";
import { Sill } from "./ui/sill.tsx";
import type { Screen } from "./visit.ts";
import type { VisitSession } from "./visit-session.ts";
import { timeOfDay, type FirstWords, type Language, type Words } from "./words.ts";
import { FIRST_ENGLISH } from "./words-first.ts";

export interface AppProps {
  readonly session: Pick<VisitSession, "send">;
  readonly screen: Screen;
  readonly config: KioskConfig;
  /** The same element for as long as the ribbon hangs the same way. */
  readonly ribbon: ComponentChild;
  /** The link to the proxy is known to be down. */
  readonly offline: boolean;
  readonly timeZone: string;
  readonly language: Language;
  readonly onLanguage: (language: Language) => void;
  /** Not there for the first moments of a page. */
  readonly later: typeof LaterScreens | undefined;
  readonly extras: Extras | undefined;
}

/** Draws the visit; decides nothing. */
export function App(props: AppProps) {
  const { screen, config, timeZone, language, later } = props;
  const words = later?.VOCABULARY[language];
  const firstWords = words ?? FIRST_ENGLISH;
  const time =
    screen.state === "thanked" ? timeOfDay(screen.notedAtMs, language, timeZone) : undefined;

  return (
    <div
      class={`stage stage-${screen.state}`}
      data-look={lookOf(screen)}
      // A touch presses and leaves no focus behind; the keyboard's focus is its own.
      onMouseDown={(event) => event.preventDefault()}
    >
      {props.ribbon}
      <p class="unseen" role="status">
        {later?.spokenOf(screen, config, language) ?? announcement(screen, firstWords, words, time)}
      </p>
      <CurrentScreen {...props} key={keyOf(screen)} firstWords={firstWords} time={time} />
      <Sill
        vocabulary={later?.VOCABULARY}
        language={language}
        onLanguage={props.onLanguage}
        {...(screen.state === "attract" ? { note: firstWords.terms(config.brand) } : {})}
      >
        {later !== undefined && props.extras !== undefined && screen.state === "attract" && (
          <later.StopTool extras={props.extras} language={language} />
        )}
        <UndoTool {...props} />
      </Sill>
      {later !== undefined && props.extras !== undefined && (
        <later.Overlay {...{ ...props, extras: props.extras }} />
      )}
    </div>
  );
}

/** Undo stands in every step; where a visit closes it has a panel of its own (rule PV5). */
function UndoTool({ screen, later, extras, language }: AppProps) {
  const offer = extras?.undoing.offer.value;
  if (later === undefined || extras === undefined || offer === undefined) return null;
  return screen.state === "thanked" && screen.step === "closing" ? null : (
    <later.UndoTool {...{ offer, language }} undoing={extras.undoing} />
  );
}

interface CurrentScreenProps extends AppProps {
  readonly firstWords: FirstWords;
  /** When the visit was noted, as the shopper's watch says it. */
  readonly time: string | undefined;
}

function CurrentScreen(props: CurrentScreenProps) {
  const { screen, session, config, firstWords, language, offline, time, later, extras } = props;
  const { brand } = config;
  const openKeypad = () => session.send({ type: "keypad-opened" });
  if (screen.state === "attract") {
    return (
      <AttractScreen words={firstWords} brand={brand} offline={offline} onKeypad={openKeypad} />
    );
  }
  if (screen.state === "thanked" && (screen.step === "thanks" || later === undefined)) {
    return <ThanksScreen words={firstWords} noted={screen} time={time} />;
  }
  return later === undefined ? null : (
    <later.LaterScreen
      {...{ screen, session, config, language, time, openKeypad, extras }}
      words={later.VOCABULARY[language]}
    />
  );
}

/** A new key makes a new screen: nothing of one visit stays in the next one's DOM (rule PV1). */
function keyOf(screen: Screen): string {
  if (screen.state === "consent") return `${screen.visitId} ${screen.index}`;
  if (screen.state !== "thanked") return screen.state;
  return `${screen.visitId} ${screen.step} ${screen.step === "question" ? screen.index : ""}`;
}

/** The ground and the layout a screen stands on. */
function lookOf(screen: Screen): string {
  return screen.state === "thanked" ? screen.step : screen.state;
}

/** What a screen reader says of it; card digits are never spoken. */
function announcement(
  screen: Screen,
  firstWords: FirstWords,
  words: Words | undefined,
  time: string | undefined,
): string {
  if (screen.state === "refused") return words?.refusals[screen.reason].title ?? "";
  if (screen.state === "out-of-service") return words?.outOfService[screen.reason].title ?? "";
  if (screen.state !== "thanked") return "";
  return screen.step === "duplicate" && words !== undefined
    ? `${words.duplicateTitle}. ${words.duplicateText(time)}`
    : `${firstWords.thanks}. ${firstWords.notedVisit(time)}.`;
}

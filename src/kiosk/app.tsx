import type { ReadonlySignal } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import type { KioskConfig } from "../contract/kiosk-config.ts";
import { AttractScreen } from "./screens/attract.tsx";
import type * as LaterScreens from "./screens/later-screens.ts";
import { ThanksScreen } from "./screens/thanked.tsx";
import { Ribbon, type RibbonPose } from "./ui/ribbon.tsx";
import { Sill } from "./ui/sill.tsx";
import type { Screen } from "./visit.ts";
import type { VisitSession } from "./visit-session.ts";
import { timeOfDay, type Language, type Vocabulary, type Words } from "./words.ts";
import { ENGLISH } from "./words-english.ts";

export interface AppProps {
  readonly session: VisitSession;
  /** The link to the proxy is known to be down. */
  readonly offline: ReadonlySignal<boolean>;
  readonly timeZone: string;
  /** Not there for the first moments of a page. */
  readonly later: ReadonlySignal<typeof LaterScreens | undefined>;
}

/** Ours: a language chosen and then left alone is the next shopper's no more. */
const LANGUAGE_IDLE_MS = 30_000;

const FIRST_LANGUAGE: Language = "en";

/** Draws the visit; decides nothing. */
export function App({ session, offline, timeZone, later }: AppProps) {
  const screen = session.screen.value;
  const config = session.config.value;
  const idle = screen.state === "attract";
  const shopper = screen.state === "thanked" ? screen.visitId : "";
  const [language, setLanguage] = useLanguage(idle, shopper);
  const vocabulary = vocabularyOf(later.value);
  const words = vocabulary[language] ?? ENGLISH;

  useEffect(() => {
    // Attract holds no focus, whatever was pressed last.
    if (idle && document.activeElement instanceof HTMLElement) document.activeElement.blur();
  }, [idle]);

  return (
    <div
      class={`stage stage-${screen.state}`}
      data-look={lookOf(screen)}
      // A touch presses and leaves no focus behind; the keyboard's focus is its own.
      onMouseDown={(event) => event.preventDefault()}
    >
      <Ribbon pose={poseOf(screen, config)} />
      <p class="unseen" role="status">
        {announcement(screen, words, timeOfScreen(screen, language, timeZone))}
      </p>
      <CurrentScreen
        key={keyOf(screen)}
        screen={screen}
        session={session}
        config={config}
        words={words}
        language={language}
        offline={offline.value}
        timeZone={timeZone}
        later={later.value}
      />
      <Sill
        vocabulary={vocabulary}
        language={language}
        onLanguage={setLanguage}
        {...(idle ? { note: words.terms(config.brand) } : {})}
      />
    </div>
  );
}

/** The shopper's language. Goes with the visit, and when nobody makes use of it. */
function useLanguage(idle: boolean, shopper: string) {
  const [language, setLanguage] = useState<Language>(FIRST_LANGUAGE);
  const [last, setLast] = useState({ idle, shopper });

  if (last.idle !== idle || last.shopper !== shopper) {
    setLast({ idle, shopper });
    const left = idle && !last.idle;
    const another = shopper !== "" && last.shopper !== "" && shopper !== last.shopper;
    if (left || another) setLanguage(FIRST_LANGUAGE);
  }

  useEffect(() => {
    document.documentElement.lang = language;
    if (!idle || language === FIRST_LANGUAGE) return undefined;
    const timer = setTimeout(() => setLanguage(FIRST_LANGUAGE), LANGUAGE_IDLE_MS);
    return () => clearTimeout(timer);
  }, [language, idle]);

  return [language, setLanguage] as const;
}

interface CurrentScreenProps {
  readonly screen: Screen;
  readonly session: VisitSession;
  readonly config: KioskConfig;
  readonly words: Words;
  readonly language: Language;
  readonly offline: boolean;
  readonly timeZone: string;
  readonly later: typeof LaterScreens | undefined;
}

function CurrentScreen(props: CurrentScreenProps) {
  const { screen, session, config, words, language, offline, timeZone, later } = props;
  const { brand } = config;
  const openKeypad = () => session.send({ type: "keypad-opened" });
  const finish = () => session.send({ type: "finished" });
  switch (screen.state) {
    case "attract":
      return <AttractScreen words={words} brand={brand} offline={offline} onKeypad={openKeypad} />;
    case "keypad":
      return later === undefined ? null : (
        <later.KeypadScreen
          words={words}
          config={config}
          digits={screen.digits}
          send={session.send}
          onSubmit={session.submitKeypad}
        />
      );
    case "refused":
      return later === undefined ? null : (
        <later.RefusedScreen
          words={words}
          brand={brand}
          reason={screen.reason}
          onKeypad={openKeypad}
          onFinish={finish}
        />
      );
    case "out-of-service":
      return later === undefined ? null : (
        <later.OutOfServiceScreen {...words.outOfService[screen.reason]} brand={brand} />
      );
    case "thanked": {
      const time = timeOfScreen(screen, language, timeZone);
      const thanked = { words, noted: screen, time, onDone: finish };
      switch (screen.step) {
        case "thanks":
          return <ThanksScreen {...thanked} />;
        case "closing":
          return later === undefined ? (
            <ThanksScreen {...thanked} />
          ) : (
            <later.ClosingScreen {...thanked} config={config} language={language} />
          );
        case "duplicate":
          return later === undefined ? null : <later.DuplicateScreen {...thanked} brand={brand} />;
        case "question": {
          const question = config.questions[screen.index];
          return question === undefined || later === undefined ? (
            <ThanksScreen {...thanked} />
          ) : (
            <later.QuestionScreen
              words={words}
              language={language}
              brand={brand}
              masked={screen.masked}
              question={question}
              chosen={screen.chosen}
              onAnswer={session.answer}
              send={session.send}
            />
          );
        }
      }
    }
  }
}

/** A new key makes a new screen: nothing of one visit stays in the next one's DOM (rule PV1). */
function keyOf(screen: Screen): string {
  if (screen.state !== "thanked") return screen.state;
  return `${screen.visitId} ${screen.step} ${screen.step === "question" ? screen.index : ""}`;
}

/** The ground and the layout a screen stands on. */
function lookOf(screen: Screen): string {
  return screen.state === "thanked" ? screen.step : screen.state;
}

function poseOf(screen: Screen, config: KioskConfig): RibbonPose {
  switch (screen.state) {
    case "attract":
      return { type: "tapestry" };
    case "keypad":
      return { type: "woven", digits: screen.digits.length, length: config.keypad.length };
    case "refused":
      return { type: screen.reason === "payment-card" ? "hollow" : "parted" };
    case "out-of-service":
      return { type: "resting" };
    case "thanked":
      if (screen.step === "question") return { type: "header" };
      return { type: screen.step === "duplicate" ? "short" : "fallen" };
  }
}

/** What a screen reader says of it; card digits are never spoken. */
function announcement(screen: Screen, words: Words, time: string | undefined): string {
  if (screen.state === "refused") return words.refusals[screen.reason].title;
  if (screen.state === "out-of-service") return words.outOfService[screen.reason].title;
  if (screen.state !== "thanked") return "";
  return screen.step === "duplicate"
    ? `${words.duplicateTitle}. ${words.duplicateText(time)}`
    : `${words.thanks}. ${words.notedVisit(time)}.`;
}

function timeOfScreen(screen: Screen, language: Language, timeZone: string): string | undefined {
  return screen.state === "thanked" ? timeOfDay(screen.notedAtMs, language, timeZone) : undefined;
}

function vocabularyOf(later: typeof LaterScreens | undefined): Vocabulary {
  return later === undefined ? { en: ENGLISH } : { en: ENGLISH, es: later.SPANISH };
}

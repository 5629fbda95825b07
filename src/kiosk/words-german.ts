import { pluralsIn } from "./plurals.ts";
import type { LanguageWords } from "./words.ts";

const plural = pluralsIn("de");

export const GERMAN: LanguageWords = {
  attractTitle: "Zeig uns deine Karte",
  attractHint: ["Halte sie unter das Lesegerät, gleich hier unten.", "Dein Handy geht auch."],
  typeNumber: "Nummer eintippen",
  offline: "Scanne wie immer. Deinen Besuch tragen wir etwas später ein.",
  terms: (brand) =>
    `Mit deiner ${brand}-Karte bist du einverstanden, dass wir deine Besuche notieren. Nie etwas über Zahlungen.`,
  languages: "Sprache",
  tools: "Leichter machen",
  textSize: "Schrift",
  contrast: "Kontrast",
  reach: "Tiefer",
  keypadTitle: "Tippe deine Kartennummer ein",
  keypadHint: (length) => `${length} Ziffern, unter den Streifen auf deiner Karte`,
  keypadMistyped: "Eine Ziffer ist anders als auf deiner Karte. Bitte vergleiche sie.",
  keypadNotOurs: "Das sieht nicht nach unserer Nummer aus. Bitte vergleiche sie mit deiner Karte.",
  digitsTyped: (typed, length) => `${typed} von ${length} Ziffern`,
  moreDigits: (missing) => plural(missing, { one: "Noch # Ziffer", other: "Noch # Ziffern" }),
  checkNumber: "Ziffern vergleichen",
  confirm: "Das ist meine Karte",
  cancel: "Abbrechen",
  clear: "Leeren",
  erase: "Letzte Ziffer löschen",
  thanks: "Danke",
  noted: (time, card) =>
    time === undefined ? `Notiert für Karte ${card}` : `Um ${time} notiert für Karte ${card}`,
  questionLabel: "Eine Frage für heute",
  skip: "Weiter",
  finish: "Beenden",
  done: "Fertig",
  closingTitle: "Danke, bis bald",
  closingLead: "Deine Karte gilt wie immer. Viel Freude bei deinem Besuch.",
  notedList: "Heute notiert",
  notedVisit: (time) => (time === undefined ? "Dein Besuch" : `Dein Besuch, um ${time}`),
  duplicateTitle: "Du bist heute schon notiert",
  duplicateText: (time) =>
    time === undefined
      ? "Wir haben diese Karte gerade gelesen. Einmal zeigen genügt."
      : `Wir haben diese Karte um ${time} gelesen. Einmal zeigen genügt.`,
  refusals: {
    "not-ours": {
      title: "Diese Karte ist nicht von uns",
      text: () => "Wir haben nichts von ihr behalten. Deine ist die mit den Streifen.",
    },
    "payment-card": {
      title: "Das ist eine Zahlkarte",
      text: (brand) =>
        `Wir haben nichts von ihr behalten, auch nicht die Nummer. Bitte zeig deine ${brand}-Karte.`,
    },
    "bad-check-digit": {
      title: "Das war schlecht zu lesen",
      text: () => "Zeig deine Karte noch einmal, etwas langsamer. Oder tippe ihre Nummer ein.",
    },
    "swipe-again": {
      title: "Bitte noch einmal durchziehen",
      text: () =>
        "Zieh den Streifen in einem Zug durch den Leser, nicht zu schnell und nicht zu langsam.",
    },
    unreadable: {
      title: "Das konnten wir nicht lesen",
      text: () => "Halte die Karte ruhig unter das Lesegerät. Am Handy: Bildschirm heller stellen.",
    },
    "too-many": {
      title: "Einen Moment, bitte",
      text: () =>
        "Hier wurden gerade viele Karten gezeigt. Zeig deine in einer Minute noch einmal.",
    },
  },
  showCardOr: "Zeig sie unter dem Lesegerät, oder",
  outOfService: {
    full: {
      title: "Wir machen kurz Pause",
      text: "Gerade können wir hier keine Besuche notieren. Deine Karte gilt an der Kasse wie immer.",
      staff:
        "Fürs Team: Der Speicher ist voll. Bitte das Netz prüfen; danach geht es von selbst weiter.",
    },
    unavailable: {
      title: "Wir machen kurz Pause",
      text: "Gerade können wir hier keine Besuche notieren. Deine Karte gilt an der Kasse wie immer.",
      staff: "Fürs Team: Der Browser kann nichts speichern. Bleibt das so, den Kiosk neu starten.",
    },
    closed: {
      title: "Wir machen kurz Pause",
      text: "Gerade können wir hier keine Besuche notieren. Deine Karte gilt an der Kasse wie immer.",
      staff:
        "Fürs Team: Der Kiosk ist außer Betrieb. Im Teambereich nehmt ihr ihn wieder in Betrieb.",
    },
  },
  card: (masked) => `Karte ${masked}`,
  help: {
    tool: "Hilfe",
    get: "Hilfe rufen",
    states: {
      calling: { title: "Einen Moment", text: "Wir sagen dem Personal, dass du Hilfe brauchst." },
      told: {
        title: "Das Personal weiß Bescheid",
        text: "Es weiß, an welchem Bildschirm du stehst. Bitte warte hier einen Moment.",
      },
      coming: { title: "Es kommt jemand", text: "Gleich ist jemand bei dir. Bitte bleib hier." },
      unreached: {
        title: "Bitte frag an der Kasse",
        text: "Von hier können wir gerade niemanden rufen. An der Kasse hilft man dir.",
      },
      unanswered: {
        title: "Bitte frag an der Kasse",
        text: "Gerade sind alle beschäftigt. An der Kasse hilft man dir.",
      },
    },
    goOn: "Inzwischen weitermachen",
    noMore: "Ich brauche keine Hilfe mehr",
    allRight: "In Ordnung",
  },
};

import { pluralsIn } from "../plurals.ts";
import type { StaffWords } from "./staff-words.ts";

const plural = pluralsIn("de");

export const STAFF_GERMAN: StaffWords = {
  staff: "Team",
  back: "Zurück zur Kundschaft",
  no: "Nein, weiter",

  enterPin: "Gib deine PIN ein",
  cardsNotRead: "Drücke ihre sechs Ziffern. Hier wird keine Karte gelesen oder notiert.",
  digitsTyped: (typed, of) => `${typed} von ${of} Ziffern`,
  erase: "Letzte Ziffer löschen",
  clear: "Löschen",
  checking: "Einen Moment",
  wrongPin: (left) =>
    left === 0
      ? "Das ist nicht die PIN."
      : plural(left, {
          one: "Das ist nicht die PIN. Noch # Versuch, dann heißt es warten.",
          other: "Das ist nicht die PIN. Noch # Versuche, dann heißt es warten.",
        }),
  waitPin: (wait) => `In ${wait} noch einmal.`,
  noPin: "Dieser Kiosk hat keine Team-PIN",
  noPinHint: "Wer die Kioske betreut, erzeugt eine mit npm run kiosk:pin.",

  status: "Zustand",
  queue: "Wartend",
  screen: "Anzeige",
  log: "Verlauf",
  kiosk: "Kiosk",

  looking: "Einen Moment",
  allIsWell: "Alles in Ordnung.",
  toLookAt: (count) =>
    plural(count, {
      one: "Nach # Sache ist zu sehen.",
      other: "Nach # Sachen ist zu sehen.",
    }),
  lookAtThis: "Bitte ansehen",
  facts: {
    paired: "Gekoppelt als",
    app: "App",
    config: "Konfiguration",
    contact: "Letzter Kontakt",
    clock: "Uhr",
    storage: "Speicher",
    space: "Platz",
    scanner: "Lesegerät",
    awake: "Bildschirm",
    faults: "Störungen",
  },
  noContact: "keiner seit dem Start; Netz prüfen",
  noAnswer: (age) => `gerade keine Antwort; zuletzt vor ${dative(age)}`,
  ago: (age) => `vor ${dative(age)}`,
  clockUnset: "nicht gestellt; Uhr des Geräts prüfen",
  clockRight: (time) => `${time}, geht richtig`,
  clockSlow: (time, off) => `${time}, geht ${off} nach`,
  clockFast: (time, off) => `${time}, geht ${off} vor`,
  configRefused: (version, field) => `${version}; die neuere ist nicht verwendbar (${field})`,
  persisted: "bleibt erhalten",
  notPersisted: "der Browser darf löschen; App installieren",
  unknown: "unbekannt",
  spaceUsed: (used, quota) => `${used} von ${quota}`,
  noCardYet: "keine Karte seit dem Start",
  lastCard: (age) => `letzte Karte vor ${dative(age)}`,
  awake: {
    held: "bleibt an",
    released: "darf jetzt ausgehen",
    refused: "nicht erlaubt; Energieeinstellungen prüfen",
    unsupported: "kann dieser Browser nicht",
  },
  faults: (errors, boots) =>
    `${plural(errors, { one: "# Störung", other: "# Störungen" })}, eben ${plural(boots, { one: "# Start", other: "# Starts" })}`,

  owed: (count) => plural(count, { one: "Eintrag wartet", other: "Einträge warten" }),
  oldest: (age) => `Der älteste wartet seit ${dative(age)}.`,
  owedHint: "Sie liegen hier sicher und versiegelt und gehen von selbst, sobald es geht.",
  nothingOwed: "Nichts wartet",
  sendNow: "Jetzt senden",
  sending: "Wird gesendet",
  sent: (count) => plural(count, { one: "# gesendet.", other: "# gesendet." }),
  held: "Noch geht nichts: Ein paar Sekunden lang darf es zurückgenommen werden.",
  slow: "Noch keine Antwort. Es geht von selbst weiter.",
  sendTroubles: {
    unreachable: "Der Server antwortet nicht. Netzkabel oder WLAN prüfen.",
    "shut-out": "Dieser Kiosk hat keinen Zugang. Bitte der Betreuung sagen.",
    "no-receipt": "Es antwortet jemand anderes. Vielleicht eine WLAN-Anmeldung?",
    later: "Der Server bittet um Geduld. Es geht von selbst weiter.",
    storage: "Der Speicher des Kiosks geht nicht auf. Bitte neu starten.",
  },
  save: "In einer Datei sichern",
  saveHint: "Falls der Kiosk weg muss: Die Datei ist versiegelt und importierbar.",
  saved: (count) =>
    plural(count, {
      one: "# gesichert. Die Datei mit npm run import einlesen.",
      other: "# gesichert. Die Datei mit npm run import einlesen.",
    }),

  screenTest: "Bildschirmtest",
  screenTestHint: "Berühre jedes Feld; was nicht antwortet, bleibt stehen.",
  screenTestStart: "Bildschirm testen",
  screenTested: "Jedes Feld hat geantwortet.",
  field: (field, of) => `Feld ${field} von ${of}`,
  stopTest: "Test beenden",
  soundTest: "Tontest",
  soundTestHint: (volume) => `Lautstärke ${volume} %. Ist jeder zu hören?`,
  soundOff: "Laut Konfiguration ist er stumm.",
  sounds: {
    read: "Gelesen",
    success: "Danke",
    duplicate: "Schon da",
    problem: "Problem",
    idle: "Noch da",
  },
  cleaning: "Reinigen",
  cleaningHint: "Berührungen tun eine Weile nichts; danach ist er wieder da.",
  cleaningStart: "Bildschirm reinigen",
  cleaningNow: "Nur zu, wisch ihn ab. Berührungen tun jetzt nichts.",

  earlier: "Früher",
  later: "Später",
  refusals: {
    "payment-card": "Eine Zahlkarte wurde abgelehnt",
    "not-ours": "Eine fremde Karte wurde abgelehnt",
    "bad-check-digit": "Eine Karte ließ sich nicht gut lesen",
    "swipe-again": "Ein Streifen war noch einmal zu ziehen",
    unreadable: "Etwas war nicht zu lesen",
    "too-many": "Zu viele Karten in einer Minute",
  },
  happenings: {
    started: "Die Seite begann",
    "link-down": "Das Netz ging weg",
    "link-up": "Das Netz kam wieder",
    sent: (count) => `Von hier gesendet: ${count}`,
    saved: (count) => `In einer Datei gesichert: ${count}`,
    config: (version) => `Konfiguration ${version}`,
    storage: { full: "Speicher voll", unavailable: "Speicher geht nicht auf" },
    closed: "Außer Betrieb",
    opened: "Wieder in Betrieb",
    broke: "Etwas ging kaputt und wurde behoben",
    "staff-came": "Team kam herein",
    "staff-left": "Team ging",
    "wrong-pin": "Falsche PIN",
    cleaned: "Bildschirm gereinigt",
    restarted: "Vom Team neu gestartet",
  },

  service: "Betrieb",
  isInService: "Dieser Kiosk nimmt Karten an.",
  isClosed: "Dieser Kiosk nimmt keine Karten an und sagt es.",
  untilRestart: "Der Browser kann es sich über einen Neustart nicht merken.",
  outOfService: "Außer Betrieb nehmen",
  backInService: "Wieder in Betrieb nehmen",
  restart: "Neu starten",
  restartHint: "Die Seite beginnt von vorn. Nichts, was wartet, geht verloren.",
  restartNow: "Jetzt neu starten",
  unpair: "Entkoppeln",
  unpairHint: "Wenn der Kiosk weg soll. Er geht, sobald alles gesendet ist.",
};

/** `3 Tage`, but `vor 3 Tagen`. */
function dative(age: string): string {
  return age.replace(/Tage$/, "Tagen");
}

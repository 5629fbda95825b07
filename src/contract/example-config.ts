import type { KioskConfig } from "./kiosk-config.ts";

/**
 * The shipped example: EAN-13 member cards that begin with 2, QR codes naming a browser, one
 * question. It is also the lowest layer of every kiosk's configuration, so that a kiosk which has
 * never reached its proxy can already take cards.
 */
export const EXAMPLE_CONFIG: KioskConfig = {
  version: "example-1",
  brand: "Casa Olmo",
  terms: { version: "casa-olmo-terms-1" },
  cardRules: [
    {
      name: "member card",
      match: "2\\d{12}",
      checkDigit: "gs1",
      visitor: "member",
      symbologies: ["]E0"],
      accepts: ["2912345678906", "2000000000008"],
      refuses: ["2912345678907", "4006381333931", "291234567890"],
    },
    {
      name: "browser code",
      match: "mboxPC:(?<id>[0-9A-Za-z-]+(?:\\.\\d+_\\d+)?)",
      checkDigit: "none",
      visitor: "browser",
      accepts: ["mboxPC:1368007744041-575948.01_00"],
      refuses: ["mboxPC:", "1368007744041-575948.01_00"],
    },
  ],
  keypad: { length: 13 },
  scanAttributes: [
    { name: "lastStore", from: "store" },
    { name: "lastKiosk", from: "kiosk" },
    { name: "lastScanAt", from: "instant" },
    { name: "lastScanDay", from: "day" },
  ],
  staticAttributes: [],
  questions: [
    {
      id: "visit-reason",
      attribute: "visitReason",
      title: {
        en: "What brings you in today?",
        es: "¿Qué te trae hoy?",
        de: "Was führt dich heute her?",
        fr: "Qu’est-ce qui vous amène ?",
        ar: "ما الذي أتى بك اليوم؟",
      },
      hint: {
        en: "Your answer helps us show you what fits.",
        es: "Tu respuesta nos ayuda a mostrarte lo que encaja.",
        de: "Deine Antwort hilft uns, dir Passendes zu zeigen.",
        fr: "Votre réponse nous aide à vous montrer ce qui vous convient.",
        ar: "إجابتك تساعدنا على عرض ما يناسبك.",
      },
      choices: [
        {
          code: "self",
          label: { en: "For myself", es: "Para mí", de: "Für mich", fr: "Pour moi", ar: "شيء لي" },
          drawing: "shirt",
        },
        {
          code: "gift",
          label: { en: "A gift", es: "Un regalo", de: "Ein Geschenk", fr: "Un cadeau", ar: "هدية" },
          drawing: "gift",
        },
        {
          code: "home",
          label: {
            en: "For my home",
            es: "Para mi casa",
            de: "Fürs Zuhause",
            fr: "Pour la maison",
            ar: "شيء للبيت",
          },
          drawing: "home",
        },
        {
          code: "looking",
          label: {
            en: "Just looking",
            es: "Solo miro",
            de: "Nur schauen",
            fr: "Je regarde",
            ar: "أتصفّح فقط",
          },
          drawing: "eyes",
        },
      ],
    },
  ],
  help: {},
  timings: {
    thanksSeconds: 1.6,
    questionSeconds: 20,
    closingSeconds: 10,
    refusedSeconds: 15,
    keypadSeconds: 30,
    duplicateSeconds: 8,
  },
};

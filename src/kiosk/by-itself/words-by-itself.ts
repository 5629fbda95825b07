import type { Language } from "../../contract/language.ts";

/** What the kiosk says when something of its own broke: what can be done, and that it mends itself. */
export interface BrokenWords {
  readonly title: string;
  readonly text: string;
  readonly next: string;
}

export const BROKEN_WORDS: Readonly<Record<Language, BrokenWords>> = {
  en: {
    title: "One moment, please",
    text: "This screen starts over. What it thanked you for is noted.",
    next: "In a few seconds, show your card again if you had no thank you.",
  },
  es: {
    title: "Un momento, por favor",
    text: "Esta pantalla empieza de nuevo. Lo que te agradeció está anotado.",
    next: "En unos segundos, muestra tu tarjeta otra vez si no viste las gracias.",
  },
  de: {
    title: "Einen Moment, bitte",
    text: "Dieser Bildschirm beginnt von vorn. Wofür er gedankt hat, ist notiert.",
    next: "Zeigen Sie Ihre Karte in ein paar Sekunden noch einmal, wenn kein Dank erschien.",
  },
  fr: {
    title: "Un instant, s’il vous plaît",
    text: "Cet écran recommence. Ce dont il vous a remercié est noté.",
    next: "Dans quelques secondes, présentez de nouveau votre carte si aucun merci n’est apparu.",
  },
  ar: {
    title: "لحظة من فضلك",
    text: "تبدأ هذه الشاشة من جديد. ما شكرتك عليه مُسجَّل.",
    next: "بعد ثوانٍ، اعرض بطاقتك مرة أخرى إن لم تظهر كلمة الشكر.",
  },
};

import type { Language } from "../contract/language.ts";

/** What a visit says beyond its first words: undo, consent, idle, what is recorded. */
export interface VisitWords {
  readonly undo: string;
  readonly undoTitle: string;
  readonly secondsLeft: (seconds: number) => string;
  readonly undoing: string;
  readonly undoFailed: string;
  readonly undoneTitle: string;
  readonly undoneText: string;
  readonly declinedTitle: string;
  readonly declinedText: string;
  readonly idleTitle: string;
  readonly idleText: string;
  readonly seconds: (seconds: number) => string;
  readonly stillHere: string;
  readonly finishNow: string;
  readonly consentStep: (step: number, of: number) => string;
  readonly ifYes: string;
  readonly neverKept: string;
  readonly aboutPayment: string;
  readonly sameEitherWay: string;
  readonly no: string;
  readonly noText: string;
  readonly yes: string;
  readonly yesText: string;
  readonly recordedTitle: string;
  readonly recordedText: string;
  readonly close: string;
  readonly attributes: {
    readonly store: string;
    readonly kiosk: string;
    readonly instant: string;
    readonly day: string;
  };
}

const ENGLISH: VisitWords = {
  undo: "Don’t record this visit",
  undoTitle: "Changed your mind?",
  secondsLeft: (seconds) => (seconds === 1 ? "1 second left" : `${seconds} seconds left`),
  undoing: "One moment",
  undoFailed: "It was too late to take this visit back, so it stays noted.",
  undoneTitle: "This visit isn’t recorded",
  undoneText: "We kept nothing of it. Your card works as always.",
  declinedTitle: "Thank you for telling us",
  declinedText: "We keep nothing of this visit. Your card works as always.",
  idleTitle: "Still there?",
  idleText: "We close your visit when the bars run out, so that nobody else sees it.",
  seconds: (seconds) => (seconds === 1 ? "second" : "seconds"),
  stillHere: "I’m still here",
  finishNow: "Finish now",
  consentStep: (step, of) => `Your choice, ${step} of ${of}`,
  ifYes: "If you say yes, we keep",
  neverKept: "We never keep",
  aboutPayment: "Anything about payment",
  sameEitherWay: "Your card works the same either way, and you can change your mind here any time.",
  no: "No",
  noText: "don’t remember it",
  yes: "Yes",
  yesText: "remember it",
  recordedTitle: "What is recorded?",
  recordedText: "This, and nothing else, about this visit:",
  close: "Close",
  attributes: {
    store: "The store you visit",
    kiosk: "The screen you used",
    instant: "When you were here",
    day: "The day you were here",
  },
};

const SPANISH: VisitWords = {
  undo: "No guardar esta visita",
  undoTitle: "¿Has cambiado de idea?",
  secondsLeft: (seconds) => (seconds === 1 ? "Queda 1 segundo" : `Quedan ${seconds} segundos`),
  undoing: "Un momento",
  undoFailed: "Ya era tarde para retirar esta visita: queda anotada.",
  undoneTitle: "Esta visita no queda anotada",
  undoneText: "No guardamos nada de ella. Tu tarjeta funciona como siempre.",
  declinedTitle: "Gracias por decírnoslo",
  declinedText: "No guardamos nada de esta visita. Tu tarjeta funciona como siempre.",
  idleTitle: "¿Sigues ahí?",
  idleText: "Cerramos tu visita cuando se acaben las barras, para que nadie más la vea.",
  seconds: (seconds) => (seconds === 1 ? "segundo" : "segundos"),
  stillHere: "Sigo aquí",
  finishNow: "Terminar ya",
  consentStep: (step, of) => `Tú decides, ${step} de ${of}`,
  ifYes: "Si dices que sí, guardamos",
  neverKept: "Nunca guardamos",
  aboutPayment: "Nada sobre pagos",
  sameEitherWay: "Tu tarjeta funciona igual de las dos formas, y aquí puedes cambiar de idea.",
  no: "No",
  noText: "no lo recordéis",
  yes: "Sí",
  yesText: "recordadlo",
  recordedTitle: "¿Qué se guarda?",
  recordedText: "De esta visita, esto y nada más:",
  close: "Cerrar",
  attributes: {
    store: "La tienda que visitas",
    kiosk: "La pantalla que has usado",
    instant: "Cuándo has estado",
    day: "El día de tu visita",
  },
};

const GERMAN: VisitWords = {
  undo: "Diesen Besuch nicht festhalten",
  undoTitle: "Doch lieber nicht?",
  secondsLeft: (seconds) => (seconds === 1 ? "Noch 1 Sekunde" : `Noch ${seconds} Sekunden`),
  undoing: "Einen Moment",
  undoFailed: "Zum Zurücknehmen war es zu spät: Der Besuch bleibt notiert.",
  undoneTitle: "Dieser Besuch ist nicht notiert",
  undoneText: "Wir haben nichts davon behalten. Deine Karte gilt wie immer.",
  declinedTitle: "Danke für deine Antwort",
  declinedText: "Wir behalten nichts von diesem Besuch. Deine Karte gilt wie immer.",
  idleTitle: "Bist du noch da?",
  idleText: "Wenn die Streifen weg sind, beenden wir deinen Besuch, damit ihn niemand sonst sieht.",
  seconds: (seconds) => (seconds === 1 ? "Sekunde" : "Sekunden"),
  stillHere: "Ich bin noch da",
  finishNow: "Jetzt beenden",
  consentStep: (step, of) => `Deine Wahl, ${step} von ${of}`,
  ifYes: "Wenn du Ja sagst, behalten wir",
  neverKept: "Nie behalten wir",
  aboutPayment: "Etwas über deine Zahlung",
  sameEitherWay:
    "Deine Karte gilt so oder so, und du kannst es dir hier jederzeit anders überlegen.",
  no: "Nein",
  noText: "nicht merken",
  yes: "Ja",
  yesText: "merken",
  recordedTitle: "Was wird notiert?",
  recordedText: "Von diesem Besuch nur das und sonst nichts:",
  close: "Schließen",
  attributes: {
    store: "Die Filiale, in der du bist",
    kiosk: "Der Bildschirm, den du nutzt",
    instant: "Wann du hier warst",
    day: "Der Tag deines Besuchs",
  },
};

const FRENCH: VisitWords = {
  undo: "Ne pas noter cette visite",
  undoTitle: "Vous avez changé d’avis ?",
  secondsLeft: (seconds) => (seconds === 1 ? "Encore 1 seconde" : `Encore ${seconds} secondes`),
  undoing: "Un instant",
  undoFailed: "Il était trop tard pour retirer cette visite : elle reste notée.",
  undoneTitle: "Cette visite n’est pas notée",
  undoneText: "Nous n’en avons rien gardé. Votre carte marche comme toujours.",
  declinedTitle: "Merci pour votre réponse",
  declinedText: "Nous ne gardons rien de cette visite. Votre carte marche comme toujours.",
  idleTitle: "Vous êtes toujours là ?",
  idleText:
    "Quand il n’y aura plus de barres, nous fermerons votre visite, pour que personne d’autre ne la voie.",
  seconds: (seconds) => (seconds === 1 ? "seconde" : "secondes"),
  stillHere: "Je suis là",
  finishNow: "Terminer",
  consentStep: (step, of) => `Votre choix, ${step} sur ${of}`,
  ifYes: "Si vous dites oui, nous gardons",
  neverKept: "Nous ne gardons jamais",
  aboutPayment: "Rien sur vos paiements",
  sameEitherWay:
    "Votre carte marche pareil dans les deux cas, et vous pouvez changer d’avis ici à tout moment.",
  no: "Non",
  noText: "ne pas retenir",
  yes: "Oui",
  yesText: "retenir",
  recordedTitle: "Qu’est-ce qui est noté ?",
  recordedText: "De cette visite, ceci et rien d’autre :",
  close: "Fermer",
  attributes: {
    store: "Le magasin où vous êtes",
    kiosk: "L’écran que vous utilisez",
    instant: "Quand vous étiez là",
    day: "Le jour de votre visite",
  },
};

const ARABIC: VisitWords = {
  undo: "لا تسجّلوا هذه الزيارة",
  undoTitle: "هل غيّرت رأيك؟",
  secondsLeft: (seconds) => `بقي ${arabicSeconds(seconds)}`,
  undoing: "لحظة من فضلك",
  undoFailed: "فات الأوان لإلغاء هذه الزيارة، فبقيت مسجّلة.",
  undoneTitle: "هذه الزيارة غير مسجّلة",
  undoneText: "لم نحتفظ بأي شيء منها. بطاقتك تعمل كالعادة.",
  declinedTitle: "شكرًا على إجابتك",
  declinedText: "لا نحتفظ بأي شيء من هذه الزيارة. بطاقتك تعمل كالعادة.",
  idleTitle: "هل ما زلت هنا؟",
  idleText: "نغلق زيارتك حين تنتهي الأشرطة، حتى لا يراها أحد غيرك.",
  seconds: (seconds) => (seconds >= 3 && seconds <= 10 ? "ثوانٍ" : "ثانية"),
  stillHere: "ما زلت هنا",
  finishNow: "إنهاء الآن",
  consentStep: (step, of) => `اختيارك، ${step} من ${of}`,
  ifYes: "إذا قلت نعم، نحتفظ بـ",
  neverKept: "لا نحتفظ أبدًا بـ",
  aboutPayment: "أي شيء عن الدفع",
  sameEitherWay: "بطاقتك تعمل في الحالتين، ويمكنك تغيير رأيك هنا في أي وقت.",
  no: "لا",
  noText: "لا تتذكّروها",
  yes: "نعم",
  yesText: "تذكّروها",
  recordedTitle: "ماذا نسجّل؟",
  recordedText: "عن هذه الزيارة، هذا فقط لا غير:",
  close: "إغلاق",
  attributes: {
    store: "المتجر الذي تزوره",
    kiosk: "الشاشة التي استخدمتها",
    instant: "وقت زيارتك",
    day: "يوم زيارتك",
  },
};

function arabicSeconds(seconds: number): string {
  if (seconds === 1) return "ثانية واحدة";
  if (seconds === 2) return "ثانيتان";
  return seconds <= 10 ? `${seconds} ثوانٍ` : `${seconds} ثانية`;
}

export const VISIT_WORDS = {
  en: ENGLISH,
  es: SPANISH,
  de: GERMAN,
  fr: FRENCH,
  ar: ARABIC,
} as const satisfies Readonly<Record<Language, VisitWords>>;

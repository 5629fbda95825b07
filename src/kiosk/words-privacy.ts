import type { Language } from "../contract/language.ts";

/** What the kiosk says of leaving and of what comes after thanks; a sentence is added in every language. */
export interface PrivacyWords {
  /** The tool, and the title of its screen. */
  readonly stop: string;
  /** What to do, and what it does; with the card of the visit on screen, where there is one. */
  readonly stopHint: (card: string | undefined) => string;
  readonly stopNow: string;
  readonly goOn: string;
  /** The whole answer, in one sentence. */
  readonly stopped: string;
  readonly stoppedHint: string;
  readonly onYourPhone: string;
}

const ENGLISH: PrivacyWords = {
  stop: "Stop recording my visits",
  stopHint: (card) =>
    card === undefined
      ? "Show us your card once. From then on we record none of its visits, and clear what we noted."
      : `From now on we record no visit with card ${card}, and clear what we noted.`,
  stopNow: "Stop recording",
  goOn: "Go on as before",
  stopped: "We no longer record your visits",
  stoppedHint: "Your card works at the checkout as always.",
  onYourPhone: "Continue on your phone",
};

const SPANISH: PrivacyWords = {
  stop: "Dejar de anotar mis visitas",
  stopHint: (card) =>
    card === undefined
      ? "Enseña tu tarjeta una vez. Desde entonces no anotamos sus visitas y borramos lo anotado."
      : `Desde ahora no anotamos visitas con la tarjeta ${card} y borramos lo anotado.`,
  stopNow: "Dejar de anotar",
  goOn: "Seguir como hasta ahora",
  stopped: "Ya no anotamos tus visitas",
  stoppedHint: "Tu tarjeta funciona en caja como siempre.",
  onYourPhone: "Sigue en tu móvil",
};

const GERMAN: PrivacyWords = {
  stop: "Besuche nicht mehr festhalten",
  stopHint: (card) =>
    card === undefined
      ? "Zeig uns deine Karte einmal. Ab dann halten wir keinen Besuch mehr fest und löschen, was wir notiert haben."
      : `Ab jetzt halten wir keinen Besuch mit Karte ${card} mehr fest und löschen, was wir notiert haben.`,
  stopNow: "Nicht mehr festhalten",
  goOn: "Weiter wie bisher",
  stopped: "Wir halten deine Besuche nicht mehr fest",
  stoppedHint: "Deine Karte gilt an der Kasse wie immer.",
  onYourPhone: "Weiter auf deinem Handy",
};

const FRENCH: PrivacyWords = {
  stop: "Ne plus noter mes visites",
  stopHint: (card) =>
    card === undefined
      ? "Montrez votre carte une fois. Ensuite, nous ne notons plus aucune visite et effaçons ce qui est noté."
      : `Dès maintenant, nous ne notons plus de visite avec la carte ${card} et effaçons ce qui est noté.`,
  stopNow: "Ne plus noter",
  goOn: "Continuer comme avant",
  stopped: "Nous ne notons plus vos visites",
  stoppedHint: "Votre carte marche en caisse comme toujours.",
  onYourPhone: "Continuez sur votre téléphone",
};

const ARABIC: PrivacyWords = {
  stop: "أوقفوا تسجيل زياراتي",
  stopHint: (card) =>
    card === undefined
      ? "اعرض بطاقتك مرة واحدة. بعدها لا نسجّل أي زيارة بها، ونمحو ما سجّلناه."
      : `من الآن لا نسجّل أي زيارة بالبطاقة \u2068${card}\u2069، ونمحو ما سجّلناه.`,
  stopNow: "أوقفوا التسجيل",
  goOn: "استمروا كما كان",
  stopped: "لم نعد نسجّل زياراتك",
  stoppedHint: "بطاقتك تعمل عند الصندوق كالعادة.",
  onYourPhone: "تابع على هاتفك",
};

export const PRIVACY_WORDS = {
  en: ENGLISH,
  es: SPANISH,
  de: GERMAN,
  fr: FRENCH,
  ar: ARABIC,
} as const satisfies Readonly<Record<Language, PrivacyWords>>;

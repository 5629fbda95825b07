import type { StorageTrouble, RefusalReason } from "./visit.ts";

export const LANGUAGES = ["en", "es"] as const;
export type Language = (typeof LANGUAGES)[number];

/** Every sentence the kiosk says. Short, present tense: what happened, then what to do. */
export interface Words {
  readonly language: string;
  readonly attractTitle: string;
  readonly attractHint: readonly string[];
  readonly typeNumber: string;
  readonly offline: string;
  readonly terms: (brand: string) => string;
  readonly keypadTitle: string;
  readonly keypadHint: (length: number) => string;
  readonly keypadMistyped: string;
  readonly keypadNotOurs: string;
  readonly digitsTyped: (typed: number, length: number) => string;
  readonly moreDigits: (missing: number) => string;
  readonly checkNumber: string;
  readonly confirm: string;
  readonly cancel: string;
  readonly clear: string;
  readonly erase: string;
  readonly thanks: string;
  readonly noted: (time: string | undefined, card: string) => string;
  readonly questionLabel: string;
  readonly skip: string;
  readonly finish: string;
  readonly done: string;
  readonly closingTitle: string;
  readonly closingLead: string;
  readonly notedList: string;
  readonly notedVisit: (time: string | undefined) => string;
  readonly duplicateTitle: string;
  readonly duplicateText: (time: string | undefined) => string;
  readonly refusals: Readonly<Record<RefusalReason, Refusal>>;
  readonly showCardOr: string;
  readonly outOfService: Readonly<Record<StorageTrouble, OutOfService>>;
  readonly card: (masked: string) => string;
}

export interface Refusal {
  readonly title: string;
  readonly text: (brand: string) => string;
}

export interface OutOfService {
  readonly title: string;
  readonly text: string;
  readonly staff: string;
}

const en: Words = {
  language: "English",
  attractTitle: "Show us your card",
  attractHint: ["Hold it under the reader, just below.", "Your phone works too."],
  typeNumber: "Type the number",
  offline: "Scan as usual. We add your visit a little later.",
  terms: (brand) =>
    `With your ${brand} card you agree that we note your visits. Nothing about payment, ever.`,
  keypadTitle: "Type your card number",
  keypadHint: (length) => `${length} digits, under the stripes on your card`,
  keypadMistyped: "One digit looks different from your card. Please compare them.",
  keypadNotOurs: "This doesn’t look like one of our numbers. Please compare it with your card.",
  digitsTyped: (typed, length) => `${typed} of ${length} digits`,
  moreDigits: (missing) => (missing === 1 ? "1 more digit" : `${missing} more digits`),
  checkNumber: "Compare the digits",
  confirm: "That’s my card",
  cancel: "Cancel",
  clear: "Clear",
  erase: "Erase the last digit",
  thanks: "Thank you",
  noted: (time, card) =>
    time === undefined ? `Noted for card ${card}` : `Noted at ${time} for card ${card}`,
  questionLabel: "A question for today",
  skip: "Skip",
  finish: "Finish",
  done: "Done",
  closingTitle: "Thank you, see you soon",
  closingLead: "Your card works as always. Enjoy your visit.",
  notedList: "Noted today",
  notedVisit: (time) => (time === undefined ? "Your visit" : `Your visit, at ${time}`),
  duplicateTitle: "You’re already noted today",
  duplicateText: (time) =>
    time === undefined
      ? "We read this card a moment ago. Showing it once is enough."
      : `We read this card at ${time}. Showing it once is enough.`,
  refusals: {
    "not-ours": {
      title: "This card isn’t one of ours",
      text: () => "We kept nothing from it. Yours is the one with the stripes.",
    },
    "payment-card": {
      title: "That’s a payment card",
      text: (brand) =>
        `We kept nothing from it, not even its number. Please show your ${brand} card.`,
    },
    "bad-check-digit": {
      title: "That didn’t read well",
      text: () => "Show your card once more, a little slower. Or type its number.",
    },
    unreadable: {
      title: "We couldn’t read that",
      text: () => "Hold your card still under the reader. On a phone, turn the brightness up.",
    },
  },
  showCardOr: "Show it under the reader, or",
  outOfService: {
    full: {
      title: "We’re taking a short break",
      text: "We can’t note visits on this screen right now. Your card works at the checkout as always.",
      staff: "For staff: this kiosk’s storage is full. Check its network; it goes on by itself.",
    },
    unavailable: {
      title: "We’re taking a short break",
      text: "We can’t note visits on this screen right now. Your card works at the checkout as always.",
      staff: "For staff: the browser can’t store anything. Restart this kiosk if this stays.",
    },
  },
  card: (masked) => `Card ${masked}`,
};

const es: Words = {
  language: "Español",
  attractTitle: "Enseña tu tarjeta",
  attractHint: ["Ponla bajo el lector, aquí debajo.", "También funciona con el móvil."],
  typeNumber: "Escribir el número",
  offline: "Pasa tu tarjeta como siempre. Añadimos tu visita un poco después.",
  terms: (brand) =>
    `Con tu tarjeta ${brand} aceptas que anotemos tus visitas. Nunca nada sobre pagos.`,
  keypadTitle: "Escribe el número de tu tarjeta",
  keypadHint: (length) => `${length} cifras, bajo las rayas de tu tarjeta`,
  keypadMistyped: "Alguna cifra no es como en tu tarjeta. Compáralas, por favor.",
  keypadNotOurs: "No parece un número nuestro. Compáralo con tu tarjeta, por favor.",
  digitsTyped: (typed, length) => `${typed} de ${length} cifras`,
  moreDigits: (missing) => (missing === 1 ? "Falta 1 cifra" : `Faltan ${missing} cifras`),
  checkNumber: "Compara las cifras",
  confirm: "Es mi tarjeta",
  cancel: "Cancelar",
  clear: "Borrar",
  erase: "Borrar la última cifra",
  thanks: "Gracias",
  noted: (time, card) =>
    time === undefined
      ? `Anotado para la tarjeta ${card}`
      : `Anotado a las ${time} para la tarjeta ${card}`,
  questionLabel: "Una pregunta para hoy",
  skip: "Saltar",
  finish: "Terminar",
  done: "Listo",
  closingTitle: "Gracias, hasta pronto",
  closingLead: "Tu tarjeta funciona como siempre. Disfruta de tu visita.",
  notedList: "Anotado hoy",
  notedVisit: (time) => (time === undefined ? "Tu visita" : `Tu visita, a las ${time}`),
  duplicateTitle: "Tu visita de hoy ya está anotada",
  duplicateText: (time) =>
    time === undefined
      ? "Hemos leído esta tarjeta hace un momento. Con una vez basta."
      : `Hemos leído esta tarjeta a las ${time}. Con una vez basta.`,
  refusals: {
    "not-ours": {
      title: "Esta tarjeta no es nuestra",
      text: () => "No hemos guardado nada. La tuya es la de las rayas.",
    },
    "payment-card": {
      title: "Es una tarjeta de pago",
      text: (brand) => `No hemos guardado nada, ni siquiera el número. Enseña tu tarjeta ${brand}.`,
    },
    "bad-check-digit": {
      title: "No se ha leído bien",
      text: () => "Enseña tu tarjeta otra vez, más despacio. O escribe su número.",
    },
    unreadable: {
      title: "No hemos podido leerla",
      text: () => "Deja la tarjeta quieta bajo el lector. Si es el móvil, sube el brillo.",
    },
  },
  showCardOr: "Ponla bajo el lector, o",
  outOfService: {
    full: {
      title: "Hacemos una pausa",
      text: "Ahora no podemos anotar visitas en esta pantalla. Tu tarjeta funciona en caja como siempre.",
      staff: "Para el personal: no queda espacio. Revisad la red; seguirá por sí solo.",
    },
    unavailable: {
      title: "Hacemos una pausa",
      text: "Ahora no podemos anotar visitas en esta pantalla. Tu tarjeta funciona en caja como siempre.",
      staff:
        "Para el personal: el navegador no puede guardar nada. Reiniciad el kiosco si sigue así.",
    },
  },
  card: (masked) => `Tarjeta ${masked}`,
};

export const WORDS: Readonly<Record<Language, Words>> = { en, es };

/** Before this a kiosk's clock is plainly wrong, and no screen shows a time. Ours: 2024. */
const BELIEVABLE_MS = 1_704_067_200_000;

/** `11:42` where the kiosk stands, or nothing while its clock cannot be right. */
export function timeOfDay(atMs: number, language: Language, timeZone: string): string | undefined {
  if (atMs < BELIEVABLE_MS) return undefined;
  const format = { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone } as const;
  return new Intl.DateTimeFormat(language, format).format(atMs);
}

/** A configured text in the shopper's language, else in English. */
export function configured(
  texts: { readonly en: string; readonly [language: string]: string },
  language: Language,
): string {
  return texts[language] ?? texts.en;
}

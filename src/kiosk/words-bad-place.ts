import type { Language } from "../contract/language.ts";
import type { BadPlace } from "./device.ts";

type Parameter = BadPlace["parameter"];

/** What is said where the address puts a kiosk in a place that cannot be. */
export interface BadPlaceWords {
  readonly title: string;
  readonly text: (parameter: Parameter, value: string) => string;
  readonly staff: (parameter: Parameter) => string;
}

export const BAD_PLACE_WORDS: Readonly<Record<Language, BadPlaceWords>> = {
  en: {
    title: "Where does this kiosk stand?",
    text: (parameter, value) =>
      `The address says ${parameter}=“${value}”, which can’t be a ${parameter}’s name.`,
    staff: (parameter) =>
      `Open the page again with ?${parameter}= and 1 to 64 letters, digits, dots, hyphens or underscores, beginning with a letter or a digit.`,
  },
  es: {
    title: "¿Dónde está este kiosco?",
    text: (parameter, value) =>
      `La dirección dice ${parameter}=“${value}”, y eso no puede ser un nombre.`,
    staff: (parameter) =>
      `Abre la página otra vez con ?${parameter}= y de 1 a 64 letras, cifras, puntos, guiones o guiones bajos; primero una letra o una cifra.`,
  },
  de: {
    title: "Wo steht dieser Kiosk?",
    text: (parameter, value) =>
      `In der Adresse steht ${parameter}=„${value}“, und das kann kein Name sein.`,
    staff: (parameter) =>
      `Öffne die Seite noch einmal mit ?${parameter}= und 1 bis 64 Buchstaben, Ziffern, Punkten, Binde- oder Unterstrichen; zuerst ein Buchstabe oder eine Ziffer.`,
  },
  fr: {
    title: "Où est cette borne ?",
    text: (parameter, value) =>
      `L’adresse dit ${parameter}=« ${value} », ce qui ne peut pas être un nom.`,
    staff: (parameter) =>
      `Ouvrez la page de nouveau avec ?${parameter}= et de 1 à 64 lettres, chiffres, points, tirets ou tirets bas, en commençant par une lettre ou un chiffre.`,
  },
  ar: {
    title: "أين هذا الكشك؟",
    text: (parameter, value) => `في العنوان \u2068${parameter}=“${value}”\u2069، ولا يصلح هذا اسمًا.`,
    staff: (parameter) =>
      `افتح الصفحة من جديد مع \u2068?${parameter}=\u2069 ومن 1 إلى 64 من الحروف اللاتينية أو الأرقام أو النقاط أو الشرطات، أولها حرف أو رقم.`,
  },
};

import type { Language } from "../../contract/language.ts";

/** What attract says where a camera reads: what to do, and what becomes of the picture. */
export const CAMERA_WORDS: Readonly<Record<Language, readonly string[]>> = {
  en: ["Hold your card to the camera.", "It looks for the code and keeps no picture."],
  es: ["Acerca tu tarjeta a la cámara.", "Solo busca el código y no guarda ninguna imagen."],
  de: ["Halte deine Karte vor die Kamera.", "Sie sucht nur den Code und behält kein Bild."],
  fr: [
    "Tenez votre carte devant la caméra.",
    "Elle ne cherche que le code et ne garde aucune image.",
  ],
  ar: ["قرّب بطاقتك من الكاميرا.", "تبحث عن الرمز فقط ولا تحتفظ بأي صورة."],
};

/** Languages the kiosk speaks, as BCP 47 tags, English first: it is what every text falls back to. */
export const LANGUAGES = ["en", "es", "de", "fr", "ar"] as const;
export type Language = (typeof LANGUAGES)[number];

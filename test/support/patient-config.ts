import { configFile } from "./config-file.ts";

/** A file for `KIOSK_CONFIG` under which a kiosk takes more cards in a minute than people bring (rule CD1). */
export function patientConfigFile(): string {
  const cardLimits = { cardsPerMinute: 600, typedCardsPerMinute: 6 };
  return configFile({ version: "patient-1", cardLimits });
}

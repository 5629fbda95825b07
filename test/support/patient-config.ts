import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { EXAMPLE_CONFIG } from "../../src/contract/example-config.ts";

/** A file for `KIOSK_CONFIG` under which a kiosk takes more cards in a minute than people bring (rule CD1). */
export function patientConfigFile(): string {
  const file = path.join(mkdtempSync(path.join(tmpdir(), "tarjeta-config-")), "kiosks.json");
  const cardLimits = { cardsPerMinute: 600, typedCardsPerMinute: 6 };
  writeFileSync(file, JSON.stringify({ ...EXAMPLE_CONFIG, version: "patient-1", cardLimits }));
  return file;
}

import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { EXAMPLE_CONFIG } from "../../src/contract/example-config.ts";
import type { KioskConfig } from "../../src/contract/kiosk-config.ts";

/** As shipped, but nothing is held: a test that is not about undo need not wait for its end (rule PV5). */
const TIMINGS = { ...EXAMPLE_CONFIG.timings, undoSeconds: 0 };

/** A file for `KIOSK_CONFIG`: the shipped example with changes, and without undo unless they give it. */
export function configFile(changes: Partial<KioskConfig>): string {
  const file = path.join(mkdtempSync(path.join(tmpdir(), "tarjeta-config-")), "kiosks.json");
  writeFileSync(file, JSON.stringify({ ...EXAMPLE_CONFIG, timings: TIMINGS, ...changes }));
  return file;
}

/** The example whose question may also be answered with these codes. */
export function withChoices(...codes: readonly string[]): Partial<KioskConfig> {
  const [question] = EXAMPLE_CONFIG.questions;
  const [choice] = question!.choices;
  const choices = [
    ...question!.choices.slice(0, 2),
    ...codes.map((code) => ({ ...choice!, code })),
  ];
  return { questions: [{ ...question!, choices }] };
}

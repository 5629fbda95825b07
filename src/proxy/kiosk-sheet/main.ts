import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { LANGUAGES, type Language } from "../../contract/language.ts";
import { readKioskConfig } from "../kiosk-config-file.ts";
import { settingsFrom } from "../settings.ts";
import { runCommand } from "../run-command.ts";
import { StartupError } from "../startup-error.ts";
import { sheetHtml } from "./sheet.ts";

// Composition root of `npm run kiosk:sheet`: a page for the back office, in each language of the kiosks, to be
// printed on A4.

const USAGE =
  `Use: npm run kiosk:sheet -- --language ${LANGUAGES.join("|")} > sheet.html, or --out <folder> for one ` +
  "in every language of KIOSK_CONFIG.";

await runCommand(() => run(process.argv.slice(2)));

function run(args: readonly string[]): void {
  const { language, out } = valuesOf(args);
  const settings = settingsFrom(process.env);
  if (!settings.ok) throw new StartupError(settings.error);
  const { brand, languages = LANGUAGES } = readKioskConfig(settings.value.kioskConfigFile);
  if (language !== undefined) {
    console.log(sheetHtml(languageOf(language), brand));
    return;
  }
  if (out === undefined) throw new StartupError(USAGE);
  for (const each of languages) write(path.join(out, `staff-${each}.html`), each, brand);
}

function write(file: string, language: Language, brand: string): void {
  try {
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, sheetHtml(language, brand));
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new StartupError(`--out: ${file} cannot be written (${code}); name another folder.`, {
      cause,
    });
  }
  console.log(file);
}

function languageOf(given: string): Language {
  const language = LANGUAGES.find((each) => each === given);
  if (language === undefined) {
    throw new StartupError(`--language: must be one of ${LANGUAGES.join(", ")}. ${USAGE}`);
  }
  return language;
}

function valuesOf(args: readonly string[]) {
  const text = { type: "string" } as const;
  try {
    return parseArgs({ args: [...args], options: { language: text, out: text } }).values;
  } catch (cause) {
    throw new StartupError(`${(cause as Error).message} ${USAGE}`, { cause });
  }
}

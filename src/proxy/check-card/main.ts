import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { LANGUAGES } from "../../contract/language.ts";
import { runCommand } from "../run-command.ts";
import { StartupError } from "../startup-error.ts";
import { checkCardPage } from "./check-card-page.ts";

// Composition root of `npm run kiosk:check-card`: a card to hold before a kiosk that says how it does.

const USAGE = `Use: npm run kiosk:check-card -- [--language ${LANGUAGES.join("|")}] [--out <file>].`;

await runCommand(() => run(process.argv.slice(2)));

function run(args: readonly string[]): void {
  const { language: asked = "en", out } = valuesOf(args);
  const language = LANGUAGES.find((each) => each === asked);
  if (language === undefined) {
    throw new StartupError(`--language: must be one of ${LANGUAGES.join(", ")}. ${USAGE}`);
  }
  const page = checkCardPage(language);
  if (out === undefined) return console.log(page);
  write(out, page);
  console.error(`${out}: open it in a browser and print it at 100 %.`);
}

function write(file: string, page: string): void {
  try {
    writeFileSync(file, page);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new StartupError(`--out: ${file} cannot be written (${code}); name another file.`, {
      cause,
    });
  }
}

function valuesOf(args: readonly string[]) {
  const text = { type: "string" } as const;
  try {
    return parseArgs({ args: [...args], options: { language: text, out: text } }).values;
  } catch (cause) {
    throw new StartupError(`${(cause as Error).message} ${USAGE}`, { cause });
  }
}

import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { readKioskConfig } from "../kiosk-config-file.ts";
import { settingsFrom, type Settings } from "../settings.ts";
import type { TargetSettings } from "../target-settings.ts";
import { runCommand } from "../run-command.ts";
import { StartupError } from "../startup-error.ts";
import { systemClock } from "../system-clock.ts";
import { openTokens } from "../target/open-tokens.ts";
import { createTargetClient } from "../target/target-client.ts";
import { matchArguments } from "./arguments.ts";
import { cardForms } from "./card-forms.ts";
import { cardListFrom } from "./card-list.ts";
import { rowsFrom, textsOf, type FormTable } from "./form-table.ts";
import { lookUp, type LookedUp } from "./look-up.ts";
import { createProgress } from "./progress.ts";
import { readCardFile } from "./read-card-file.ts";
import { endWords, listWords, tableWords, verdictWords } from "./report.ts";
import { hmacForm, lookupForm } from "./site-forms.ts";
import { verdictFrom } from "./verdict.ts";

// Composition root of `npm run match`: asks Target whether it knows members by their card numbers, in
// which form, and says what to choose. No number is printed or kept; each goes to Target's fetch, and
// with VISITOR_ID_MODE=lookup to the service that is asked.

/** What the command ends with. */
const EXIT = { recommended: 0, stopped: 1, noneRecommended: 3, interrupted: 130 } as const;

await runCommand(async () => {
  const code = await run(process.argv.slice(2));
  // A look that was interrupted may still be under way; nobody waits for it.
  process.stdout.write("", () => process.exit(code));
});

async function run(args: readonly string[]): Promise<number> {
  const given = matchArguments(args);
  if (!given.ok) throw new StartupError(given.error);
  const { file, perSecond } = given.value;
  const read = settingsFrom(process.env);
  if (!read.ok) throw new StartupError(read.error);
  const settings = read.value;
  const { target } = settings;
  if (target === undefined) {
    throw new StartupError(
      "TARGET_CLIENT: give your client code, since it is your Target that is asked; for an emulator, its address as TARGET_ORIGIN too.",
    );
  }
  const { cardRules } = readKioskConfig(settings.kioskConfigFile);
  const memberRules = cardRules.filter(({ visitor }) => visitor === "member");
  const list = cardListFrom(await readCardFile(file), memberRules);
  if (!list.ok) throw new StartupError(`The file of card numbers: ${list.error}.`);

  const forms = list.value.cards.map((card) => cardForms(card, memberRules));
  console.log(`${listWords(list.value, forms)}\n`);
  const interruption = onInterrupt();
  const table = await Promise.race([tableOf(forms, settings), interruption.interrupted]);
  if (table === undefined) {
    console.error("Interrupted before Target was asked.");
    return EXIT.interrupted;
  }
  const { answers, end } = await lookUpAt(target, textsOf(table), perSecond, interruption);
  const verdict = verdictFrom(table, answers);
  const ended = endWords(end);
  if (ended !== undefined) console.error(`${ended}\n`);
  if (end.type === "knows-everybody") return EXIT.stopped;
  console.log(`${tableWords(rowsFrom(table, answers), forms.length)}\n\n${verdictWords(verdict)}`);
  if (end.type === "interrupted") return EXIT.interrupted;
  if (end.type === "unavailable") return EXIT.stopped;
  return verdict.type === "recommended" ? EXIT.recommended : EXIT.noneRecommended;
}

interface Interruption {
  /** Resolves at the first Ctrl-C; a second one ends the process at once. */
  readonly interrupted: Promise<undefined>;
  readonly wait: (delayMs: number) => Promise<unknown>;
}

function onInterrupt(): Interruption {
  const interrupted = new Promise<undefined>((resolve) => {
    process.once("SIGINT", () => resolve(undefined));
  });
  return { interrupted, wait: (delayMs) => Promise.race([interrupted, delay(delayMs)]) };
}

/** Every form of every card. A site's id, hashed or looked up, goes by what the card rules read. */
async function tableOf(
  forms: readonly ReturnType<typeof cardForms>[],
  settings: Settings,
): Promise<FormTable> {
  const plain = (form: keyof (typeof forms)[number]["texts"]) =>
    ({ type: "tried", texts: forms.map(({ texts }) => texts[form]) }) as const;
  const read = forms.map(({ texts }) => texts["as the card rules read it"]);
  return {
    "as is": plain("as is"),
    "as the card rules read it": plain("as the card rules read it"),
    "without leading zeros": plain("without leading zeros"),
    "without check digit": plain("without check digit"),
    hmac: await hmacForm(settings, read),
    lookup: await lookupForm(settings, read, systemClock, delay),
  };
}

async function lookUpAt(
  target: TargetSettings,
  texts: readonly string[],
  perSecond: number,
  { interrupted, wait }: Interruption,
): Promise<LookedUp> {
  const tokens = openTokens(target, systemClock, {
    warn: (details, message) => console.error(message, JSON.stringify(details)),
  });
  const client = createTargetClient({ ...target, tokens });
  const progress = createProgress(process.stderr, perSecond);
  const lookedUp = await lookUp(texts, {
    look: async (value) => (await client.fetchProfile({ kind: "member", value })).look,
    clock: systemClock,
    wait,
    interrupted,
    random: Math.random,
    perSecond,
    nobody: `nobody-${randomUUID()}`,
    onProgress: progress.show,
  });
  progress.clear();
  await tokens?.close();
  return lookedUp;
}

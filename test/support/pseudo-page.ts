import path from "node:path";
import type { Page } from "playwright-core";
import { build, type Rolldown } from "vite";
import { EXAMPLE_CONFIG } from "../../src/contract/example-config.ts";
import type { KioskConfig } from "../../src/contract/kiosk-config.ts";
import { pseudoText } from "./pseudo-locale.ts";

/** Makes a page speak the pseudo-locale where it would speak German. Before it opens anything. */
export async function speakPseudo(page: Page): Promise<void> {
  const body = await pseudoPart();
  // The worker would answer with the true German.
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("Network.enable");
  await devtools.send("Network.setBypassServiceWorker", { bypass: true });
  await page.route(/\/assets\/words-german-[^/]+\.js$/, (route) =>
    route.fulfill({ contentType: "text/javascript", body }),
  );
}

/** The questions of the shipped example, in the pseudo-locale where they would be German. */
export function pseudoQuestions(): KioskConfig["questions"] {
  const both = <T extends { readonly en: string }>(texts: T) => ({
    ...texts,
    de: pseudoText(texts.en),
  });
  return EXAMPLE_CONFIG.questions.map((question) => ({
    ...question,
    title: both(question.title),
    ...(question.hint === undefined ? {} : { hint: both(question.hint) }),
    choices: question.choices.map((choice) => ({ ...choice, label: both(choice.label) })),
  }));
}

async function pseudoPart(): Promise<string> {
  const built = await build({
    configFile: false,
    logLevel: "error",
    publicDir: false,
    build: {
      write: false,
      minify: false,
      rolldownOptions: {
        input: path.resolve(import.meta.dirname, "../browser/pages/pseudo-german.ts"),
        preserveEntrySignatures: "strict",
        output: { format: "es", codeSplitting: false },
      },
    },
  });
  const outputs: readonly (Rolldown.OutputChunk | Rolldown.OutputAsset)[] = [built]
    .flat()
    .flatMap((each) => ("output" in each ? each.output : []));
  const chunk = outputs.find((each) => each.type === "chunk");
  if (chunk === undefined) throw new Error("the pseudo-locale built to nothing");
  return chunk.code;
}

import path from "node:path";
import type { Page } from "playwright-core";
import { build, type Plugin, type Rolldown } from "vite";
import { EXAMPLE_CONFIG } from "../../src/contract/example-config.ts";
import type { KioskConfig } from "../../src/contract/kiosk-config.ts";
import { pseudoText } from "./pseudo-locale.ts";

const ROOT = path.resolve(import.meta.dirname, "../..");

/**
 * Makes a page speak the pseudo-locale where it would speak German: shoppers' words and the staff's. Before it
 * opens anything.
 */
export async function speakPseudo(page: Page): Promise<void> {
  const files = await pseudoBuild();
  // The worker would answer with the true German.
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("Network.enable");
  await devtools.send("Network.setBypassServiceWorker", { bypass: true });
  await page.route(/\/assets\/[^/]+\.(?:js|css)$/, (route) => {
    const name = new URL(route.request().url()).pathname.slice(1);
    const body = files.get(name);
    const contentType = name.endsWith(".css") ? "text/css" : "text/javascript";
    return body === undefined ? route.continue() : route.fulfill({ contentType, body });
  });
  await page.route(
    ({ pathname }) => pathname === "/",
    async (route) => {
      // With the policy that the true one has.
      const response = await route.fetch();
      return route.fulfill({ response, body: files.get("index.html") ?? "" });
    },
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

/** What the kiosk's build writes, by name, but with the pseudo-locale in it. */
async function pseudoBuild(): Promise<ReadonlyMap<string, string>> {
  const built = await build({
    root: ROOT,
    logLevel: "error",
    build: { write: false },
    plugins: [pseudoGerman()],
  });
  const outputs: readonly (Rolldown.OutputChunk | Rolldown.OutputAsset)[] = [built]
    .flat()
    .flatMap((each) => ("output" in each ? each.output : []));
  return new Map(
    outputs.flatMap((each) => {
      const text = each.type === "chunk" ? each.code : each.source;
      return typeof text === "string" ? [[each.fileName, text] as const] : [];
    }),
  );
}

const PSEUDO = `import { pseudo } from ${JSON.stringify(path.join(import.meta.dirname, "pseudo-locale.ts"))};\n`;

/** A record of all languages' words, as the kiosk's sources write each of them. */
const RECORD = /export const (\w+_WORDS)(?:: [^=]+)? = \{/;

/** Puts English in other letters, and longer, in German's place. */
function pseudoGerman(): Plugin {
  return {
    name: "pseudo-german",
    enforce: "pre",
    transform(code, id) {
      if (id.endsWith("/kiosk/words-german.ts")) {
        const english = `import { ENGLISH } from "./words-english.ts";\n`;
        return { code: `${PSEUDO}${english}export const GERMAN = pseudo(ENGLISH);`, map: null };
      }
      const [found = "", name] = (id.includes("/src/kiosk/") ? RECORD.exec(code) : null) ?? [];
      if (name === undefined) return undefined;
      const written = code.replace(found, "const WRITTEN = {");
      const spoken = `export const ${name} = { ...WRITTEN, de: pseudo(WRITTEN.en) };`;
      return { code: `${PSEUDO}${written}\n${spoken}`, map: null };
    },
  };
}

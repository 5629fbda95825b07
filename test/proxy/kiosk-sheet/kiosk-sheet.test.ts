import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { LANGUAGES, type Language } from "../../../src/contract/language.ts";
import { STAFF_WORDS } from "../../../src/kiosk/staff/staff-vocabulary.ts";
import { wordsIn } from "../../../src/kiosk/vocabulary.ts";
import { checkCardPage } from "../../../src/proxy/check-card/check-card-page.ts";
import { sheetHtml } from "../../../src/proxy/kiosk-sheet/sheet.ts";
import { SHEET_WORDS } from "../../../src/proxy/kiosk-sheet/sheet-words.ts";
import { configFile } from "../../support/config-file.ts";
import { nodeEnv } from "../../support/node-env.ts";

const MAIN = path.resolve(import.meta.dirname, "../../../src/proxy/kiosk-sheet/main.ts");
const folder = mkdtempSync(path.join(tmpdir(), "tarjeta-sheet-"));
afterAll(() => rmSync(folder, { recursive: true }));

function command(env: Readonly<Record<string, string>>, ...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], {
    encoding: "utf8",
    env: { ...nodeEnv(), ...env },
  });
  return { status, stdout, stderr };
}

/** Every sentence that the kiosk says in a language, in one text. */
async function saidBy(language: Language): Promise<string> {
  const flat = (words: unknown): readonly string[] => {
    if (typeof words === "string") return [words];
    return typeof words === "object" && words !== null ? Object.values(words).flatMap(flat) : [];
  };
  return [...flat(STAFF_WORDS[language]), ...flat(await wordsIn(language))].join("\n");
}

describe("the sheet for the back office", () => {
  it.each(LANGUAGES)(
    "[SF6] %s: calls buttons and screens what the kiosk calls them",
    async (language) => {
      const said = await saidBy(language);
      const text = SHEET_WORDS[language].openSteps.concat(SHEET_WORDS[language].rows.flat());
      const quoted = [...text.join("\n").matchAll(/[“«„]\s?(.+?)\s?[”»“]/g)].map(
        ([, each]) => each,
      );
      expect(quoted.length).toBeGreaterThan(7);
      for (const each of quoted) expect(said).toContain(each);
    },
  );

  it("[SF6] is one page of the brand's, with the check card's codes, and no PIN", () => {
    const html = sheetHtml("ar", "Ana & Co <3");
    expect(html).toContain('<html lang="ar" dir="rtl">');
    expect(html).toContain("Ana &#38; Co &#60;3");
    // Those of the card itself, which its own test reads.
    const codes = checkCardPage("ar").match(/<svg.*<\/svg>/g);
    expect(codes).toHaveLength(2);
    for (const code of codes ?? []) expect(html).toContain(code);
    expect(html).not.toMatch(/pbkdf2|<script|https?:/);
  });

  it("[SF6] is printed in each language of the configuration, or in the one asked for", () => {
    const env = { KIOSK_CONFIG: configFile({ brand: "Olmo Sol", languages: ["es", "en"] }) };
    expect(command(env, "--out", folder).status).toBe(0);
    expect(readdirSync(folder).toSorted()).toEqual(["staff-en.html", "staff-es.html"]);
    const page = readFileSync(path.join(folder, "staff-es.html"), "utf8");
    expect(page).toContain("Olmo Sol");
    expect(command(env, "--language", "es").stdout.trim()).toBe(page.trim());
  });

  it("says what is wrong with what was asked", () => {
    expect(command({}).stderr).toMatch(/^Use: npm run kiosk:sheet/);
    expect(command({}, "--language", "it").stderr).toMatch(/^--language: must be one of en, /);
    // A file is no folder.
    expect(command({}, "--out", MAIN).stderr).toMatch(/cannot be written \(\w+\); name another/);
  });
});

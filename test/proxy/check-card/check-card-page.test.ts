import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { encode } from "uqr";
import { afterAll, describe, expect, it } from "vitest";
import { CHECK_CARD_TEXT } from "../../../src/contract/check-card.ts";
import { LANGUAGES } from "../../../src/contract/language.ts";
import { code128Modules } from "../../../src/domain/code128.ts";
import { checkCardPage } from "../../../src/proxy/check-card/check-card-page.ts";

const folder = mkdtempSync(path.join(tmpdir(), "tarjeta-check-card-"));
afterAll(() => rmSync(folder, { recursive: true }));

function command(...args: readonly string[]) {
  const main = path.resolve(import.meta.dirname, "../../../src/proxy/check-card/main.ts");
  return spawnSync(process.execPath, [main, ...args], { encoding: "utf8" });
}

/** The dark modules that the paths of a page draw, row by row. */
function drawn(page: string, name: string): readonly string[] {
  const [, width, height, path] =
    new RegExp(`class="${name}" viewBox="0 0 (\\d+) (\\d+)".*? d="([^"]*)"`).exec(page) ?? [];
  const rows = Array.from({ length: Number(height) }, () =>
    Array.from({ length: Number(width) }, () => "0"),
  );
  for (const [, x, y, wide, high] of path!.matchAll(/M(\d+) (\d+)h(\d+)v(\d+)H\d+z/g)) {
    for (let row = Number(y); row < Number(y) + Number(high); row += 1) {
      rows[row]!.fill("1", Number(x), Number(x) + Number(wide));
    }
  }
  return rows.map((row) => row.join(""));
}

describe("a printed check card", () => {
  it.each(LANGUAGES)("[CC4] in %s is one page that asks nobody for anything", (language) => {
    const page = checkCardPage(language);
    expect(page).toContain(`<html lang="${language}" dir="${language === "ar" ? "rtl" : "ltr"}">`);
    expect(page).not.toMatch(/https?:|url\(|<script|<link|<img|@import/);
  });

  it("[CC4] has its text as a QR code and as a Code 128, each with its quiet zone", () => {
    const page = checkCardPage("en");
    const { data } = encode(CHECK_CARD_TEXT, { ecc: "Q", border: 4 });
    expect(drawn(page, "qr")).toEqual(data.map((row) => row.map(Number).join("")));
    const bars = new Set(drawn(page, "bars"));
    const modules = code128Modules(CHECK_CARD_TEXT)!.map(Number).join("");
    expect([...bars]).toEqual([`${"0".repeat(10)}${modules}${"0".repeat(10)}`]);
  });

  it("[CC4] is written to a file, and what makes no sense is refused by its name", () => {
    const file = path.join(folder, "card.html");
    expect(command("--language", "es", "--out", file)).toMatchObject({ status: 0, stdout: "" });
    expect(readFileSync(file, "utf8")).toBe(checkCardPage("es"));
    const wrong = command("--language", "nl");
    expect(wrong.status).toBe(1);
    expect(wrong.stderr).toContain("--language: must be one of en, es, de, fr, ar.");
    expect(command("--out", path.join(folder, "none/card.html")).stderr).toMatch(
      /^--out: .* cannot be written \(ENOENT\); name another file\./,
    );
  });
});

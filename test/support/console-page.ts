import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import type { Page } from "playwright-core";
import type { System } from "./system.ts";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Opens the console and signs in by keyboard. */
export async function signIn(page: Page, { adminUrl, dataDir }: System): Promise<void> {
  const token = readFileSync(path.join(dataDir, "admin-token"), "utf8").trim();
  await page.goto(adminUrl);
  await page.getByRole("heading", { level: 1, name: "Sign in" }).waitFor();
  await page.locator("input:focus").waitFor();
  await page.keyboard.type(token);
  await page.keyboard.press("Enter");
  await settled(page);
}

/** Everything that is asked for at first is there, and drawn. */
export async function settled(page: Page): Promise<void> {
  await page.locator("#kiosks").waitFor();
  await page.waitForFunction(() => !document.body.textContent?.includes("Looking…"));
  await page.evaluate(() => document.fonts.ready.then(() => undefined));
}

/** What axe finds, one line each: the rule, and where. */
export async function axeFindings(
  page: Page,
  /** Also rules that axe leaves out unless asked. */
  rules: readonly string[] = [],
): Promise<readonly string[]> {
  if (!(await page.evaluate(() => "axe" in globalThis))) await page.evaluate(AXE);
  return page.evaluate(async (rules) => {
    const { axe } = globalThis as unknown as {
      readonly axe: {
        readonly run: (options: unknown) => Promise<{
          readonly violations: readonly {
            readonly id: string;
            readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
          }[];
        }>;
      };
    };
    const { violations } = await axe.run({
      rules: Object.fromEntries(rules.map((rule) => [rule, { enabled: true }])),
    });
    return violations.flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary ?? ""}`),
    );
  }, rules);
}

/** Every figure on the page that is a metric, with that metric's name. */
export function figuresOn(page: Page): Promise<readonly (readonly [string, number])[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>("[data-metric]")].map(
      ({ dataset, textContent }) =>
        [dataset["metric"] ?? "", Number((textContent ?? "").replaceAll(/\D/g, ""))] as const,
    ),
  );
}

/** The figures of `/metrics` by name; a name without its labels is the sum over them. */
export async function metricsOf(system: System): Promise<(name: string) => number | undefined> {
  const text = await (await fetch(`${system.adminUrl}/metrics`)).text();
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  const series = lines.map((line) => {
    const at = line.lastIndexOf(" ");
    return [line.slice(0, at), Number(line.slice(at + 1))] as const;
  });
  return (name) => {
    const values = series
      .filter(([each]) => each === name || each.startsWith(`${name}{`))
      .map(([, value]) => value);
    return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0);
  };
}

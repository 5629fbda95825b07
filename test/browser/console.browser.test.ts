import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeKeysFile } from "../../src/proxy/keys/keys-file.ts";
import { KNOWN_CARD } from "../support/cards.ts";
import { axeFindings, figuresOn, metricsOf, settled, signIn } from "../support/console-page.ts";
import { KEYS } from "../support/keys.ts";
import { openKioskBrowser, type KioskBrowser } from "../support/kiosk-browser.ts";
import { putPastDays, type PastDays } from "../support/past-days.ts";
import { createRawKiosk } from "../support/raw-kiosk.ts";
import { aHealth } from "../support/store-builders.ts";
import { startSystem, type System } from "../support/system.ts";
import { waitFor } from "../support/wait.ts";

const PICTURES = path.resolve(import.meta.dirname, "../../test-results/looks");

const SIZES = [
  { width: 1440, height: 900 },
  { width: 1080, height: 1920 },
];
const SCHEMES = ["light", "dark"] as const;

const MINUTE = 60_000;
const DAY = 86_400_000;

const KIOSKS = [
  { storeId: "madrid-sol", kioskId: "entrance" },
  { storeId: "madrid-sol", kioskId: "lift" },
  { storeId: "barcelona-gracia", kioskId: "entrance" },
  { storeId: "valencia-ruzafa", kioskId: "first-floor" },
  { storeId: "sevilla-triana", kioskId: "entrance" },
];

/** A shop's day, wherever its hours lie in the day of the machine that runs this. */
const HOURS = [
  0, 0, 1, 0, 0, 2, 14, 31, 40, 44, 38, 29, 26, 33, 41, 47, 52, 43, 30, 22, 18, 16, 14, 9,
];
const DAYS = [141, 152, 118, 190, 173];

const CLOSED = aHealth({
  camera: "paused",
  troubles: { v: 1, starts: 1, outOfService: { why: "closed", forMs: 180 * MINUTE } },
});

/** One that has more than its share. */
const AILING = aHealth({
  configVersion: "spring-4/barcelona-2",
  camera: "refused",
  wakeLock: "refused",
  troubles: {
    v: 1,
    nearlyFull: true,
    configRefused: "questions.0.title",
    starts: 12,
    loopedMs: 48 * MINUTE,
    wrongPins: 6,
  },
});

const HEALTHY: PastDays = { kiosks: KIOSKS, days: DAYS, hours: HOURS, unknown: 1 };

interface State {
  readonly past?: PastDays;
  /** Of the calls that count when the proxy starts. */
  readonly env?: (used: number) => Readonly<Record<string, string>>;
  /** What happens once the proxy runs. */
  readonly begin?: (system: System) => Promise<void>;
  readonly opening: RegExp;
  /** Words that must be there besides. */
  readonly says?: readonly string[];
}

/** The five days that operations must be able to tell apart at a glance. */
const STATES: Readonly<Record<string, State>> = {
  empty: { opening: /^Nothing has been scanned yet\./ },
  healthy: {
    past: HEALTHY,
    env: () => ({ TARGET_DAILY_CALLS: "1500" }),
    opening: /^Everything thanked for is safe\. Nothing needs you\./,
  },
  outage: {
    past: {
      ...HEALTHY,
      unsentHours: 5,
      kiosks: [
        { ...KIOSKS[0]!, silentMs: 51 * MINUTE, owes: 218 },
        { ...KIOSKS[1]!, silentMs: 2 * DAY, owes: 12 },
        { ...KIOSKS[2]!, storagePersisted: false, owes: 2, health: AILING },
        { ...KIOSKS[3]!, health: CLOSED },
        { ...KIOSKS[4]!, health: aHealth({ camera: "reading", troubles: { v: 1, starts: 1 } }) },
      ],
    },
    env: () => ({ TARGET_DAILY_CALLS: "1500" }),
    // Target fails from now on, and some are scanned who would be sent at once.
    begin: async (system) => {
      system.emulator.inject({ type: "status", status: 503, share: 1, match: { route: "any" } });
      const kiosk = await createRawKiosk(system, { storeId: "madrid-sol", kioskId: "till" });
      for (let card = 0; card < 12; card += 1) kiosk.add(String(2_100_000_000_000 + card));
      await kiosk.send();
    },
    opening: /^Target does not answer\. Everything thanked for is safe\. Four kiosks need a look\./,
    says: [
      "Off for 2 days",
      "Not heard for 51 min",
      "Out of service for 3 h, by staff",
      "Browser may clear its storage",
      "Its camera cannot be used: not allowed",
      "Cannot use its configuration: questions.0.title is wrong",
    ],
  },
  spent: {
    past: { ...HEALTHY, unsentHours: 3, refused: 1 },
    env: (used) => ({ TARGET_DAILY_CALLS: String(used) }),
    opening: /^The allowance is spent\. Everything thanked for is safe\./,
  },
  loss: {
    past: {
      ...HEALTHY,
      refused: 1,
      kiosks: [{ ...KIOSKS[0]!, lost: 3 }, ...KIOSKS.slice(1)],
    },
    env: () => ({ TARGET_DAILY_CALLS: "1500" }),
    opening: /^Some scans may be lost\. One incident needs a look\./,
    says: ["Value too long", "Target said no"],
  },
};

let browser: KioskBrowser;

beforeAll(async () => {
  mkdirSync(PICTURES, { recursive: true });
  browser = await openKioskBrowser();
});

afterAll(async () => {
  await browser.discard();
});

async function withState(name: string, act: (system: System, page: Page) => Promise<void>) {
  const { past, env, begin } = STATES[name]!;
  const dataDir = mkdtempSync(path.join(tmpdir(), "tarjeta-console-"));
  writeKeysFile(path.join(dataDir, "keys.json"), KEYS);
  const used = past === undefined ? 0 : await putPastDays(dataDir, past, Date.now());
  const system = await startSystem({ dataDir, env: env?.(used) ?? {} });
  const page = await browser.context.newPage();
  try {
    await begin?.(system);
    await act(system, page);
    // axe is the test's own, and breaks no policy either.
    expect(browser.complaints).toEqual([]);
  } finally {
    await page.close();
    await browser.context.clearCookies();
    await system.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

describe.each(Object.entries(STATES))("the console on a day that is %s", (name, state) => {
  const { opening, past, says = [] } = state;
  it("[CO2] [CO7] [CO8] opens with a true sentence, shows the metrics' numbers, and satisfies axe", async () => {
    await withState(name, async (system, page) => {
      await page.setViewportSize(SIZES[0]!);
      await signIn(page, system);
      const heading = page.getByRole("heading", { level: 1, name: opening });
      await heading.waitFor();
      for (const words of says) await page.getByText(words).waitFor();

      await waitFor("the numbers to be the metrics'", async () => {
        const [figures, metrics] = [await figuresOn(page), await metricsOf(system)];
        expect(figures.length).toBeGreaterThan(past === undefined ? 4 : 12);
        expect(figures).toEqual(figures.map(([metric]) => [metric, metrics(metric)]));
        return true;
      });
      for (const colorScheme of SCHEMES) {
        await page.emulateMedia({ colorScheme });
        for (const size of SIZES) {
          await page.setViewportSize(size);
          await settled(page);
          const file = `console-${name}-${colorScheme}-${size.width}x${size.height}.png`;
          await page.screenshot({ path: path.join(PICTURES, file), animations: "disabled" });
          expect(await axeFindings(page)).toEqual([]);
          expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(size.width);
        }
      }
    });
  });
});

describe("the console", () => {
  it("[CO3] [CO4] [CO7] finds a visitor's journey by keyboard, live, and keeps no card number", async () => {
    await withState("empty", async (system, page) => {
      system.emulator.know([KNOWN_CARD]);
      await page.setViewportSize(SIZES[0]!);
      const answers: string[] = [];
      page.on("response", async (answer) => {
        const { pathname } = new URL(answer.url());
        if (pathname.startsWith("/v1/")) answers.push(answer.url(), await answer.text());
      });
      await signIn(page, system);
      await page
        .getByRole("heading", { level: 1, name: /^Nothing has been scanned yet/ })
        .waitFor();

      const kiosk = await createRawKiosk(system, { storeId: "madrid-1", kioskId: "lift" });
      kiosk.add(KNOWN_CARD);
      await kiosk.send();
      await system.emulator.arrived([KNOWN_CARD]);
      // Nobody has touched the page.
      await page
        .getByRole("heading", { level: 1, name: /^Everything thanked for is safe/ })
        .waitFor();
      await page.locator("#kiosks").getByText("madrid-1").waitFor();

      const card = page.getByLabel("Card number");
      await tabTo(page, card);
      await page.keyboard.type("2912-3456 7890 6");
      expect(
        await card.evaluate((input) =>
          getComputedStyle(input).getPropertyValue("-webkit-text-security"),
        ),
      ).toBe("disc");
      await picture(page, "card");
      await page.keyboard.press("Enter");
      await page.getByText("Target took it; not seen in the profile yet.").waitFor();
      await page.locator("#visitor").scrollIntoViewIfNeeded();
      await picture(page, "journey");
      expect(await axeFindings(page)).toEqual([]);
      expect(await everythingKept(page)).not.toMatch(/2912[- ]?3456[- ]?7890[- ]?6/);
      expect(answers.join("\n")).not.toContain(KNOWN_CARD);
      expect(page.url()).not.toContain("2912");

      await tabTo(page, page.getByRole("button", { name: "Put away" }));
      await page.keyboard.press("Space");
      await page.locator(".journey").waitFor({ state: "detached" });
      expect(await card.evaluate((input) => input === document.activeElement)).toBe(true);
    });
  });

  it("[CO5] offers a store's role what is its own, and nothing of the chain", async () => {
    await withState("loss", async (system, page) => {
      const added = await system.admin("/v1/tokens", {
        method: "POST",
        body: JSON.stringify({ name: "lucia", role: "store", storeId: "madrid-sol" }),
      });
      const { token } = (await added.json()) as { readonly token: string };
      await page.setViewportSize(SIZES[0]!);
      await page.goto(system.adminUrl);
      await page.getByLabel("Token").fill(token);
      await page.keyboard.press("Enter");
      await settled(page);
      await page.getByText("Store madrid-sol").waitFor();
      expect(await page.locator("#kiosks tbody tr").count()).toBe(2);
      await page.locator("#incidents").getByText("Scans are missing").waitFor();
      for (const section of ["#allowance", "#waiting", "#refused", "#visitor"]) {
        expect([section, await page.locator(section).count()]).toEqual([section, 0]);
      }
      await picture(page, "store");
      expect(await axeFindings(page)).toEqual([]);
    });
  });

  it("[CO5] [CO7] pauses, sends the refused again and resumes, by keyboard and after asking", async () => {
    await withState("loss", async (system, page) => {
      const figure = async (metric: string) => (await metricsOf(system))(metric);
      const refused = (await figure("tarjeta_dead_letters")) ?? 0;
      await page.setViewportSize(SIZES[0]!);
      await signIn(page, system);
      const question = page.getByRole("dialog");

      await tabTo(page, page.getByRole("button", { name: "Pause sending" }));
      await page.keyboard.press("Space");
      await tabTo(page, question.getByRole("textbox"));
      await page.keyboard.type("Target maintenance");
      await page.keyboard.press("Enter");
      await page.getByText("Sending is paused", { exact: true }).waitFor();
      await page.getByText("“Target maintenance”").waitFor();
      expect(await figure('tarjeta_forwarding{state="paused"}')).toBe(1);
      await picture(page, "paused");
      expect(await axeFindings(page)).toEqual([]);

      await tabTo(page, page.getByRole("button", { name: "Send all again" }));
      await page.keyboard.press("Enter");
      await question.getByText(`Send ${refused} refused visitors to Target once more?`).waitFor();
      await picture(page, "redrive");
      expect(await axeFindings(page)).toEqual([]);
      await page.keyboard.press("Escape");
      await question.waitFor({ state: "detached" });
      expect(await figure("tarjeta_dead_letters")).toBe(refused);
      // Back where the question came from.
      await page.keyboard.press("Enter");
      await tabTo(page, question.getByRole("button", { name: "Send again" }));
      await page.keyboard.press("Enter");
      await page.getByText(`${refused} on their way again.`).waitFor();
      await page.getByText("Target refused nobody.").waitFor();
      expect(await figure("tarjeta_dead_letters")).toBe(0);
      expect(await figure("tarjeta_visitors_waiting")).toBe(refused);

      await tabTo(page, page.getByRole("button", { name: "Resume sending" }));
      await page.keyboard.press("Enter");
      await page.getByText("Sending to Target", { exact: true }).waitFor();
      expect(await figure('tarjeta_forwarding{state="running"}')).toBe(1);
    });
  });

  it("[CO6] is on the admin listener alone, and in nothing that a kiosk loads", async () => {
    await withState("empty", async (system) => {
      const html = await (await fetch(system.adminUrl)).text();
      const files = [...html.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map(
        ([, file]) => file!,
      );
      expect(files.map((file) => path.extname(file)).toSorted()).toEqual([".css", ".js", ".svg"]);
      const kiosk = path.resolve(import.meta.dirname, "../../dist");
      const ofKiosk = readdirSync(kiosk, { recursive: true, encoding: "utf8" });
      expect(ofKiosk).toContain("index.html");
      for (const file of files) {
        const answer = await fetch(system.adminUrl + file);
        expect([file, answer.status]).toEqual([file, 200]);
        expect(answer.headers.get("cache-control")).toMatch(/immutable/);
        expect(ofKiosk).not.toContain(file.slice(1));
        expect((await fetch(system.kioskUrl + file)).status).toBe(404);
      }
      for (const nowhere of [
        "/index.html",
        "/assets/",
        "/assets/../keys.json",
        "/..%2fkeys.json",
      ]) {
        expect((await fetch(system.adminUrl + nowhere)).status).toBe(404);
      }
    });
  });

  it("[KL4] comes compressed, as the kiosk does", async () => {
    await withState("empty", async (system) => {
      for (const url of [system.adminUrl, system.kioskUrl]) {
        const html = await (await fetch(url)).text();
        const files = [...html.matchAll(/(?:src|href)="(\/assets\/[^"]+\.(?:js|css))"/g)];
        expect(files.length).toBeGreaterThan(1);
        for (const [, file] of files) {
          const answer = await fetch(url + file, { headers: { "accept-encoding": "br" } });
          expect([file, answer.headers.get("content-encoding")]).toEqual([file, "br"]);
          await answer.arrayBuffer();
        }
      }
    });
  });

  it("[CO3] [CO10] says how old its figures are, and shows nothing once a session is over", async () => {
    await withState("healthy", async (system, page) => {
      await page.setViewportSize(SIZES[0]!);
      // From here on the time of every page of this browser is in our hands.
      await page.clock.install();
      await page.goto(system.adminUrl);
      await page.getByLabel("Token").fill("a-wrong-token");
      await page.keyboard.press("Enter");
      await page.getByText("That token is not known here.").waitFor();
      expect(await page.getByLabel("Token").inputValue()).toBe("");
      await picture(page, "sign-in");
      expect(await axeFindings(page)).toEqual([]);

      await signIn(page, system);
      await system.kill("SIGKILL");
      await page.clock.fastForward(20_000);
      await page.getByText(/^These figures are from \d\d:\d\d:\d\d/).waitFor();
      await picture(page, "stale");
      expect(await axeFindings(page)).toEqual([]);

      await tabTo(page, page.getByRole("button", { name: "Try now" }));
      await page.keyboard.press("Enter");
      await system.restart();
      // No pause between two looks is longer than a minute.
      await page.clock.fastForward(60_000);
      await page.getByText("Your session has ended.").waitFor();
      expect(await page.locator("body").textContent()).not.toMatch(/madrid|Allowance|Kiosks/);
    });
  });
});

function picture(page: Page, name: string): Promise<unknown> {
  const file = path.join(PICTURES, `console-${name}-1440x900.png`);
  return page.screenshot({ path: file, animations: "disabled" });
}

/** Goes there as somebody without a mouse does; that where they are is seen is asserted on the way. */
async function tabTo(page: Page, target: ReturnType<Page["locator"]>): Promise<void> {
  for (let steps = 0; steps < 80; steps += 1) {
    if (await target.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press("Tab");
    const outline = await page.evaluate(() => {
      const { activeElement } = document;
      if (activeElement === null || activeElement === document.body) return "nothing";
      // A radio's focus is shown by the words beside it.
      const shown = activeElement.matches("input[type=radio]")
        ? (activeElement.nextElementSibling ?? activeElement)
        : activeElement;
      return getComputedStyle(shown).outlineStyle;
    });
    expect(outline).not.toBe("none");
  }
  throw new Error("The keyboard does not reach it.");
}

/** All that a page can keep, and all that it shows. */
function everythingKept(page: Page): Promise<string> {
  return page.evaluate(async () => {
    const inputs = [...document.querySelectorAll("input")].map(({ value }) => value);
    const databases = await indexedDB.databases();
    const kept = { ...localStorage, ...sessionStorage };
    return JSON.stringify([
      document.documentElement.outerHTML,
      inputs,
      databases,
      kept,
      await caches.keys(),
      history.state,
      document.title,
    ]);
  });
}

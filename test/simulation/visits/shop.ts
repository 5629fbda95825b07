import type { Page } from "playwright-core";
import { SETTLE_MS } from "../../../src/kiosk/settling.ts";
import { advance } from "../../support/page-time.ts";
import { waitFor } from "../../support/wait.ts";
import { scan } from "../../support/wedge.ts";

/** What a shopper has before them. */
export interface Seen {
  readonly state: string;
  readonly step: string;
  /** Another number for every screen there was, however alike. */
  readonly screen: number;
  /** The end of the card it speaks of. */
  readonly ending: string | undefined;
  /** Somebody is asked whether they are there. */
  readonly isIdleAsked: boolean;
  readonly canUndo: boolean;
  /** What is wrong with the last thing shown or typed. */
  readonly alert: string;
  readonly isSettling: boolean;
  readonly language: string;
}

/** One page of a kiosk, as somebody uses it who stands before it. */
export interface Shop {
  readonly page: Page;
  readonly look: () => Promise<Seen>;
  /** Looks until it is so. */
  readonly until: (what: string, isSo: (seen: Seen) => boolean) => Promise<Seen>;
  /** Shows something to the reader, and waits for whatever the kiosk makes of it. */
  readonly show: (text: string) => Promise<Seen>;
  /** The same with a card of ours, shown again where a busy machine broke its keys apart. */
  readonly showOurs: (card: string) => Promise<Seen>;
  /** Shows it, and waits for nothing. */
  readonly showInPassing: (text: string) => Promise<void>;
  /** A finger on the `nth` of these; a negative number counts from the last. */
  readonly tap: (selector: string, nth?: number) => Promise<void>;
  /** Taps and waits for another screen. */
  readonly tapOn: (selector: string, nth?: number) => Promise<Seen>;
  readonly type: (digits: string) => Promise<void>;
  /** Lets time pass. */
  readonly wait: (ms: number) => Promise<void>;
}

/** Ours: on a quiet machine a screen is there within a tenth of a second. */
const REACTION_MS = 6_000;

declare global {
  var screensSeen: { readonly of: WeakMap<Element, number>; last: number } | undefined;
}

export function createShop(page: Page): Shop {
  const until: Shop["until"] = (what, isSo) =>
    waitFor(
      what,
      async () => {
        const seen = await lookAt(page);
        return isSo(seen) ? seen : undefined;
      },
      { timeoutMs: REACTION_MS },
    );

  const tap: Shop["tap"] = async (selector, nth = 0) => {
    if ((await lookAt(page)).isSettling) await settle(page);
    await page.locator(selector).nth(nth).tap({ timeout: REACTION_MS });
  };

  const show: Shop["show"] = async (text) => {
    const before = await lookAt(page);
    const isOther = (seen: Seen): boolean =>
      seen.screen !== before.screen || seen.step !== before.step || seen.alert !== before.alert;
    // A busy machine lets so much time pass between two keys that it is no scan: shown again, then.
    for (let left = 2; left > 0; left -= 1) {
      await scan(page, text);
      try {
        return await until("a card to be answered", isOther);
      } catch (error) {
        if (left === 1) throw error;
      }
    }
    return before;
  };

  return {
    page,
    look: () => lookAt(page),
    until,
    tap,
    wait: (ms) => advance(page, ms),
    showInPassing: (text) => scan(page, text),

    show,
    async showOurs(card) {
      let seen = await show(card);
      const isMisread = () => seen.state === "refused" || seen.step === "asked";
      for (let left = 2; left > 0 && isMisread(); left -= 1) seen = await show(card);
      return seen;
    },

    async tapOn(selector, nth) {
      const before = await lookAt(page);
      await tap(selector, nth);
      return until(`another screen after ${selector}`, ({ screen }) => screen !== before.screen);
    },

    async type(digits) {
      await page.evaluate((digits) => {
        const keys = [...document.querySelectorAll<HTMLElement>(".button-key")];
        for (const digit of digits) keys.find((key) => key.textContent === digit)?.click();
      }, digits);
    },
  };
}

/** Waits until what is on screen was painted, and may be answered (rule FE7). */
async function settle(page: Page): Promise<void> {
  await page.evaluate(
    () => new Promise((painted) => requestAnimationFrame(() => requestAnimationFrame(painted))),
  );
  await advance(page, SETTLE_MS + 50);
}

function lookAt(page: Page): Promise<Seen> {
  return page.evaluate(() => {
    const root = document.documentElement;
    const main = document.querySelector("main");
    globalThis.screensSeen ??= { of: new WeakMap(), last: 0 };
    const { of } = globalThis.screensSeen;
    if (main !== null && !of.has(main)) of.set(main, (globalThis.screensSeen.last += 1));
    const text = document.querySelector(".stage")?.textContent ?? "";
    const alerts = [...document.querySelectorAll("main [role=alert]")];
    return {
      state: root.dataset["visitState"] ?? "",
      step: root.dataset["visitStep"] ?? "",
      screen: main === null ? 0 : (of.get(main) ?? 0),
      ending: /••••\s*(\d{4})/.exec(text)?.[1],
      isIdleAsked: document.querySelector(".sheet-idle") !== null,
      canUndo: document.querySelector(".undo-tool, .undo-panel .button") !== null,
      alert: alerts.map(({ textContent }) => textContent).join(),
      isSettling: root.hasAttribute("data-settling"),
      language: root.lang,
    };
  });
}

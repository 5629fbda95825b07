import type { Page } from "playwright-core";
import { waitFor } from "./wait.ts";
import { scan } from "./wedge.ts";

/** What the page says about itself on its root element. */
export interface PageState {
  readonly visitState: string | undefined;
  readonly visitStep: string | undefined;
  readonly depth: number;
}

export function stateOf(page: Page): Promise<PageState> {
  return page.evaluate(() => {
    const { visitState, visitStep, outboxDepth } = document.documentElement.dataset;
    return { visitState, visitStep, depth: Number(outboxDepth ?? Number.NaN) };
  });
}

/** Opens the kiosk and waits until it takes cards. */
export async function openKiosk(page: Page, url: string): Promise<void> {
  await page.goto(url);
  await visitState(page, "attract");
}

/** Waits until the kiosk goes by what its proxy gave it, and no longer by what it was shipped with. */
export async function configured(page: Page): Promise<void> {
  // Asked for again and again from here: `waitForFunction` takes a promise for a yes.
  await waitFor("the configuration of the proxy", () => page.evaluate(isConfigured));
}

async function isConfigured(): Promise<boolean> {
  const opened = indexedDB.open("tarjeta");
  await new Promise((done) => opened.addEventListener("success", done));
  const asked = opened.result.transaction("kept").objectStore("kept").get("config");
  await new Promise((done) => asked.addEventListener("success", done));
  opened.result.close();
  // What was kept is gone by within this turn, unless a visit is on: the page says which it goes by.
  await new Promise((turn) => setTimeout(turn));
  const { configVersion } = document.documentElement.dataset;
  return asked.result !== undefined && asked.result.config.version === configVersion;
}

export async function visitState(page: Page, state: string): Promise<void> {
  await page.waitForFunction(
    (wanted) => document.documentElement.dataset["visitState"] === wanted,
    state,
  );
}

export async function depth(page: Page, wanted: number, timeoutMs = 60_000): Promise<void> {
  await page.waitForFunction(
    (count) => document.documentElement.dataset["outboxDepth"] === String(count),
    wanted,
    { timeout: timeoutMs },
  );
}

/** Waits until the worker has the shell and controls the page: from then on it starts offline. */
export async function workerReady(page: Page): Promise<void> {
  await page.evaluate(async () => {
    await navigator.serviceWorker.ready;
    if (navigator.serviceWorker.controller !== null) return;
    await new Promise((controlled) =>
      navigator.serviceWorker.addEventListener("controllerchange", controlled, { once: true }),
    );
  });
}

/** Waits until the screen thanks for this very card: the promise is given from here on. */
export async function thankedFor(page: Page, card: string, timeoutMs = 30_000): Promise<void> {
  const thanked = page.waitForFunction(
    (ending) =>
      document.documentElement.dataset["visitState"] === "thanked" &&
      document.body.innerText.includes(`•••• ${ending}`),
    card.slice(-4),
    { timeout: timeoutMs },
  );
  await thanked.catch(async (cause: unknown) => {
    const [state, text] = [await stateOf(page), await page.innerText("body")];
    throw new Error(`no thanks for ${card}: ${JSON.stringify(state)} ${text}`, { cause });
  });
}

/** Ours: on a quiet machine the thanks are there within a tenth of a second. */
const HOLD_AGAIN_MS = 8_000;

/**
 * Holds the card again when nothing happened, as a shopper does: a busy machine can let so much time
 * pass between two keys that the page takes the scan for over. Read twice, it is one update all the same.
 */
export async function scanAndBeThanked(page: Page, card: string): Promise<void> {
  for (let left = 3; left > 1; left -= 1) {
    await scan(page, card);
    try {
      return await thankedFor(page, card, HOLD_AGAIN_MS);
    } catch {
      // Said by the last try, if that comes to nothing too.
    }
  }
  await scan(page, card);
  await thankedFor(page, card);
}

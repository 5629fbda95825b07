import type { BrowserContext, Page, Worker } from "playwright-core";

/** Registers `script` of the page's origin as its service worker and gives the worker. */
export async function registerWorker(
  context: BrowserContext,
  page: Page,
  script: string,
): Promise<Worker> {
  const address = new URL(script, page.url()).href;
  const appeared = context.waitForEvent("serviceworker", (worker) => worker.url() === address);
  await page.evaluate(async (url) => {
    await navigator.serviceWorker.register(url);
    await navigator.serviceWorker.ready;
  }, address);
  return appeared;
}

import type { Page } from "playwright-core";

/** CPU slowdown of a page's main thread, as DevTools does it; 1 is none. Outlives navigations. */
export async function slowDown(page: Page, factor: number): Promise<void> {
  const session = await page.context().newCDPSession(page);
  await session.send("Emulation.setCPUThrottlingRate", { rate: factor });
}

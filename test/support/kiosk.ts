import type { Page } from "playwright-core";
import { expect } from "vitest";
import { openFaultProxy, type FaultProxy } from "./fault-proxy.ts";
import { openKioskBrowser, type KioskBrowser, type KioskBrowserOptions } from "./kiosk-browser.ts";
import { configured, openKiosk, visitState, workerReady } from "./kiosk-page.ts";
import type { System } from "./system.ts";

export interface KioskOptions extends Pick<KioskBrowserOptions, "args"> {
  readonly store?: string;
  readonly name?: string;
  /** Before the page is first opened, which will be of this origin. */
  readonly prepare?: (browser: KioskBrowser, origin: string) => Promise<void>;
}

/** One machine in a shop: a browser on a profile of its own, and a line to the proxy. */
export interface Kiosk {
  readonly line: FaultProxy;
  /** The browser of this life. */
  readonly browser: () => KioskBrowser;
  readonly page: () => Page;
  /** Where the kiosk is opened once it is paired. */
  readonly url: string;
  /** Starts the browser again, when it is expected to have no key. */
  readonly startUnpaired: () => Promise<void>;
  /** Opens it with a new code for the same place; a kiosk that is paired ignores that. */
  readonly pairAgain: () => Promise<void>;
  /** Pulls the browser's plug and opens the kiosk again. */
  readonly pullPlug: () => Promise<void>;
  /** Starts the browser again after it was killed or closed in some other way. */
  readonly startBrowser: () => Promise<void>;
}

/**
 * Opens a kiosk against `system`, lets `act` do its worst, and takes it down. No page of it may have
 * broken the content security policy or thrown an error.
 */
export async function withKiosk(
  system: System,
  act: (kiosk: Kiosk) => Promise<void>,
  options: KioskOptions = {},
): Promise<void> {
  const line = await openFaultProxy(system.kioskUrl);
  let browser = await openKioskBrowser({ ...options, isStill: true });
  const { profileDir } = browser;
  const complaints: string[] = [];
  const stand = { storeId: options.store ?? "store-1", kioskId: options.name ?? "kiosk-1" };

  const startAnew = async () => {
    complaints.push(...browser.complaints);
    browser = await openKioskBrowser({ ...options, profileDir, isStill: true });
  };
  const startBrowser = async () => {
    await startAnew();
    await openKiosk(browser.page, line.url);
  };
  try {
    await options.prepare?.(browser, line.url);
    await openKiosk(browser.page, await system.pairingLink(stand, line.url));
    await workerReady(browser.page);
    await configured(browser.page);
    await act({
      line,
      url: line.url,
      pairAgain: async () => {
        await openKiosk(browser.page, await system.pairingLink(stand, line.url));
      },
      browser: () => browser,
      page: () => browser.page,
      startBrowser,
      startUnpaired: async () => {
        await startAnew();
        await browser.page.goto(line.url);
        await visitState(browser.page, "unpaired");
      },
      pullPlug: async () => {
        await browser.kill();
        await startBrowser();
      },
    });
    expect([...complaints, ...browser.complaints]).toEqual([]);
  } finally {
    await browser.discard();
    await line.close();
  }
}

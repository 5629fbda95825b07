import { readFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { INCIDENTS_PATH, SESSION_PATH, TOKENS_PATH } from "../../src/contract/admin.ts";
import { openKioskBrowser, type KioskBrowser } from "../support/kiosk-browser.ts";
import { startSystem, type System } from "../support/system.ts";

let system: System;
let browser: KioskBrowser;

beforeAll(async () => {
  system = await startSystem();
  browser = await openKioskBrowser();
});

afterAll(async () => {
  await browser.discard();
  await system.stop();
});

function call(method: string, address: string, body?: unknown): Promise<number> {
  return browser.page.evaluate(
    async ([method, address, body]) => {
      const answer = await fetch(address!, {
        method: method!,
        headers: { "content-type": "application/json" },
        ...(body === "" ? {} : { body: body! }),
      });
      return answer.status;
    },
    [method, address, body === undefined ? "" : JSON.stringify(body)],
  );
}

it("[AD2] Chromium keeps the __Host- cookie over http from loopback, and hides it from scripts", async () => {
  await browser.page.goto(system.adminUrl);
  const token = readFileSync(path.join(system.dataDir, "admin-token"), "utf8").trim();

  expect(await call("GET", INCIDENTS_PATH)).toBe(401);
  expect(await call("POST", SESSION_PATH, { token })).toBe(200);
  expect(await call("GET", INCIDENTS_PATH)).toBe(200);
  expect(await call("POST", TOKENS_PATH, { name: "maria", role: "viewer" })).toBe(201);
  expect(await browser.page.evaluate(() => document.cookie)).toBe("");

  // The kiosk's page is another origin of the same site: its script may not even ask.
  await browser.page.goto(system.kioskUrl);
  const asked = await browser.page.evaluate(
    (address) =>
      fetch(address, { mode: "no-cors", credentials: "include" }).then(
        () => "answered",
        () => "refused",
      ),
    system.adminUrl + INCIDENTS_PATH,
  );
  expect(asked).toBe("refused");
});

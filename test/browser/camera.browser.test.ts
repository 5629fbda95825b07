import { mkdirSync } from "node:fs";
import path from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DECODER_CACHE } from "../../src/camera/camera-message.ts";
import {
  CAMERA_WORKER_POLICY,
  CONTENT_SECURITY_POLICY,
} from "../../src/contract/content-security-policy.ts";
import type { KioskConfig } from "../../src/contract/kiosk-config.ts";
import { KioskStates, KIOSKS_PATH } from "../../src/contract/kiosk-state.ts";
import { installCameraControl } from "../support/camera-control.ts";
import { cameraFile } from "../support/camera-file.ts";
import { memberCard } from "../support/cards.ts";
import type { CodeSketch } from "../support/code-images.ts";
import { configFile } from "../support/config-file.ts";
import { signIn } from "../support/console-page.ts";
import { withKiosk } from "../support/kiosk.ts";
import { visitState, workerReady } from "../support/kiosk-page.ts";
import { troubles } from "../support/look-troubles.ts";
import { VARIANTS } from "../support/looks.ts";
import type { KioskBrowser } from "../support/kiosk-browser.ts";
import { startSystem, type System } from "../support/system.ts";
import { waitFor } from "../support/wait.ts";
import { scan } from "../support/wedge.ts";

const PICTURES = path.resolve(import.meta.dirname, "../../test-results/looks");

/** One card in each of five symbologies, whose numbers end differently. */
const CARDS: readonly CodeSketch[] = [
  { format: "EAN13", text: memberCard(1) },
  { format: "Code128", text: "TAR-10C128" },
  { format: "ITF", text: "29123456789018" },
  { format: "QRCode", text: "https://olmo.example/c/TAR-200QR" },
  { format: "DataMatrix", text: "TAR-300DMX" },
];

const ENDINGS = CARDS.map(({ text }) => text.slice(-4)).toSorted();

type Rule = KioskConfig["cardRules"][number];

function aRule(match: string, example: string, symbologies: string[]): Rule {
  const usual = { checkDigit: "none", visitor: "member" } as const;
  return {
    name: match,
    match,
    ...usual,
    refuses: ["4006381333931"],
    accepts: [example],
    symbologies,
  };
}

const RULES: Rule[] = [
  aRule("2\\d{12}", memberCard(1), ["]E0"]),
  aRule("TAR-[0-9A-Z]+", "TAR-10C128", ["]C0", "]d1"]),
  aRule("29\\d{12}", "29123456789018", ["]I0", "]I1"]),
  aRule("https://olmo\\.example/c/(?<id>TAR-[0-9A-Z]+)", CARDS[3]!.text, ["]Q1"]),
];

/** In which there is least room, or another direction. */
const LOOKED_AT = ["high-contrast", "larger-text", "arabic"];

let system: System;
let file: string;

beforeAll(async () => {
  mkdirSync(PICTURES, { recursive: true });
  file = await cameraFile(CARDS);
  system = await startSystem({
    env: { KIOSK_CONFIG: configFile({ camera: {}, cardRules: RULES }) },
  });
});

afterAll(() => system.stop());

describe("a kiosk with a camera", () => {
  it("[BI8] [CA1] [CA3] [CA4] [CA5] [CA6] reads five symbologies with the network off, and goes on through every trouble of its camera", async () => {
    await withKiosk(
      system,
      async ({ page, browser }) => {
        await fares(page(), "reading");
        await expectPolicies(page());
        await toldCamera("reading");
        await refusedInTheConsole(page(), browser());
        await workerReady(page());

        await browser().context.setOffline(true);
        await page().reload();
        await fares(page(), "reading");
        await page().waitForFunction(
          (count) => cameraControl.thanked.size === count,
          ENDINGS.length,
        );
        const thanked = await page().evaluate(() => [...cameraControl.thanked].toSorted());
        expect(thanked).toEqual(ENDINGS);
        expect(await keptByTheCamera(page())).toEqual([expect.stringMatching(/\.wasm$/)]);

        await throughTroubles(page());
        await looksWell(page());
      },
      {
        args: [
          "--use-fake-ui-for-media-stream",
          "--use-fake-device-for-media-stream",
          `--use-file-for-fake-video-capture=${file}`,
        ],
        prepare: async ({ context }) => {
          await context.addInitScript(installCameraControl);
        },
      },
    );
  });
});

/** Refused, unplugged and hidden, each until it is over. */
async function throughTroubles(page: Page): Promise<void> {
  await page.evaluate(() => cameraControl.next("refuse"));
  await page.evaluate(() => cameraControl.unplug());
  await fares(page, "refused");
  await page.evaluate(() => {
    cameraControl.next("empty");
    cameraControl.changed();
  });
  await fares(page, "reading");
  const states = await page.evaluate(() => cameraControl.states);
  expect(states).toEqual(["starting", "reading", "lost", "refused", "reading"]);

  await setHidden(page, true);
  await fares(page, "paused");
  await page.waitForFunction(() => !cameraControl.isOn());
  await setHidden(page, false);
  await fares(page, "reading");
}

/** On attract, where shoppers see themselves: nothing cut or covered, in any direction of reading. */
async function looksWell(page: Page): Promise<void> {
  await page.keyboard.press("Escape");
  await page.keyboard.press("Escape");
  await visitState(page, "attract");
  await page.locator(".mirror-glass").waitFor();
  await page.waitForFunction(
    () => (document.querySelector<HTMLVideoElement>(".mirror-glass")?.videoWidth ?? 0) > 0,
  );
  for (const [name, width, height] of [
    ["standing", 1080, 1920],
    ["lying", 1920, 1080],
    ["small", 800, 1280],
  ] as const) {
    await page.setViewportSize({ width, height });
    expect(await troubles(page), name).toEqual([]);
    await page.screenshot({ path: path.join(PICTURES, `attract-camera-${name}.png`) });
  }
  for (const { name, on, off } of VARIANTS.filter((each) => LOOKED_AT.includes(each.name))) {
    await on(page);
    expect(await troubles(page), name).toEqual([]);
    await page.screenshot({ path: path.join(PICTURES, `attract-camera-${name}.png`) });
    await off(page);
  }
}

/** Waits until the kiosk has told its proxy so. */
async function toldCamera(state: string): Promise<void> {
  await waitFor(`the heartbeat to say ${state}`, async () => {
    const answer = await system.admin(KIOSKS_PATH);
    const { kiosks } = KioskStates.parse(await answer.json());
    return kiosks[0]?.health?.camera === state;
  });
}

/** A camera that a person or a policy refuses is shown as such, with the kiosk's next word. */
async function refusedInTheConsole(page: Page, browser: KioskBrowser): Promise<void> {
  await page.evaluate(() => cameraControl.next("refuse"));
  await page.evaluate(() => cameraControl.unplug());
  await fares(page, "refused");
  // A line that was down and works again has the kiosk speak soon.
  await page.evaluate(() => window.dispatchEvent(new Event("offline")));
  await scan(page, memberCard(7));
  await toldCamera("refused");
  expect(await system.metric("tarjeta_kiosks_camera_trouble")).toBe(1);
  const board = await browser.context.newPage();
  await board.setViewportSize({ width: 1440, height: 900 });
  await signIn(board, system);
  await board.getByText("Its camera cannot be used: not allowed").waitFor();
  await board.close();
  await page.evaluate(() => {
    cameraControl.next("open");
    cameraControl.changed();
  });
  await fares(page, "reading");
}

async function expectPolicies(page: Page): Promise<void> {
  const policies = await page.evaluate(async () => {
    const worker = performance
      .getEntriesByType("resource")
      .map(({ name }) => name)
      .find((name) => name.includes("/camera-worker-"));
    const policyOf = async (url: string) =>
      (await fetch(url)).headers.get("content-security-policy");
    return [await policyOf("/"), worker === undefined ? "" : await policyOf(worker)];
  });
  expect(policies).toEqual([CONTENT_SECURITY_POLICY, CAMERA_WORKER_POLICY]);
}

/** In Cache Storage, by path; the rest of it is the shell's. */
function keptByTheCamera(page: Page): Promise<readonly string[]> {
  return page.evaluate(async (name) => {
    const others = (await caches.keys()).filter((each) => each !== name);
    for (const other of others) {
      for (const { url } of await (await caches.open(other)).keys()) {
        if (url.includes(".wasm")) throw new Error(`${other} keeps ${url}`);
      }
    }
    const kept = await (await caches.open(name)).keys();
    return kept.map(({ url }) => new URL(url).pathname);
  }, DECODER_CACHE);
}

async function fares(page: Page, state: string): Promise<void> {
  await page.waitForFunction(
    (wanted) => document.documentElement.dataset["camera"] === wanted,
    state,
  );
}

function setHidden(page: Page, isHidden: boolean): Promise<void> {
  return page.evaluate((hidden) => {
    Object.defineProperty(document, "visibilityState", {
      value: hidden ? "hidden" : "visible",
      configurable: true,
    });
    document.dispatchEvent(new Event("visibilitychange"));
  }, isHidden);
}

import { signal } from "@preact/signals-core";
import { describe, expect, it } from "vitest";
import { EXAMPLE_CONFIG } from "../../src/contract/example-config.ts";
import type { KioskConfig } from "../../src/contract/kiosk-config.ts";
import { createConsenting } from "../../src/kiosk/consenting.ts";
import type { Turn } from "../../src/kiosk/visit-extension.ts";
import { NO_VISIT } from "../../src/kiosk/visit-first.ts";
import type { ConsentScreen, Screen } from "../../src/kiosk/visit.ts";

const CONFIG: KioskConfig = {
  ...EXAMPLE_CONFIG,
  consent: {
    purposes: [
      { id: "visits", title: { en: "Visits" }, text: { en: "May we?" }, attributes: ["lastStore"] },
      { id: "wishes", title: { en: "Wishes" }, text: { en: "And?" }, attributes: ["visitReason"] },
    ],
  },
};

const ASKED: ConsentScreen = {
  state: "consent",
  visitId: "one",
  masked: "•••• 8906",
  fingerprint: "print",
  index: 0,
  agreed: [],
  expiresAtMs: 1,
};

/** Hashes end when they are told to. */
function someConsenting() {
  const screen = signal<Screen>(ASKED);
  const hashed: (() => void)[] = [];
  const broken: unknown[] = [];
  const consenting = createConsenting({
    session: {
      screen,
      config: signal(CONFIG),
      turn: (turn: Turn) => {
        ({ screen: screen.value } = turn({ ...NO_VISIT, screen: screen.peek() }, 0, CONFIG));
      },
      cardOf: () => undefined,
      store: () => expect.unreachable("nothing is agreed to in full"),
    },
    subtle: {
      digest: () => new Promise((done) => void hashed.push(() => done(new Uint8Array(32).buffer))),
    },
    device: { deviceId: "d", storeId: "s", kioskId: "k", timeZone: "UTC" },
    readClock: () => expect.unreachable("nothing is stored"),
    onError: (error) => broken.push(error),
  });
  return { ...consenting, screen, hashed, broken };
}

describe("an answer to a purpose", () => {
  it("[PV4] counts once: what is tapped before the next purpose is there answers nothing", async () => {
    const { answer, screen, hashed, broken } = someConsenting();
    answer(true, "en");
    answer(false, "en");
    answer(true, "en");
    for (const done of hashed) done();
    await new Promise((turn) => setImmediate(turn));
    expect(hashed).toHaveLength(1);
    expect(screen.value).toMatchObject({ index: 1, agreed: [{ id: "visits" }] });
    expect(broken).toEqual([]);
  });

  it("[PV4] of one shopper leaves the next one's questions open", async () => {
    const { answer, screen, hashed } = someConsenting();
    answer(true, "en");
    screen.value = { ...ASKED, visitId: "two" };
    for (const done of hashed) done();
    await new Promise((turn) => setImmediate(turn));
    expect(screen.value).toMatchObject({ visitId: "two", index: 0, agreed: [] });
    answer(false, "en");
    expect(screen.value).toMatchObject({ visitId: "two", index: 1, agreed: [] });
  });
});

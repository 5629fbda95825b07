import { signal } from "@preact/signals-core";
import { describe, expect, it, vi } from "vitest";
import { EXAMPLE_CONFIG } from "../../src/contract/example-config.ts";
import type { KioskConfig } from "../../src/contract/kiosk-config.ts";
import type { Card } from "../../src/domain/card.ts";
import { cardFromScan } from "../../src/domain/card.ts";
import { createAskAgain } from "../../src/kiosk/ask-again.ts";
import type { CardMemory } from "../../src/kiosk/card-memory.ts";
import { NO_VISIT } from "../../src/kiosk/visit-first.ts";
import {
  IDLE_WARNING_MS,
  stepVisit,
  type Screen,
  type Visit,
  type VisitEvent,
} from "../../src/kiosk/visit.ts";
import { aMovableClock } from "../support/movable-clock.ts";
import { DAY, NOW } from "../support/store-builders.ts";

const CARD = "2912345678906";
const [REASON] = EXAMPLE_CONFIG.questions;

/** Two questions: the first rests for a week, the second for a day. */
const CONFIG: KioskConfig = {
  ...EXAMPLE_CONFIG,
  questions: [
    { ...REASON!, id: "reason", askAgainDays: 7 },
    { ...REASON!, id: "size", attribute: "size", askAgainDays: 1 },
  ],
};

function cardOf(text: string): Card {
  const card = cardFromScan({ text, source: "wedge" }, EXAMPLE_CONFIG.cardRules);
  if (!card.ok) throw new Error(card.error.type);
  return card.value;
}

/** What a shopper sees who took their visit back. */
const UNDONE = { state: "declined", reason: "undone", expiresAtMs: NOW } as const;

/** A memory that a test looks into; what expires of it is the real one's test. */
function aMemory() {
  const asked = new Map<string, number>();
  let key = 0;
  const memory: CardMemory = {
    nameOf: async ({ value }) => `print ${key} of ${value}`,
    resting: async (name, times, nowMs) =>
      [...times].flatMap(([id, restMs]) =>
        nowMs - (asked.get(`${name} ${id}`) ?? -Infinity) < restMs ? [id] : [],
      ),
    remember: async (name, ids, nowMs) => {
      for (const id of ids) asked.set(`${name} ${id}`, nowMs);
    },
    forget: async (name) => {
      for (const key of asked.keys()) if (key.startsWith(`${name} `)) asked.delete(key);
    },
    // The key goes when nothing is left.
    prune: async () => void (key += asked.size === 0 ? 1 : 0),
    close: () => undefined,
  };
  return { memory, asked };
}

/** The pure visit, stepped by hand, with the memory beside it. */
function aVisit(config = CONFIG, openMemory?: () => Promise<CardMemory>) {
  const clock = aMovableClock(NOW);
  const { memory, asked } = aMemory();
  const visit = signal<Visit>(NO_VISIT);
  const screen = signal<Screen>(NO_VISIT.screen);
  const configs = signal(config);
  const errors: unknown[] = [];
  let forgotten = 0;
  let visits = 0;
  const step = (event: VisitEvent): void => {
    visit.value = stepVisit(visit.peek(), event, clock.monoMs(), configs.peek());
    screen.value = visit.peek().screen;
  };
  const askAgain = createAskAgain({
    session: { screen, config: configs, turn: (turn) => step({ type: "turned", turn }) },
    openMemory: openMemory ?? (async () => memory),
    forgetAll: () => void (forgotten += 1),
    clock,
    onError: (error) => errors.push(error),
  });
  const settled = async () => {
    for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
  };
  /** Scans, thanks, and lets the thanks pass. */
  const scan = async (text = CARD): Promise<void> => {
    visits += 1;
    const visitId = `visit-${visits}`;
    askAgain.read({ visitId, card: cardOf(text) });
    step({ type: "scanned", visitId, masked: "", fingerprint: `${text} ${visits}` });
    step({ type: "stored", visitId, wallMs: clock.wallMs() });
    await settled();
    clock.advance(2_000);
    step({ type: "ticked" });
  };
  const shown = () => {
    const { value } = screen;
    if (value.state !== "thanked") return value.state;
    return value.step === "question" ? configs.peek().questions[value.index]?.id : value.step;
  };
  const leave = async (): Promise<void> => {
    while (screen.peek().state === "thanked") step({ type: "finished" });
    await settled();
  };
  const answer = (code: string): void => {
    const { value } = screen;
    if (value.state !== "thanked") throw new Error("nobody is asked anything");
    step({ type: "answered", code });
    step({
      type: "answer-stored",
      visitId: value.visitId,
      answer: { questionId: shown() ?? "", code },
    });
  };
  return {
    clock,
    asked,
    askAgain,
    screen,
    step,
    scan,
    shown,
    leave,
    answer,
    configs,
    errors,
    forgotten: () => forgotten,
  };
}

describe("a question", () => {
  it("[PV7] rests for the card it was put to, answered or skipped, each for its own days", async () => {
    const { clock, scan, shown, answer, step, leave } = aVisit();
    await scan();
    expect(shown()).toBe("reason");
    answer("gift");
    expect(shown()).toBe("size");
    step({ type: "skipped" });
    expect(shown()).toBe("closing");
    await leave();

    await scan();
    expect(shown()).toBe("closing");
    await leave();
    // Another card is asked.
    await scan("2000000000008");
    expect(shown()).toBe("reason");
    await leave();

    clock.advance(DAY);
    await scan();
    expect(shown()).toBe("size");
    await leave();
    clock.advance(7 * DAY);
    await scan();
    expect(shown()).toBe("reason");
  });

  it("[PV7] that nobody touched is asked again, and so is one of a visit that was undone", async () => {
    const { clock, asked, scan, screen, shown, answer, step, leave } = aVisit();
    await scan();
    clock.advance(CONFIG.timings.questionSeconds * 1_000);
    step({ type: "ticked" });
    clock.advance(IDLE_WARNING_MS);
    step({ type: "ticked" });
    expect(shown()).toBe("attract");
    await scan();
    expect(shown()).toBe("reason");
    answer("gift");
    screen.value = UNDONE;
    await leave();
    step({ type: "finished" });
    expect([...asked]).toEqual([]);
    await scan();
    expect(shown()).toBe("reason");
  });

  it("[PV7] is forgotten with a card that is withdrawn", async () => {
    const { asked, askAgain, scan, answer, leave } = aVisit();
    await scan();
    answer("gift");
    await leave();
    expect(asked.size).toBe(2);
    askAgain.forgetCard(cardOf(CARD));
    await vi.waitFor(() => expect(asked.size).toBe(0));
  });

  it("[PV7] is asked where memory is lost or broken, and neither scan nor thanks wait for it", async () => {
    const broken = aVisit(CONFIG, () => Promise.reject(new Error("no database")));
    await broken.scan();
    expect(broken.shown()).toBe("reason");
    expect(broken.errors).toEqual([new Error("no database")]);
    const hanging = aVisit(CONFIG, () => new Promise(() => undefined));
    await hanging.scan();
    expect(hanging.shown()).toBe("reason");
  });

  it("[PV7] without askAgainDays is asked at every visit, and what memory there was is deleted", async () => {
    const opened = vi.fn<() => Promise<CardMemory>>();
    const { scan, shown, leave, forgotten } = aVisit(EXAMPLE_CONFIG, opened);
    expect(forgotten()).toBe(1);
    for (let visit = 0; visit < 2; visit += 1) {
      await scan();
      expect(shown()).toBe("visit-reason");
      await leave();
    }
    expect(opened).not.toHaveBeenCalled();
  });
});

import { describe, expect, it } from "vitest";
import { HELP_LAPSES_MS } from "../../../src/contract/help-call.ts";
import type { HelpWord } from "../../../src/proxy/store/help-store.ts";
import type { Store } from "../../../src/proxy/store/store.ts";
import { aDevice, anId, DAY, MINUTE, NOW } from "../../support/store-builders.ts";

function aWord(sketch: Partial<HelpWord> = {}): HelpWord {
  return {
    callId: anId(1),
    word: "calling",
    reason: "card",
    waitedMs: 0,
    device: aDevice(),
    nowMs: NOW,
    ...sketch,
  };
}

const OPEN = { type: "heard", state: "open" };
const ENDED = { type: "heard", state: "ended" };
const ANSWERED = { type: "heard", state: "answered" };

/** Help calls on any engine. */
export function describeHelp(name: string, open: () => Promise<Store>): void {
  describe(`${name}: help calls`, () => {
    const openAt = async (store: Store, nowMs: number, storeId?: string) =>
      (await store.openHelpCalls(nowMs, 99, storeId)).map(({ callId }) => callId);

    it("[HC2] [HC6] one is open from the moment of its tap, however often it is told of", async () => {
      const store = await open();
      expect(await store.hearHelp(aWord({ waitedMs: 4_000 }))).toEqual(OPEN);
      const again = aWord({ waitedMs: 9_000, nowMs: NOW + 3_000, reason: "other" });
      expect(await store.hearHelp(again)).toEqual(OPEN);
      const { deviceId, storeId, kioskId } = aDevice();
      const call = { callId: anId(1), deviceId, storeId, kioskId };
      expect(await store.openHelpCalls(NOW, 9)).toEqual([
        { ...call, reason: "card", calledMs: NOW - 4_000 },
      ]);
      expect((await store.figures(NOW, 0)).help).toMatchObject({ open: [call], meanWaitMs: 0 });
    });

    it("[HC1] [HC3] is answered once, for its store's people or for all, and its kiosk hears of it", async () => {
      const store = await open();
      const device = aDevice(3);
      await store.hearHelp(aWord({ device }));
      expect(await store.answerHelp(anId(1), NOW + 1, "another-store")).toBeUndefined();
      expect(await openAt(store, NOW, device.storeId)).toEqual([anId(1)]);
      expect(await openAt(store, NOW, "another-store")).toEqual([]);
      const { storeId, kioskId } = device;
      const answered = { storeId, kioskId, answeredMs: NOW + 20_000 };
      expect(await store.answerHelp(anId(1), NOW + 20_000, device.storeId)).toEqual(answered);
      // Two who press at once are told the same.
      expect(await store.answerHelp(anId(1), NOW + 21_000)).toEqual(answered);
      expect(await store.hearHelp(aWord({ device, nowMs: NOW + 22_000 }))).toEqual(ANSWERED);
      expect((await store.figures(NOW + 30_000, 0)).help).toEqual({
        open: [],
        ended: { answered: 1, here: 0, left: 0, replaced: 0, unanswered: 0 },
        meanWaitMs: 20_000,
      });
      expect(await store.answerHelp(anId(99), NOW)).toBeUndefined();
    });

    it.each(["left", "here"] as const)(
      "[HC2] [HC5] is over once its kiosk says %s, and stays so whatever was held up on its way",
      async (word) => {
        const store = await open();
        await store.hearHelp(aWord());
        expect(await store.hearHelp(aWord({ word, nowMs: NOW + 9_000 }))).toEqual(ENDED);
        expect(await store.hearHelp(aWord({ nowMs: NOW + 10_000 }))).toEqual(ENDED);
        expect(await openAt(store, NOW + 10_000)).toEqual([]);
        expect(await store.answerHelp(anId(1), NOW + 11_000)).toBeUndefined();
        // The end of one came before its beginning.
        expect(await store.hearHelp(aWord({ callId: anId(2), word }))).toEqual(ENDED);
        expect(await store.hearHelp(aWord({ callId: anId(2) }))).toEqual(ENDED);
        const { ended, meanWaitMs } = (await store.figures(NOW + 10_000, 0)).help;
        expect(ended[word]).toBe(2);
        expect(meanWaitMs).toBe(word === "here" ? 4_500 : 0);
      },
    );

    it("[HC4] is the only one of its kiosk, which opens six in ten minutes and no more; others go on", async () => {
      const store = await open();
      for (let n = 1; n <= 6; n += 1) {
        expect(await store.hearHelp(aWord({ callId: anId(n), nowMs: NOW + n }))).toEqual(OPEN);
      }
      expect(await openAt(store, NOW + 6)).toEqual([anId(6)]);
      const seventh = aWord({ callId: anId(7), nowMs: NOW + MINUTE });
      expect(await store.hearHelp(seventh)).toEqual({
        type: "too-many",
        waitMs: 9 * MINUTE + 1,
      });
      // What is open is neither closed by it nor kept from being told of.
      expect(await store.hearHelp(aWord({ callId: anId(6), nowMs: NOW + MINUTE }))).toEqual(OPEN);
      const other = aWord({ callId: anId(8), device: aDevice(2), nowMs: NOW + MINUTE });
      expect(await store.hearHelp(other)).toEqual(OPEN);
      const later = aWord({ callId: anId(7), nowMs: NOW + 11 * MINUTE });
      expect(await store.hearHelp(later)).toEqual(OPEN);
      expect((await store.figures(NOW + 11 * MINUTE, 0)).help.ended).toMatchObject({ replaced: 6 });
    });

    it("[HC4] is nobody's who only knows its name", async () => {
      const store = await open();
      await store.hearHelp(aWord());
      expect(await store.hearHelp(aWord({ device: aDevice(2), word: "left" }))).toEqual(ENDED);
      expect(await openAt(store, NOW)).toEqual([anId(1)]);
    });

    it("[HC2] counts as unanswered after a quarter of an hour, and is forgotten after a day", async () => {
      const store = await open();
      await store.hearHelp(aWord());
      const late = NOW + HELP_LAPSES_MS;
      expect(await openAt(store, late - 1)).toEqual([anId(1)]);
      expect(await openAt(store, late)).toEqual([]);
      expect(await store.answerHelp(anId(1), late)).toBeUndefined();
      expect(await store.hearHelp(aWord({ nowMs: late }))).toEqual(ENDED);
      const unanswered = { open: [], ended: { unanswered: 1, left: 0 } };
      expect((await store.figures(late, 0)).help).toMatchObject(unanswered);
      // Written down or not, it counts as the same.
      expect(await store.forgetHelp(late, NOW - DAY, 9)).toBe(0);
      expect((await store.figures(late, 0)).help).toMatchObject(unanswered);
      expect(await store.forgetHelp(NOW + DAY, NOW, 9)).toBe(0);
      expect(await store.forgetHelp(NOW + 2 * DAY, NOW + 1, 9)).toBe(1);
      expect(await store.forgetHelp(NOW + 2 * DAY, NOW + 1, 9)).toBe(0);
    });

    it("[HC6] is no younger than nothing where the proxy's clock was set back, and open still", async () => {
      const store = await open();
      await store.hearHelp(aWord());
      expect(await openAt(store, NOW - DAY)).toEqual([anId(1)]);
      expect(await store.hearHelp(aWord({ nowMs: NOW - DAY }))).toEqual(OPEN);
    });
  });
}

import { expect, it } from "vitest";
import { HELP_PATH, HelpRequest, type HelpReceipt } from "../../../src/contract/help-call.ts";
import { createHelpLine, IMPATIENT_MS, type HelpState } from "../../../src/kiosk/help/help-line.ts";
import { anId } from "../../support/store-builders.ts";
import { memoryStorage } from "../../support/kiosk-builders.ts";

/** What the proxy says to the next request; `gone` is no network, `silent` no answer yet. */
type Said = HelpReceipt["state"] | "gone" | "silent" | "forged" | 429;

const WAIT_MS = 90_000;

/** A kiosk's line, with its time and its proxy in the test's hands. */
function aLine(says: Said = "open", storage = memoryStorage()) {
  let nowMs = 0;
  let ids = 0;
  let saying = says;
  const sent: HelpRequest[] = [];
  const held: (() => void)[] = [];
  const states: HelpState[] = [];
  let timers: { readonly atMs: number; readonly work: () => void }[] = [];
  const line = createHelpLine({
    async fetch(path, init) {
      expect(path).toBe(HELP_PATH);
      const request = HelpRequest.parse(JSON.parse(String(init.body)));
      expect(init.nonce).toBe(request.nonce);
      sent.push(request);
      const said = saying;
      if (said === "silent") await new Promise<void>((go) => held.push(go));
      const state = said === "silent" ? saying : said;
      if (state === "gone") throw new TypeError("no network");
      if (state === 429) return new Response("{}", { status: 429 });
      const nonce = state === "forged" ? anId(0xf0) : request.nonce;
      const { callId } = request;
      return Response.json({
        v: 1,
        nonce,
        callId,
        state: state === "forged" ? "answered" : state,
        proxyTimeMs: 1,
      });
    },
    clock: { monoMs: () => nowMs },
    newId: () => anId((ids += 1)),
    random: () => 1,
    timer(work, delayMs) {
      const timer = { atMs: nowMs + delayMs, work };
      timers.push(timer);
      return () => void (timers = timers.filter((each) => each !== timer));
    },
    storage,
  });
  line.state.subscribe((state) => void states.push(state));
  const quiet = () => new Promise((turn) => setImmediate(turn));
  return {
    line,
    sent,
    states,
    storage,
    quiet,
    timers: () => timers.length,
    says: (said: Said) => void (saying = said),
    answerHeld: () => held.splice(0).forEach((go) => go()),
    /** Lets so much time pass, timer by timer. */
    async pass(ms: number) {
      const untilMs = nowMs + ms;
      for (;;) {
        await quiet();
        const [next] = timers.toSorted((a, b) => a.atMs - b.atMs);
        if (next === undefined || next.atMs > untilMs) break;
        timers = timers.filter((each) => each !== next);
        nowMs = next.atMs;
        next.work();
      }
      nowMs = untilMs;
      await quiet();
    },
  };
}

it("[HC1] says that the staff know only when a receipt names the call, and that somebody comes when they said so", async () => {
  const { line, sent, states, quiet, pass, says } = aLine("forged");
  line.call("card", WAIT_MS);
  expect(line.state.value).toBe("calling");
  await quiet();
  expect(line.state.value).toBe("unreached");
  says("open");
  await pass(3_000);
  expect(line.state.value).toBe("told");
  says("answered");
  await pass(3_000);
  expect(states).toEqual(["none", "calling", "unreached", "told", "coming"]);
  expect(new Set(sent.map(({ callId }) => callId)).size).toBe(1);
  expect(sent.map(({ waitedMs }) => waitedMs)).toEqual([0, 3_000, 6_000]);
  // Answered: nobody need be asked any more.
  await pass(60_000);
  expect(sent).toHaveLength(3);
});

it.each([["gone"], [429], ["silent"]] as const)(
  "[HC1] says what else to do within seconds where it cannot be told (%s), and goes on trying",
  async (trouble) => {
    const { line, pass, says, answerHeld, states } = aLine(trouble);
    line.call("other", WAIT_MS);
    await pass(IMPATIENT_MS);
    expect(line.state.value).toBe("unreached");
    says("open");
    answerHeld();
    await pass(24_000);
    expect(states).toEqual(["none", "calling", "unreached", "told"]);
  },
);

it("[HC1] says what else to do when nobody answers in time, and is glad of who answers later", async () => {
  const { line, pass, says } = aLine();
  line.call("card", WAIT_MS);
  await pass(WAIT_MS - 1);
  expect(line.state.value).toBe("told");
  await pass(1);
  expect(line.state.value).toBe("unanswered");
  await pass(9_000);
  expect(line.state.value).toBe("unanswered");
  says("answered");
  await pass(3_000);
  expect(line.state.value).toBe("coming");
});

it("[HC2] ends as unanswered when the proxy holds it for over", async () => {
  const { line, pass, says, sent } = aLine();
  line.call("card", WAIT_MS);
  await pass(3_000);
  says("ended");
  await pass(3_000);
  expect(line.state.value).toBe("unanswered");
  const asked = sent.length;
  await pass(30_000);
  expect(sent).toHaveLength(asked);
});

it("[HC4] is one call, however often the button is pressed, and asks ever more seldom while nobody answers", async () => {
  const { line, sent, pass } = aLine("gone");
  for (let press = 0; press < 9; press += 1) line.call("card", WAIT_MS);
  await pass(120_000);
  expect(new Set(sent.map(({ callId }) => callId)).size).toBe(1);
  expect(sent.length).toBeLessThan(9);
});

it("[HC5] shows nothing of an answer that arrives when the visit has ended", async () => {
  const { line, pass, quiet, says, answerHeld, states, sent } = aLine("silent");
  line.call("card", WAIT_MS);
  await quiet();
  line.end("left");
  says("answered");
  answerHeld();
  await pass(1_000);
  expect(states).toEqual(["none", "calling", "none"]);
  expect(sent.map(({ word }) => word)).toEqual(["calling", "left"]);
  // Whoever comes next calls for themselves.
  says("open");
  line.call("other", WAIT_MS);
  await quiet();
  expect(line.state.value).toBe("told");
  expect(sent.at(-1)?.callId).not.toBe(sent[0]?.callId);
});

it("[HC5] tells the proxy that nobody waits any more, a few times where it must, and leaves nothing behind", async () => {
  const { line, pass, says, sent, timers, storage } = aLine();
  line.call("number", WAIT_MS);
  await pass(10);
  says("gone");
  line.end("here");
  await pass(600_000);
  expect(sent.filter(({ word }) => word === "here")).toHaveLength(5);
  expect(timers()).toBe(0);
  expect(storage.getItem("tarjeta-help-call")).toBeNull();
  // What is over is not ended twice, and what was answered need not be.
  line.end("left");
  says("answered");
  line.call("card", WAIT_MS);
  await pass(10);
  line.end("left");
  await pass(10);
  expect(sent.filter(({ word }) => word === "left")).toEqual([]);
});

it("[HC5] ends, as the page begins, the call of a life that was cut off", async () => {
  const first = aLine();
  first.line.call("card", WAIT_MS);
  await first.quiet();
  const next = aLine("ended", first.storage);
  await next.quiet();
  expect(next.line.state.value).toBe("none");
  expect(next.sent).toMatchObject([{ word: "left", callId: first.sent[0]?.callId }]);
  const last = aLine("open", first.storage);
  await last.quiet();
  expect(last.sent).toEqual([]);
});

it("[HC6] says of itself what was on the screen and how long ago, by the clock that never jumps", async () => {
  const { line, sent, quiet } = aLine();
  line.call("out-of-service", WAIT_MS);
  await quiet();
  const { nonce, callId, ...said } = sent[0]!;
  expect(said).toEqual({ v: 1, word: "calling", reason: "out-of-service", waitedMs: 0 });
  expect(nonce).not.toBe(callId);
});

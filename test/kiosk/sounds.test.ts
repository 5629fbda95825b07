import { describe, expect, it } from "vitest";
import { soundOf } from "../../src/kiosk/visit-sounds.ts";
import { createSounds, type Sound } from "../../src/kiosk/sounds.ts";
import type { Screen } from "../../src/kiosk/visit.ts";

const SOUNDS: readonly Sound[] = ["read", "success", "problem", "duplicate", "idle"];

/** As much of Web Audio as a sound needs; says what was struck. */
function someAudio(state: "running" | "suspended") {
  const struck: number[] = [];
  const param = { setValueAtTime() {}, exponentialRampToValueAtTime() {}, setTargetAtTime() {} };
  const audio = {
    state,
    currentTime: 1,
    destination: {},
    resume: () => Promise.reject(new DOMException("a touch first", "NotAllowedError")),
    createGain: () => ({ gain: param, connect() {} }),
    createOscillator: () => {
      const frequency = { value: 0 };
      return {
        frequency,
        type: "sine",
        connect() {},
        start: () => void struck.push(frequency.value),
        stop() {},
      };
    },
  };
  return { struck, audio: audio as unknown as AudioContext };
}

describe("sounds", () => {
  it("[FE5] are as many as they are called, each its own", async () => {
    const heard = new Set<string>();
    for (const sound of SOUNDS) {
      const { struck, audio } = someAudio("running");
      createSounds({ openAudio: () => audio, volume: () => 50 }).play(sound);
      await Promise.resolve();
      expect(struck.length).toBeGreaterThan(0);
      heard.add(struck.join(" "));
    }
    expect(heard.size).toBe(SOUNDS.length);
  });

  it("[FE5] are silent without complaint where the browser or the configuration says so", async () => {
    const { struck, audio } = someAudio("suspended");
    createSounds({ openAudio: () => audio, volume: () => 50 }).play("success");
    const noCard = () => {
      throw new DOMException("no sound card", "NotSupportedError");
    };
    createSounds({ openAudio: noCard, volume: () => 50 }).play("success");
    createSounds({ openAudio: () => expect.unreachable("silent"), volume: () => 0 }).play("read");
    await new Promise((done) => setImmediate(done));
    expect(struck).toEqual([]);
  });
});

describe("a screen", () => {
  const attract: Screen = { state: "attract" };
  const noted = { visitId: "1", masked: "•••• 8906", fingerprint: "x", notedAtMs: 0, answers: [] };
  const thanks: Screen = { ...noted, state: "thanked", step: "thanks", expiresAtMs: 1 };
  const refused: Screen = { state: "refused", reason: "not-ours", expiresAtMs: 1 };

  it.each<[string, Screen, Screen, Sound | undefined]>([
    ["thanks", attract, thanks, "success"],
    ["the next shopper's thanks", thanks, { ...thanks, visitId: "2" }, "success"],
    ["the same thanks", thanks, { ...thanks, expiresAtMs: 2 }, undefined],
    ["a question", thanks, { ...thanks, step: "question", index: 0 }, undefined],
    ["a duplicate", thanks, { ...thanks, step: "duplicate" }, "duplicate"],
    ["a refusal", attract, refused, "problem"],
    ["another refusal", refused, { ...refused }, "problem"],
    ["attract", thanks, attract, undefined],
    ["no storage", attract, { state: "out-of-service", reason: "full" }, "problem"],
    ["staff's own doing", attract, { state: "out-of-service", reason: "closed" }, undefined],
  ])("[FE5] comes with its sound: %s", (_what, last, now, sound) => {
    expect(soundOf(last, now)).toBe(sound);
  });
});

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { CameraState } from "../../src/contract/camera-state.ts";
import { createCameraScanner, LEAST_WAIT_MS } from "../../src/scanner/camera-scanner.ts";
import { FRAME_EVERY_MS, STALL_MS } from "../../src/scanner/read-frames.ts";
import type { ScannerEvent } from "../../src/scanner/scanner.ts";
import { fakeCamera } from "../support/fake-camera.ts";
import { CARD } from "./typing.ts";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
});

afterEach(() => {
  vi.useRealTimers();
});

const EAN = { text: CARD, aim: "]E0", offCentre: 0 };

function aScanner({ random = 0 }: { readonly random?: number } = {}) {
  const camera = fakeCamera();
  const events: ScannerEvent[] = [];
  const states: CameraState[] = [];
  const errors: unknown[] = [];
  let isShown = false;
  const scanner = createCameraScanner({
    openCamera: camera.open,
    openDecoder: camera.openDecoder,
    isOurs: ({ text }) => text === CARD,
    nowMs: () => performance.now(),
    setTimeout: (run, delayMs) => Number(setTimeout(run, delayMs)),
    clearTimeout: (timer) => clearTimeout(timer),
    random: () => random,
    onState: (state) => states.push(state),
    onStream: (stream) => void (isShown = stream !== undefined),
    onError: (error) => errors.push(error),
  });
  const stop = scanner.start((event) => events.push(event));
  return { camera, scanner, stop, events, states, errors, isShown: () => isShown };
}

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

describe("a camera", () => {
  it("[CA1] hands on what is held before it, with the identifier of its symbology", async () => {
    const { camera, events, states, isShown } = aScanner();
    await pass(FRAME_EVERY_MS);
    expect(states).toEqual(["starting", "reading"]);
    expect(isShown()).toBe(true);
    camera.show(EAN);
    await pass(5 * FRAME_EVERY_MS);
    expect(events).toMatchObject([
      { type: "scanned", scan: { text: CARD, aim: "]E0", source: "camera" } },
    ]);
    const [event] = events;
    if (event?.type !== "scanned") throw new Error("nothing was scanned");
    expect(event.finishedAtMs - event.startedAtMs).toBe(FRAME_EVERY_MS);
  });

  it("[CA5] gives eight pictures a second at most", async () => {
    const { camera } = aScanner();
    await pass(10_000);
    expect(camera.frames()).toBeLessThanOrEqual(81);
    expect(camera.frames()).toBeGreaterThan(70);
  });

  it.each([
    ["NotAllowedError", "refused"],
    ["NotFoundError", "missing"],
    ["OverconstrainedError", "missing"],
    ["NotReadableError", "busy"],
  ] as const)("[CA5] that answers %s is said to be %s, and tried again", async (name, state) => {
    const { camera, states } = aScanner();
    camera.refuse(name);
    await pass(3 * LEAST_WAIT_MS - 1);
    expect(states).toEqual(["starting", state, state, state]);
    camera.refuse(undefined);
    await pass(LEAST_WAIT_MS);
    expect(states.at(-1)).toBe("reading");
  });

  it("[CA5] in trouble is tried ever more seldom, and at once when something changes", async () => {
    const { camera, scanner } = aScanner({ random: 0.999 });
    camera.refuse("NotFoundError");
    await pass(600_000);
    const tries = camera.opened();
    expect(tries).toBeGreaterThan(10);
    expect(tries).toBeLessThan(20);
    camera.refuse(undefined);
    scanner.retry();
    await pass(0);
    expect(camera.isOn()).toBe(true);
  });

  it("[CA5] that read again is tried soon after its next trouble", async () => {
    const { camera, scanner, states } = aScanner({ random: 0.999 });
    camera.refuse("NotFoundError");
    await pass(600_000);
    camera.refuse(undefined);
    scanner.retry();
    await pass(FRAME_EVERY_MS);
    camera.unplug();
    await pass(1_000);
    expect(states.slice(-3)).toEqual(["reading", "lost", "reading"]);
  });

  it("[CA5] that is unplugged is said to be lost, and reads on once it is back", async () => {
    const { camera, events, states, isShown } = aScanner();
    await pass(FRAME_EVERY_MS);
    camera.unplug();
    camera.refuse("NotFoundError");
    await pass(0);
    expect([states.at(-1), isShown(), camera.isOn()]).toEqual(["lost", false, false]);
    await pass(LEAST_WAIT_MS);
    expect(states.at(-1)).toBe("missing");
    camera.refuse(undefined);
    camera.show(EAN);
    await pass(LEAST_WAIT_MS + 2 * FRAME_EVERY_MS);
    expect(states.at(-1)).toBe("reading");
    expect(events).toHaveLength(1);
  });

  it("[CA5] that gives no picture any more is closed and opened again", async () => {
    const { camera, states } = aScanner();
    await pass(FRAME_EVERY_MS);
    camera.freeze();
    await pass(STALL_MS + 2 * FRAME_EVERY_MS);
    expect(states).toEqual(["starting", "reading", "busy"]);
    await pass(LEAST_WAIT_MS);
    expect([states.at(-1), camera.opened()]).toEqual(["reading", 2]);
  });

  it.each(["load", "decode"] as const)(
    "[CA5] whose decoder does not %s is said to be broken, its light out, and gets another",
    async (how) => {
      const { camera, states, errors } = aScanner();
      camera.breakDecoder(how);
      await pass(0);
      expect([states.at(-1), camera.isOn(), camera.decoders()]).toEqual(["broken", false, 0]);
      expect(errors).toHaveLength(1);
      camera.breakDecoder(undefined);
      await pass(LEAST_WAIT_MS);
      expect([states.at(-1), camera.decoders()]).toEqual(["reading", 1]);
    },
  );

  it("[CA5] is off while nobody can show it a card, and on again afterwards", async () => {
    const { camera, scanner, states } = aScanner();
    await pass(FRAME_EVERY_MS);
    scanner.want(false);
    await pass(0);
    expect([states.at(-1), camera.isOn(), camera.decoders()]).toEqual(["paused", false, 0]);
    const frames = camera.frames();
    await pass(60_000);
    expect(camera.frames()).toBe(frames);
    scanner.want(true);
    await pass(FRAME_EVERY_MS);
    expect([states.at(-1), camera.isOn()]).toEqual(["reading", true]);
  });

  it("[CA5] switched off and on while it opens is on once", async () => {
    const { camera, scanner, states } = aScanner();
    for (let time = 0; time < 5; time += 1) {
      scanner.want(false);
      scanner.want(true);
    }
    await pass(1_000);
    expect([states.at(-1), camera.isOn(), camera.decoders()]).toEqual(["reading", true, 1]);
    scanner.want(false);
    await pass(0);
    expect(camera.isOn()).toBe(false);
  });

  it("[CA5] stopped, it leaves nothing behind", async () => {
    const { camera, stop } = aScanner();
    await pass(FRAME_EVERY_MS);
    stop();
    await pass(0);
    expect([camera.isOn(), camera.decoders(), vi.getTimerCount()]).toEqual([false, 0, 0]);
  });
});

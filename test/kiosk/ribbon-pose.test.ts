import { signal } from "@preact/signals-core";
import { expect, it } from "vitest";
import { EXAMPLE_CONFIG } from "../../src/contract/example-config.ts";
import { createRibbonPose } from "../../src/kiosk/ribbon-pose.ts";
import type { Screen } from "../../src/kiosk/visit.ts";

it("lets the ribbon follow a painted frame behind, and only where it hangs otherwise", () => {
  const screen = signal<Screen>({ state: "attract" });
  const frames: (() => void)[] = [];
  const pose = createRibbonPose({
    screen,
    config: signal(EXAMPLE_CONFIG),
    afterPaint: (work) => void frames.push(work),
  });
  const painted = (): void => frames.splice(0).forEach((work) => work());

  screen.value = { state: "refused", reason: "payment-card", expiresAtMs: 0 };
  expect(pose.value).toEqual({ type: "tapestry" });
  painted();
  const hollow = pose.value;
  expect(hollow).toEqual({ type: "hollow" });
  screen.value = { state: "refused", reason: "payment-card", expiresAtMs: 0 };
  painted();
  expect(pose.value).toBe(hollow);
  screen.value = { state: "keypad", digits: "291", expiresAtMs: 0 };
  painted();
  expect(pose.value).toEqual({ type: "woven", digits: 3, length: EXAMPLE_CONFIG.keypad.length });
});

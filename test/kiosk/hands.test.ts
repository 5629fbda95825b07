import { readFileSync } from "node:fs";
import path from "node:path";
import { signal } from "@preact/signals-core";
import { describe, expect, it } from "vitest";
import { rotateHands } from "../../src/kiosk/hands.ts";
import type { Screen } from "../../src/kiosk/visit.ts";

describe("the hand that holds the card", () => {
  it("[FE8] is the next of three whenever attract comes back, however a visit went", () => {
    const screen = signal<Pick<Screen, "state">>({ state: "attract" });
    const page: { readonly dataset: DOMStringMap } = { dataset: {} };
    rotateHands(screen, page);
    const seen = [page.dataset["hand"]];
    for (const state of ["thanked", "refused", "keypad", "thanked"] as const) {
      screen.value = { state };
      screen.value = { state };
      expect(page.dataset["hand"]).toBe(seen.at(-1));
      screen.value = { state: "attract" };
      screen.value = { state: "attract" };
      seen.push(page.dataset["hand"]);
    }
    expect(seen).toEqual([undefined, "1", "2", "0", "1"]);
    const css = readFileSync(
      path.resolve(import.meta.dirname, "../../src/kiosk/styles/attract.css"),
      "utf8",
    );
    // The third is how it is drawn without a word.
    expect(css.match(/data-hand="[12]"/g)).toHaveLength(2);
  });
});

import type { Page } from "playwright-core";
import { axeFindings } from "./console-page.ts";

/** All that is wrong with a screen: what a shopper sees (`troubles`), and what axe finds. */
export async function troublesAndAxe(page: Page): Promise<readonly string[]> {
  return [...(await troubles(page)), ...(await axeFindings(page, ["target-size"]))];
}

/** What a shopper could not see, not hit, or would see twice. In words; nothing when all is well. */
export function troubles(page: Page): Promise<readonly string[]> {
  return page.evaluate(async () => {
    // What moves for ever does so in place; what arrives must have arrived.
    const arriving = document
      .getAnimations()
      .filter((each) => Number.isFinite(Number(each.effect?.getComputedTiming().endTime)));
    await Promise.allSettled(arriving.map((each) => each.finished));
    const found: string[] = [];
    const stage = document.querySelector(".stage")?.getBoundingClientRect();
    if (stage === undefined) return ["nothing is shown"];
    if (document.documentElement.scrollWidth > window.innerWidth) {
      found.push("the page is too wide");
    }
    for (const button of document.querySelectorAll(".stage button, #demo button")) {
      const { width, height } = button.getBoundingClientRect();
      const least = button.classList.contains("button-main") ? 64 : 48;
      if (Math.min(width, height) < least) found.push(`too small: ${button.textContent}`);
    }
    const inside = document.querySelectorAll<HTMLElement>(
      ".stage :is(h1, h2, p:not(.unseen), button, li, .tile-label, .tool-name)",
    );
    for (const element of inside) {
      const { left, right, top, bottom } = element.getBoundingClientRect();
      const outside =
        left < stage.left - 1 ||
        right > stage.right + 1 ||
        top < stage.top - 1 ||
        bottom > stage.bottom + 1;
      if (outside) found.push(`off screen: ${element.textContent}`);
      if (element.scrollWidth > element.clientWidth + 1 && element.clientWidth > 0) {
        found.push(`cut: ${element.textContent}`);
      }
      // A headline's lines stand closer than its letters are high.
      const slack = 0.12 * Number.parseFloat(getComputedStyle(element).fontSize);
      const isTooHigh =
        element.scrollHeight > element.clientHeight + slack && element.clientHeight > 0;
      if (isTooHigh && element.matches("button, .tile-label, p:not(.typed):not(.code)")) {
        found.push(`cut below: ${element.textContent}`);
      }
    }
    const blocks = [
      ...document.querySelectorAll(
        ".words > *, .controls > *, .sill, .screen-attract .art .label, .screen-question .art .label",
      ),
    ];
    for (const [index, above] of blocks.entries()) {
      for (const below of blocks.slice(index + 1)) {
        const a = above.getBoundingClientRect();
        const b = below.getBoundingClientRect();
        const overlap =
          Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1 &&
          Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 1;
        if (overlap) {
          found.push(`on top of each other: ${above.textContent} / ${below.textContent}`);
        }
      }
    }
    return found;
  });
}

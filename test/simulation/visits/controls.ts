import type { Page } from "playwright-core";

/** Traces of a shopper that no judge may overlook; each is planted, found, and taken away again. */
export const PLANTS: Readonly<Record<string, (page: Page, card: string) => Promise<void>>> = {
  "hidden text": (page, card) =>
    page.evaluate((card) => {
      const left = document.createElement("span");
      left.hidden = true;
      left.className = "planted";
      left.textContent = `•••• ${card.slice(-4)}`;
      document.querySelector(".stage")?.append(left);
    }, card),
  "an attribute": (page, card) =>
    page.evaluate((card) => {
      document.querySelector("main")?.setAttribute("data-planted", card);
    }, card),
  "a text that says nothing of a card": (page) =>
    page.evaluate(() => {
      document.querySelector("[role=status]")?.append("A gift");
    }),
  "local storage": (page, card) =>
    page.evaluate((card) => localStorage.setItem("planted", card), card),
  "session storage": (page, card) =>
    page.evaluate((card) => sessionStorage.setItem("planted", card), card),
  "a cache": (page, card) =>
    page.evaluate(async (card) => {
      const cache = await caches.open("planted");
      await cache.put("/planted", new Response(card));
    }, card),
  "a database": (page, card) =>
    page.evaluate(async (card) => {
      const opening = indexedDB.open("planted", 1);
      opening.addEventListener("upgradeneeded", () =>
        opening.result.createObjectStore("rows").put({ card }, 1),
      );
      await new Promise((done) => opening.addEventListener("success", done));
      opening.result.close();
    }, card),
  "a language": (page) => page.evaluate(() => void (document.documentElement.lang = "es")),
  "a mode": (page) =>
    page.evaluate(() => void document.documentElement.toggleAttribute("data-high-contrast", true)),
  "the history": (page, card) => page.evaluate((card) => history.replaceState({ card }, ""), card),
};

/** Takes every trace away that was planted. */
export async function unplant(page: Page): Promise<void> {
  await page.evaluate(async () => {
    document.querySelector(".planted")?.remove();
    document.querySelector("[data-planted]")?.removeAttribute("data-planted");
    const status = document.querySelector("[role=status]");
    if (status?.lastChild?.textContent === "A gift") status.lastChild.remove();
    localStorage.removeItem("planted");
    sessionStorage.removeItem("planted");
    await caches.delete("planted");
    await new Promise((done) =>
      indexedDB.deleteDatabase("planted").addEventListener("success", done),
    );
    document.documentElement.lang = "en";
    document.documentElement.removeAttribute("data-high-contrast");
    history.replaceState(null, "");
  });
}

/** A leak as a page might have one: a listener and what it holds on to, with every visit. */
export async function leak(page: Page): Promise<void> {
  await page.evaluate(() => {
    for (let visit = 0; visit < 300; visit += 1) {
      const node = document.createElement("div");
      const held = Array.from({ length: 100 }, (_, index) => index + visit);
      node.addEventListener("click", () => held.toReversed());
      window.addEventListener("planted", () => node.click());
    }
  });
}

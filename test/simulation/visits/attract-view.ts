import type { Page } from "playwright-core";
import type { AttractView } from "./leftovers.ts";

/** What a script of the next shopper's could read here. `isDeep` looks into the databases and caches too. */
export function attractView(page: Page, isDeep: boolean): Promise<AttractView> {
  return page.evaluate(async (isDeep) => {
    const root: Record<string, string> = {};
    // What is owed, the version of the configuration, and whose hand holds the card are nobody's.
    const nobodys = ["data-outbox-depth", "data-config-version", "data-hand"];
    for (const { name, value } of document.documentElement.attributes) {
      if (!nobodys.includes(name)) root[name] = value;
    }
    const body = document.body.cloneNode(true);
    if (!(body instanceof HTMLElement)) throw new Error("A body is an element.");
    body.querySelector(".label-notice")?.remove();

    const fields = [...document.querySelectorAll("input, textarea")].map((field) =>
      field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement ? field.value : "",
    );
    const rest = [
      document.title,
      location.pathname + location.search + location.hash,
      JSON.stringify(history.state),
      JSON.stringify(fields),
      String(getSelection()),
      document.activeElement === document.body ? "no focus" : "focus",
    ];
    const storages = [
      JSON.stringify({ ...localStorage }),
      JSON.stringify({ ...sessionStorage }),
      document.cookie,
      window.name,
    ];
    return {
      root,
      body: body.outerHTML,
      rest: rest.join("\n"),
      storages: storages.join("\n"),
      databases: isDeep ? await databases() : undefined,
    };

    async function databases(): Promise<string> {
      const said: string[] = [];
      for (const name of await caches.keys()) {
        const cache = await caches.open(name);
        for (const request of await cache.keys()) {
          said.push(request.url, (await (await cache.match(request))?.text()) ?? "");
        }
      }
      for (const { name = "" } of await indexedDB.databases()) {
        const db = await over(indexedDB.open(name));
        for (const store of db.objectStoreNames) {
          const rows = db.transaction(store).objectStore(store);
          const [keys, values] = [await over(rows.getAllKeys()), await over(rows.getAll())];
          said.push(JSON.stringify([keys, values]));
        }
        db.close();
      }
      return said.join("\n");
    }

    function over<T>(request: IDBRequest<T>): Promise<T> {
      return new Promise((done, failed) => {
        request.addEventListener("success", () => done(request.result));
        request.addEventListener("error", () => failed(request.error));
      });
    }
  }, isDeep);
}

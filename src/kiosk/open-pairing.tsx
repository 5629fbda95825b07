import { effect, signal } from "@preact/signals-core";
import { render } from "preact";
import { CODE_LENGTH, typedCode } from "../contract/pairing.ts";
import { setupCodeFrom } from "../contract/setup-code.ts";
import { readIdentity } from "../outbox/identity.ts";
import { openFurtherReaders } from "../scanner/further-readers.ts";
import type { Scanner, ScannerEvent } from "../scanner/scanner.ts";
import type { Known, Unpaired } from "./device.ts";
import { mirroredDevice } from "./keep-identity.ts";
import { openLeaving } from "./open-leaving.tsx";
import { createPairing, type PairingAsk } from "./pairing.ts";
import { createSaving, type SavingDeps } from "./saving.ts";
import { readAs, setUpLanguage } from "./set-up-language.ts";
import { PAIRING_WORDS } from "./words-pairing.ts";
import { UnpairedScreen, type UnpairedView } from "./screens/unpaired.tsx";

export interface OpenPairingDeps extends SavingDeps {
  readonly root: HTMLElement;
  /** What the page was opened with. */
  readonly address: URLSearchParams;
  readonly why: Unpaired;
  readonly scanner: Scanner;
  /** Told what a reader did not do; pairing goes on without it. */
  readonly warn: (what: unknown) => void;
}

/** Shows how to pair this kiosk; resolves once it is. */
export async function openPairing(deps: OpenPairingDeps): Promise<Known> {
  const { root, address, kept } = deps;
  const page = document.documentElement;
  const owed = await deps.outbox.depth().catch(() => 0);
  page.dataset["outboxDepth"] = String(owed);
  page.dataset["visitState"] = "unpaired";
  const language = setUpLanguage(navigator.languages);
  readAs(language, page);
  const words = PAIRING_WORDS[language];
  const before = await readIdentity(kept).catch(() => undefined);
  if (deps.why === "leaving" && before !== undefined) {
    openLeaving({ ...deps, identity: before, words, owed });
    return new Promise(() => undefined); // It ends by beginning the page anew.
  }
  const { timeZone } = new Intl.DateTimeFormat().resolvedOptions();
  const paired = Promise.withResolvers<Known>();
  const view = signal<UnpairedView>({
    typed: "",
    phase: "typing",
    trouble: undefined,
    why: deps.why,
    owed,
    keyId: "",
    saved: undefined,
  });
  const change = (part: Partial<UnpairedView>): void => {
    view.value = { ...view.peek(), ...part };
  };
  // Who it was when its key was lost: the file says whose outbox it holds.
  const device = before?.device ?? mirroredDevice(localStorage);
  const save = createSaving(deps);
  const pair = createPairing({
    ...deps,
    storage: localStorage,
    subtle: crypto.subtle,
    fetch: (path, init) => fetch(path, init),
    sleep: (ms) => new Promise((wake) => setTimeout(wake, ms)),
    onWaiting: (keyId) => change({ phase: "waiting", keyId }),
  });

  const tryCode = async (code: string): Promise<void> => {
    change({ phase: "asking", trouble: undefined });
    const ask: PairingAsk = {
      code,
      timeZone,
      storeId: address.get("store") ?? undefined,
      kioskId: address.get("kiosk") ?? undefined,
    };
    // Two tabs of one kiosk are one kiosk.
    const outcome = await navigator.locks.request("tarjeta-pairing", async () => {
      const meanwhile =
        deps.why === "new" ? await readIdentity(kept).catch(() => undefined) : undefined;
      return meanwhile === undefined ? pair(ask) : { ok: true as const, value: meanwhile };
    });
    if (!outcome.ok) return change({ phase: "typing", trouble: outcome.error, typed: "" });
    stopTyping();
    readers.stop();
    stop();
    render(null, root);
    // Shoppers' words begin in English, until their own are loaded.
    readAs("en", page);
    const identity = outcome.value;
    paired.resolve({ device: identity.device, identity });
  };

  const stop = effect(() =>
    render(
      <UnpairedScreen
        view={view.value}
        words={words}
        onKey={(character) => {
          const { typed, phase } = view.peek();
          if (phase !== "typing" || typed.length === CODE_LENGTH) return;
          change({ typed: typed + character, trouble: undefined });
        }}
        onErase={() => change({ typed: view.peek().typed.slice(0, -1) })}
        onPair={() => void tryCode(view.peek().typed).catch(paired.reject)}
        onSave={
          device === undefined
            ? undefined
            : () => void save(device).then((saved) => change({ saved }), paired.reject)
        }
      />,
      root,
    ),
  );
  const readers = openFurtherReaders({
    window,
    navigator,
    listener: read,
    onError: deps.warn,
  });
  const stopTyping = deps.scanner.start(readers.hear);

  function read(event: ScannerEvent): void {
    if (event.type !== "scanned" || view.peek().phase !== "typing") return;
    const { text, repaired = "" } = event.scan;
    const code = setupCodeFrom(text) ?? setupCodeFrom(repaired);
    if (code === undefined) change({ trouble: "not-ours" });
    else void tryCode(code).catch(paired.reject);
  }

  const code = address.get("pair") ?? "";
  // A code from a link may be written as people say it; a token may not be touched.
  const given = typedCode(code).length === CODE_LENGTH ? typedCode(code) : code;
  if (given !== "") void tryCode(given).catch(paired.reject);
  return paired.promise;
}

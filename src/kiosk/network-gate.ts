import { signal, type ReadonlySignal } from "@preact/signals-core";

/** The page's way to the network, with a switch that the demo may cut. */
export interface NetworkGate {
  readonly fetch: (path: string, init?: RequestInit) => Promise<Response>;
  readonly isCut: ReadonlySignal<boolean>;
  readonly setCut: (cut: boolean) => void;
}

/** While cut, a fetch fails as it does without a network, those on their way included. */
export function createNetworkGate(fetch: NetworkGate["fetch"]): NetworkGate {
  const isCut = signal(false);
  let running = new AbortController();

  return {
    isCut,
    setCut(cut) {
      isCut.value = cut;
      if (!cut) return;
      running.abort();
      running = new AbortController();
    },
    async fetch(path, init = {}) {
      if (isCut.value) throw new TypeError("the network is cut");
      const signals = [running.signal, ...(init.signal ? [init.signal] : [])];
      return fetch(path, { ...init, signal: AbortSignal.any(signals) });
    },
  };
}

import type { CDPSession } from "playwright-core";
import { heapSizes } from "./heap-snapshot.ts";

/** What a page holds in memory once all that nobody needs was collected. */
export interface PageSize {
  /** Objects, texts and functions: all that a script can hold on to. */
  readonly objectBytes: number;
  /**
   * What V8 compiled of the page's code, and knows of how it runs. Grows for hundreds of visits, each time
   * something else has run often enough to be compiled, by ever less; told, and not judged.
   */
  readonly codeBytes: number;
  readonly listeners: number;
  readonly nodes: number;
  readonly documents: number;
}

export interface Growth {
  readonly first: PageSize;
  readonly last: PageSize;
  /** What is larger than it may be, in words. */
  readonly grown: readonly string[];
}

/** How much more there may be at the end than at the beginning. */
export interface Slack {
  readonly objectBytes: number;
  readonly listeners: number;
  readonly nodes: number;
}

/** A session that may ask for the sizes of its page. */
export async function openSizes(session: CDPSession): Promise<() => Promise<PageSize>> {
  await session.send("Performance.enable");
  return async () => {
    // Twice: what a first collection lets go of may hold on to more.
    await session.send("HeapProfiler.collectGarbage");
    const heap = await heapSizes(session);
    const { metrics } = await session.send("Performance.getMetrics");
    const value = (name: string): number => {
      const metric = metrics.find((each) => each.name === name);
      if (metric === undefined) throw new Error(`Chromium tells no ${name}.`);
      return metric.value;
    };
    return {
      ...heap,
      listeners: value("JSEventListeners"),
      nodes: value("Nodes"),
      documents: value("Documents"),
    };
  };
}

/** Compares the medians of the first and the last fifth. */
export function growthOf(sizes: readonly PageSize[], slack: Slack): Growth {
  const fifth = Math.max(1, Math.floor(sizes.length / 5));
  const first = medians(sizes.slice(0, fifth));
  const last = medians(sizes.slice(-fifth));
  const grown = (["objectBytes", "listeners", "nodes", "documents"] as const).filter(
    (name) => last[name] - first[name] > (name === "documents" ? 0 : slack[name]),
  );
  return { first, last, grown: grown.map((name) => `${name}: ${first[name]} → ${last[name]}`) };
}

function medians(sizes: readonly PageSize[]): PageSize {
  const median = (values: readonly number[]): number =>
    values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
  return {
    objectBytes: median(sizes.map(({ objectBytes }) => objectBytes)),
    codeBytes: median(sizes.map(({ codeBytes }) => codeBytes)),
    listeners: median(sizes.map(({ listeners }) => listeners)),
    nodes: median(sizes.map(({ nodes }) => nodes)),
    documents: median(sizes.map(({ documents }) => documents)),
  };
}

import type { CDPSession } from "playwright-core";
import * as z from "zod";

/**
 * As much of a snapshot as is read here. `nodes` is one flat list, `node_fields` numbers for each node.
 * Source: https://developer.chrome.com/docs/devtools/memory-problems/heap-snapshots, and V8's
 * `heap-snapshot-generator.cc`.
 */
const SNAPSHOT = z.object({
  snapshot: z.object({
    meta: z.object({
      node_fields: z.array(z.string()),
      // The first names the types; the others say what kind of number the further fields are.
      node_types: z.tuple([z.array(z.string())], z.unknown()),
    }),
  }),
  nodes: z.array(z.number()),
});

/** Of V8's heap: what Blink keeps beside it, and what stands for many nodes at once, is left out. */
const NOT_OURS = new Set(["native", "synthetic"]);

/** How much a page's scripts hold on to, and how much was compiled of them. Collects what nobody needs first. */
export async function heapSizes(
  session: CDPSession,
): Promise<{ readonly objectBytes: number; readonly codeBytes: number }> {
  const {
    nodes,
    snapshot: { meta },
  } = SNAPSHOT.parse(JSON.parse(await takeSnapshot(session)));
  const [width, typeAt, sizeAt] = [
    meta.node_fields.length,
    meta.node_fields.indexOf("type"),
    meta.node_fields.indexOf("self_size"),
  ];
  const types = meta.node_types[0];
  let [objectBytes, codeBytes] = [0, 0];
  for (let node = 0; node < nodes.length; node += width) {
    const type = types[nodes[node + typeAt] ?? -1];
    const size = nodes[node + sizeAt];
    if (type === undefined || size === undefined) throw new Error("Chromium's snapshot is torn.");
    if (type === "code") codeBytes += size;
    else if (!NOT_OURS.has(type)) objectBytes += size;
  }
  return { objectBytes, codeBytes };
}

async function takeSnapshot(session: CDPSession): Promise<string> {
  const chunks: string[] = [];
  const take = ({ chunk }: { readonly chunk: string }) => void chunks.push(chunk);
  session.on("HeapProfiler.addHeapSnapshotChunk", take);
  await session.send("HeapProfiler.takeHeapSnapshot", { reportProgress: false });
  session.off("HeapProfiler.addHeapSnapshotChunk", take);
  return chunks.join("");
}

import { fork } from "node:child_process";
import { once } from "node:events";
import http from "node:http";
import { createEmulator } from "../../../src/emulator/target-emulator.ts";
import { aLargeBatch } from "./large-batch.ts";

// What a batch at the limit costs the emulator: `node test/emulator/bulk/memory.ts [rows] [batches]`.
// The emulator has a process of its own; the sender writes the file as it makes it.

const [role = "500000", count = "1"] = process.argv.slice(2);
if (role === "emulator") await serve();
else await measure(Number(role), Number(count));

async function serve(): Promise<void> {
  const AT_ONCE = { minMs: 0, maxMs: 0 };
  const bulk = { processing: { baseMs: 0, perRowMs: 0 } };
  const clock = { wallMs: () => Date.now(), monoMs: () => performance.now() };
  const { app } = createEmulator({ clock, propagation: AT_ONCE, bulk });
  await app.listen({ host: "127.0.0.1", port: 0 });
  process.on("message", () => process.send!({ memory: process.memoryUsage.rss(), peak: peak() }));
  process.send!(app.server.address());
}

function peak(): number {
  return process.resourceUsage().maxRSS * 1_024;
}

async function measure(rows: number, batches: number): Promise<void> {
  const emulator = fork(import.meta.filename, ["emulator"]);
  try {
    const [{ port }] = (await once(emulator, "message")) as [{ port: number }];
    await say(emulator, "idle");
    for (let batch = 1; batch <= batches; batch += 1) {
      const startMs = performance.now();
      const { bytes, answer } = await send(port, rows, batch);
      const tookMs = Math.round(performance.now() - startMs);
      await say(emulator, `${rows} rows, ${(bytes / 1e6).toFixed(1)} MB taken in ${tookMs} ms`);
      const url = new URL(answer.match(/<batchStatus>(.*)<\/batchStatus>/)![1]!);
      url.searchParams.set("showDetails", "true");
      console.log(await (await fetch(url)).text());
      await say(emulator, "followed to its end");
    }
    const last = `http://127.0.0.1:${port}/rest/v1/profiles/thirdPartyId/${batches}-${rows - 1}?client=demo`;
    console.log(await (await fetch(last)).text());
  } finally {
    emulator.kill();
  }
}

async function send(
  port: number,
  rows: number,
  batch: number,
): Promise<{ bytes: number; answer: string }> {
  const path = "/m2/demo/v2/profile/batchUpdate";
  const request = http.request({ host: "127.0.0.1", port, path, method: "POST" });
  let bytes = 0;
  for (const chunk of aLargeBatch(rows, String(batch))) {
    bytes += chunk.length;
    if (!request.write(chunk)) await once(request, "drain");
  }
  request.end();
  const [response] = (await once(request, "response")) as [http.IncomingMessage];
  let answer = "";
  for await (const chunk of response.setEncoding("utf8")) answer += chunk;
  return { bytes, answer };
}

async function say(emulator: ReturnType<typeof fork>, what: string): Promise<void> {
  emulator.send("memory");
  const [{ memory, peak }] = (await once(emulator, "message")) as [
    { memory: number; peak: number },
  ];
  console.log(
    `${what}: ${(memory / 1e6).toFixed(0)} MB now, ${(peak / 1e6).toFixed(0)} MB at most`,
  );
}

import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import path from "node:path";
import { INGEST_PATH, IngestRequest, type IngestReceipt } from "../../src/contract/ingest.ts";
import { Entry } from "../../src/contract/entry.ts";

export interface BenchServer {
  readonly url: string;
  /** Distinct update ids that arrived, and requests that brought them. */
  readonly received: () => { readonly ids: number; readonly requests: number };
  readonly forget: () => void;
  readonly close: () => Promise<void>;
}

/**
 * Serves the scripts of `folder` and takes in batches `roundTripMs` after they arrived, as a proxy
 * would that far away. The receipt is the product's, so that either queue may believe it.
 */
export async function openBenchServer(folder: string, roundTripMs: number): Promise<BenchServer> {
  const ids = new Set<string>();
  let requests = 0;
  const server = createServer((request, response) => {
    if (request.method === "POST" && request.url === INGEST_PATH) {
      void takeIn(request, response);
    } else {
      void serve(folder, request.url ?? "/", response);
    }
  });

  const takeIn = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    requests += 1;
    const batch = IngestRequest.parse(JSON.parse(Buffer.concat(chunks).toString()));
    const entries = batch.entries.map((entry) => Entry.parse(entry));
    for (const { header } of entries) ids.add(header.id);
    const receipt: IngestReceipt = {
      v: 1,
      nonce: batch.nonce,
      proxyTimeMs: Date.now(),
      verdicts: entries.map(({ header }) => ({ id: header.id, verdict: "accepted" })),
      unreadable: [],
    };
    setTimeout(() => {
      response.setHeader("content-type", "application/json").end(JSON.stringify(receipt));
    }, roundTripMs);
  };

  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("no port");
  return {
    url: `http://127.0.0.1:${address.port}`,
    received: () => ({ ids: ids.size, requests }),
    forget() {
      ids.clear();
      requests = 0;
    },
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

const EMPTY_PAGE = "<!doctype html><meta charset=utf-8><title>Bench</title>";

async function serve(folder: string, url: string, response: ServerResponse): Promise<void> {
  const name = path.basename(new URL(url, "http://bench").pathname);
  if (!name.endsWith(".js")) {
    response.setHeader("content-type", "text/html").end(EMPTY_PAGE);
    return;
  }
  response
    .setHeader("content-type", "text/javascript")
    .end(await readFile(path.join(folder, name)));
}

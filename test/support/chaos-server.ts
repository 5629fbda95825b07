import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import * as z from "zod/mini";
import { Entry } from "../../src/contract/entry.ts";
import {
  INGEST_PATH,
  IngestRequest,
  type IngestReceipt,
  type Verdict,
} from "../../src/contract/ingest.ts";

/** How one request to the ingest address is answered. "Applies" means: the entries take effect. */
export type Mode =
  | { readonly type: "ok" }
  /** Applies, answers after a while. */
  | { readonly type: "slow"; readonly delayMs: number }
  | {
      readonly type: "status";
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
    }
  /** Never answers. */
  | { readonly type: "hang" }
  /** Closes the connection, with or without having applied. */
  | { readonly type: "destroy"; readonly applies: boolean }
  /** The same with a TCP reset. */
  | { readonly type: "reset"; readonly applies: boolean }
  /** Applies; half a header, which a browser takes for a 200 without a body. */
  | { readonly type: "half-header" }
  /** Applies; a body that ends in the middle. */
  | { readonly type: "partial-body" }
  /** A captive portal. */
  | { readonly type: "html" }
  | { readonly type: "redirect" }
  /** Applies; a receipt for another request. */
  | { readonly type: "wrong-nonce" }
  /** Applies all, names only the first `named`. */
  | { readonly type: "partial-receipt"; readonly named: number }
  /** Refuses a larger batch whole with 413. */
  | { readonly type: "too-large"; readonly maxEntries: number }
  /** Refuses whole, with 400, each batch that holds such a body. */
  | { readonly type: "poison"; readonly body: string }
  /** Applies the rest and names each such body as rejected. */
  | { readonly type: "reject"; readonly body: string };

export interface ChaosServer {
  /** Origin, without a slash at the end; a secure context, being `localhost`. */
  readonly origin: string;
  /** How requests are answered from now on, after those given to `next`. */
  readonly answer: (mode: Mode) => void;
  /** How the next requests are answered, first come first served. */
  readonly next: (...modes: readonly Mode[]) => void;
  /** Every request to the ingest address, as it came. */
  readonly requests: readonly IngestRequest[];
  /** How often each update took effect, by id; more than once would be a doubled update. */
  readonly applied: ReadonlyMap<string, number>;
  /** How often each update was received, by id. */
  readonly received: ReadonlyMap<string, number>;
  /** Closes every open connection, so that the next request meets a fresh one. */
  readonly dropConnections: () => void;
  readonly close: () => Promise<void>;
}

export interface ChaosOptions {
  /** Files to serve beside, by path: content type and content. */
  readonly files?: Readonly<Record<string, readonly [type: string, content: string]>>;
  readonly port?: number;
  /** Sent with every file. */
  readonly csp?: string;
}

/** A server that speaks the ingest contract, badly on demand, and counts what took effect. */
export async function startChaosServer(options: ChaosOptions = {}): Promise<ChaosServer> {
  const requests: IngestRequest[] = [];
  const applied = new Map<string, number>();
  const received = new Map<string, number>();
  const queue: Mode[] = [];
  let standing: Mode = { type: "ok" };

  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://localhost");
    const file = options.files?.[pathname];
    if (file !== undefined) {
      if (options.csp !== undefined) response.setHeader("content-security-policy", options.csp);
      response.writeHead(200, { "content-type": file[0], "cache-control": "no-cache" });
      response.end(file[1]);
    } else if (pathname === INGEST_PATH && request.method === "POST") {
      ingest(request, response).catch(() => response.destroy());
    } else {
      response.writeHead(404).end();
    }
  });

  const ingest = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const text = (await request.toArray()).join("");
    const batch = IngestRequest.parse(JSON.parse(text));
    const entries = z.parse(z.array(Entry), batch.entries);
    const mode = queue.shift() ?? standing;
    requests.push(batch);
    for (const { header } of entries) count(received, header.id);

    const apply = (refused?: string): Verdict[] =>
      entries.map(({ header: { id }, body }) => {
        if (body === refused) return { id, verdict: "rejected", reason: "test" };
        if (applied.has(id)) return { id, verdict: "duplicate" };
        count(applied, id);
        return { id, verdict: "accepted" };
      });
    const receipt = (verdicts: Verdict[], nonce = batch.nonce): void => {
      const body: IngestReceipt = {
        v: 1,
        nonce,
        proxyTimeMs: Date.now(),
        verdicts,
        unreadable: [],
      };
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body));
    };

    switch (mode.type) {
      case "ok":
        return receipt(apply());
      case "slow":
        setTimeout(() => receipt(apply()), mode.delayMs);
        return;
      case "status":
        response.writeHead(mode.status, mode.headers).end();
        return;
      case "hang":
        return;
      case "destroy":
        if (mode.applies) apply();
        request.socket.destroy();
        return;
      case "reset":
        if (mode.applies) apply();
        request.socket.resetAndDestroy();
        return;
      case "half-header":
        apply();
        request.socket.end("HTTP/1.1 200 OK\r\ncontent-le");
        return;
      case "partial-body":
        apply();
        response.writeHead(200, { "content-type": "application/json", "content-length": "500" });
        response.write(`{"v":1,"nonce":"${batch.nonce}"`, () => request.socket.destroy());
        return;
      case "html":
        response.writeHead(200, { "content-type": "text/html" }).end("<h1>Sign in</h1>");
        return;
      case "redirect":
        response.writeHead(302, { location: "/portal" }).end();
        return;
      case "wrong-nonce":
        return receipt(apply(), crypto.randomUUID());
      case "partial-receipt":
        return receipt(apply().slice(0, mode.named));
      case "too-large":
        if (entries.length <= mode.maxEntries) return receipt(apply());
        response.writeHead(413).end();
        return;
      case "poison":
        if (entries.every(({ body }) => body !== mode.body)) return receipt(apply());
        response.writeHead(400).end();
        return;
      case "reject":
        return receipt(apply(mode.body));
    }
  };

  await new Promise<void>((listening) =>
    server.listen(options.port ?? 0, "127.0.0.1", () => listening()),
  );
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://localhost:${port}`,
    answer: (mode) => (standing = mode),
    next: (...modes) => void queue.push(...modes),
    requests,
    applied,
    received,
    dropConnections: () => server.closeAllConnections(),
    close: () =>
      new Promise((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
}

function count(counts: Map<string, number>, id: string): void {
  counts.set(id, (counts.get(id) ?? 0) + 1);
}

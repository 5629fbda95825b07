import type { Act, FaultProxy } from "./fault-proxy.ts";

/** Serves another build of the app: another page, and a worker that lists it under a new revision. */
export function serveVersion(line: FaultProxy, version: string | undefined): void {
  const page: Act = rewritten((html) =>
    html.replace("<head>", `<head><meta name="test-version" content="${version}">`),
  );
  const worker: Act = rewritten((source) => {
    const changed = source.replace(
      /(url:\s*["'`]\/index\.html["'`],\s*revision:\s*["'`])[0-9a-f]+/,
      `$1${version?.padEnd(8, "0")}`,
    );
    if (changed === source) throw new Error("The worker lists no index.html.");
    return changed;
  });
  line.on("/", version === undefined ? undefined : page);
  line.on("/index.html", version === undefined ? undefined : page);
  line.on("/sw.js", version === undefined ? undefined : worker);
}

function rewritten(change: (text: string) => string): Act {
  return async (exchange) => {
    const answer = await exchange.forward();
    const { etag: _etag, "last-modified": _modified, ...headers } = answer.headers;
    exchange.answer({ ...answer, headers, body: Buffer.from(change(String(answer.body))) });
  };
}

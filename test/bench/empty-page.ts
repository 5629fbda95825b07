import { createServer } from "node:http";

export interface EmptyPage {
  readonly url: string;
  readonly close: () => Promise<void>;
}

const HTML =
  '<!doctype html><html lang="en"><meta charset="utf-8" /><meta name="viewport" content="width=device-width" />' +
  "<title>Empty</title><main><h1>Nothing else</h1></main></html>";

/** Serves one line of text: what a page costs on this machine before it holds anything. */
export async function openEmptyPage(): Promise<EmptyPage> {
  const server = createServer((_request, response) =>
    response.setHeader("content-type", "text/html").end(HTML),
  );
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("no port");
  return {
    url: `http://127.0.0.1:${address.port}/`,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

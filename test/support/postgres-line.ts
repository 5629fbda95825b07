import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";

/** A way to a PostgreSQL that a test stops at a moment of its choosing. */
export interface PostgresLine {
  /** The server's address through this line. */
  readonly url: string;
  /**
   * Stops the line where the client first sends this text: `before` it, so that the server never hears
   * it, or `after` it, so that the server does it and its answer is lost. Resolves when that came.
   */
  readonly stopAt: (text: string, when: "before" | "after") => Promise<void>;
  /** Ends every connection; new ones pass. */
  readonly cut: () => void;
  readonly close: () => Promise<void>;
}

/** @param url of the server itself */
export async function openPostgresLine(url: string): Promise<PostgresLine> {
  const port = Number(new URL(url).port);
  const ends = new Set<Socket>();
  let stop: { readonly text: string; readonly when: "before" | "after" } | undefined;
  let isStopped = false;
  let stopped: PromiseWithResolvers<void> | undefined;

  const fromClient = (bytes: Buffer, far: Socket) => {
    if (isStopped) return;
    const isIt = stop !== undefined && bytes.includes(stop.text);
    if (isIt) {
      isStopped = true;
      stopped?.resolve();
    }
    if (!isIt || stop?.when === "after") far.write(bytes);
  };
  const server = createServer((near) => {
    const far = connect(port, "127.0.0.1");
    near.on("data", (bytes: Buffer) => fromClient(bytes, far));
    far.on("data", (bytes: Buffer) => isStopped || near.write(bytes));
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      ends.add(from);
      from.on("error", () => to.destroy()); // Whoever used it is told by its other end.
      from.on("close", () => to.destroy());
    }
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const cut = () => {
    for (const end of ends) end.destroy();
    ends.clear();
    stop = undefined;
    isStopped = false;
  };
  return {
    url: url.replace(/:\d+\//, `:${(server.address() as AddressInfo).port}/`),
    stopAt: (text, when) => {
      stop = { text, when };
      stopped = Promise.withResolvers();
      return stopped.promise;
    },
    cut,
    close: async () => {
      cut();
      server.close();
      await once(server, "close");
    },
  };
}

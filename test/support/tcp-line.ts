import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";

/** A way to a server, of bytes, that a test can cut, stall and lose answers on. */
export interface TcpLine {
  readonly port: number;
  /** Ends every connection at once, as a firewall that forgot them would: with a reset. */
  readonly cut: () => void;
  /**
   * Answers stop on the way, questions still arrive; until `pass`, or for each connection until
   * whoever asked gives it up.
   */
  readonly stall: () => void;
  readonly pass: () => void;
  /**
   * The connection breaks on the next `times` questions that hold `bytes`: before it is through, or
   * when it has arrived and before its answer.
   */
  readonly breakOn: (bytes: Buffer, where: "question" | "answer", times: number) => void;
  /** Milliseconds since anything moved, a connection included. */
  readonly quietMs: () => number;
  /** Whether somebody waits for an answer that is being held. */
  readonly isHolding: () => boolean;
  readonly close: () => Promise<void>;
}

/** Bytes that break the connections they are on, so many times. */
interface Fatal {
  readonly bytes: Buffer;
  readonly where: "question" | "answer";
  left: number;
}

interface Connection {
  readonly near: Socket;
  readonly far: Socket;
  isDoomed: boolean;
  held: Buffer[];
}

/** @param port of the server behind, on this machine */
export async function openTcpLine(port: number): Promise<TcpLine> {
  const connections = new Set<Connection>();
  let isStalled = false;
  let fatal: Fatal = { bytes: Buffer.alloc(0), where: "question", left: 0 };
  let movedMs = performance.now();
  const move = () => {
    movedMs = performance.now();
  };
  const end = (connection: Connection) => {
    connections.delete(connection);
    connection.near.resetAndDestroy();
    connection.far.destroy();
    move();
  };

  const server = createServer((near) => {
    move();
    const far = connect(port, "127.0.0.1");
    const connection: Connection = { near, far, isDoomed: false, held: [] };
    connections.add(connection);
    near.on("data", (bytes: Buffer) => {
      move();
      if (fatal.left > 0 && bytes.includes(fatal.bytes)) {
        fatal.left -= 1;
        if (fatal.where === "question") return end(connection);
        connection.isDoomed = true;
      }
      far.write(bytes);
    });
    far.on("data", (bytes: Buffer) => {
      move();
      if (connection.isDoomed) end(connection);
      else if (isStalled) connection.held.push(bytes);
      else near.write(bytes);
    });
    near.on("end", () => far.end());
    far.on("end", () => near.end());
    // What went wrong, whoever is at the end of the line is told by the end of it.
    for (const each of [near, far]) each.on("error", () => {});
    for (const each of [near, far]) each.once("close", () => end(connection));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");

  return {
    port: (server.address() as AddressInfo).port,
    cut: () => {
      for (const connection of connections) end(connection);
    },
    stall: () => {
      isStalled = true;
    },
    pass: () => {
      isStalled = false;
      for (const { near, held } of connections) near.write(Buffer.concat(held.splice(0)));
    },
    breakOn: (bytes, where, left) => {
      fatal = { bytes, where, left };
    },
    quietMs: () => performance.now() - movedMs,
    isHolding: () => [...connections].some(({ held }) => held.length > 0),
    close: async () => {
      for (const connection of connections) end(connection);
      server.close();
      await once(server, "close");
    },
  };
}

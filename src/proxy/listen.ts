import { Server as TlsServer } from "node:tls";
import type { FastifyInstance } from "fastify";
import { StartupError } from "./startup-error.ts";

/** Listens, or says in one sentence which variable to change. Gives the address with `host` as written. */
export async function listen(
  app: FastifyInstance,
  host: string,
  port: number,
  variables: { readonly host: string; readonly port: string },
): Promise<string> {
  try {
    await app.listen({ host, port });
  } catch (cause) {
    throw new StartupError(sentenceFor(cause as NodeJS.ErrnoException, host, port, variables), {
      cause,
    });
  }
  const address = app.server.address();
  const actual = typeof address === "object" && address !== null ? address.port : port;
  const scheme = app.server instanceof TlsServer ? "https" : "http";
  return `${scheme}://${host.includes(":") ? `[${host}]` : host}:${actual}`;
}

function sentenceFor(
  error: NodeJS.ErrnoException,
  host: string,
  port: number,
  variables: { readonly host: string; readonly port: string },
): string {
  switch (error.code) {
    case "EADDRINUSE":
      return `${variables.port}: ${port} is in use on ${host}; set ${variables.port} to a free port.`;
    case "EACCES":
      return `${variables.port}: ${port} may not be used by this user; set ${variables.port} above 1023.`;
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
      return `${variables.host}: ${host} is not an address of this machine.`;
    default:
      return `${variables.host}: cannot listen on ${host}:${port} (${error.code ?? error.message}).`;
  }
}

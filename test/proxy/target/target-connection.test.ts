import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { expect, it, onTestFinished } from "vitest";
import {
  createTargetConnection,
  type ConnectionOptions,
} from "../../../src/proxy/target/target-connection.ts";
import { failureFrom } from "../../../src/proxy/target/target-outcome.ts";
import { waitFor } from "../../support/wait.ts";

const GET = { method: "GET", path: "/", maxBytes: 1_000 } as const;

async function aConnection(listener: RequestListener, options: Partial<ConnectionOptions> = {}) {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const connection = createTargetConnection({
    origin,
    client: "demo",
    timeoutMs: 5_000,
    ...options,
  });
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await connection.close();
  });
  return connection;
}

it("[TC8] gives a redirect as the answer it is, and goes nowhere", async () => {
  const paths: (string | undefined)[] = [];
  const connection = await aConnection((request, response) => {
    paths.push(request.url);
    response.writeHead(302, { location: "/elsewhere" }).end();
  });
  expect((await connection.request(GET)).status).toBe(302);
  expect(paths).toEqual(["/"]);
});

it("[TC8] reads no answer beyond its bound, however it is sent, and goes on with the next", async () => {
  let asked = 0;
  const connection = await aConnection((_request, response) => {
    asked += 1;
    if (asked > 1) return void response.end("x".repeat(1_000));
    const pour = (error?: Error | null) => {
      if (!error) response.write("x".repeat(999), pour);
    };
    pour();
  });
  const failure = await connection.request(GET).catch(failureFrom);
  expect(failure).toEqual({ reason: "connection: AnswerTooLargeError", neverLeft: false });
  expect((await connection.request(GET)).body).toHaveLength(1_000);
});

it.each<readonly [string, RequestListener]>([
  ["says nothing", () => {}],
  ["stops after its head", (_request, response) => void response.writeHead(200).write(" ")],
  [
    "drips for ever",
    (_request, response) => {
      const timer = setInterval(() => response.write(" "), 5);
      response.on("close", () => clearInterval(timer));
    },
  ],
])("[TC8] waits no longer than its time for a Target that %s", async (_what, listener) => {
  const connection = await aConnection(listener);
  const failure = await connection.request({ ...GET, timeoutMs: 150 }).catch(failureFrom);
  expect(failure).toEqual({ reason: expect.stringMatching(/timeout/i), neverLeft: false });
});

it("[TC8] gives a request the longer time it asks for", async () => {
  const connection = await aConnection(
    (_request, response) => void setTimeout(() => response.end("late"), 250),
    { timeoutMs: 100 },
  );
  expect((await connection.request({ ...GET, timeoutMs: 5_000 })).body).toBe("late");
});

it("[TC8] sends twenty-four requests at once; the others wait their turn", async () => {
  let atOnce = 0;
  let most = 0;
  const gate = Promise.withResolvers<void>();
  const connection = await aConnection(async (_request, response) => {
    atOnce += 1;
    most = Math.max(most, atOnce);
    await gate.promise;
    atOnce -= 1;
    response.end("done");
  });
  const answers = Array.from({ length: 60 }, () => connection.request(GET));
  await waitFor("as many at once", () => atOnce === 24);
  gate.resolve();
  expect((await Promise.all(answers)).map(({ body }) => body)).toEqual(
    Array.from({ length: 60 }, () => "done"),
  );
  expect(most).toBe(24);
});

it("sends a stream as it comes, and shows its token unless told not to", async () => {
  const seen: unknown[] = [];
  const connection = await aConnection(
    async (request, response) => {
      const text = (await request.toArray()).join("");
      seen.push([text, request.headers.authorization, request.headers["content-type"]]);
      response.end();
    },
    { token: "secret" },
  );
  const body = Readable.from(["batch=", "thirdPartyId,a\n", "1,2\n"]);
  const headers = { "content-type": "application/x-www-form-urlencoded" };
  await connection.request({ ...GET, method: "POST", headers, body });
  await connection.request({ ...GET, authorize: false });
  expect(seen).toEqual([
    ["batch=thirdPartyId,a\n1,2\n", "Bearer secret", "application/x-www-form-urlencoded"],
    ["", undefined, undefined],
  ]);
});

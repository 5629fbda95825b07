import http from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";
import type { Clock } from "../../src/domain/clock.ts";
import {
  createTargetConnection,
  type TargetConnection,
} from "../../src/proxy/target/target-connection.ts";
import type { Sleep } from "../../src/proxy/target/bulk/bulk-pace.ts";
import { aMovableClock } from "./movable-clock.ts";

/** What a request to the stand-in of Target's bulk API brought. */
export interface BulkCall {
  readonly method: string;
  readonly url: string;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
  readonly atMs: number;
}

export interface BulkAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Breaks the connection off instead of answering. */
export const HANG_UP = Symbol("hang up");

type Answerer = (call: BulkCall) => BulkAnswer | typeof HANG_UP;

/** A real server that answers as a test says, on a clock the test moves. */
export interface BulkTarget {
  readonly origin: string;
  readonly connection: TargetConnection;
  readonly clock: ReturnType<typeof aMovableClock>;
  /** Passes at once, on that clock. */
  readonly sleep: Sleep;
  readonly calls: readonly BulkCall[];
  readonly submissions: () => readonly BulkCall[];
  /** Answers submissions in place of an acceptance. */
  submit: (call: BulkCall, accept: () => BulkAnswer) => BulkAnswer | typeof HANG_UP;
  /** Answers looks at a batch in place of `complete`. */
  status: (
    call: BulkCall,
    complete: () => BulkAnswer,
    batch: string,
  ) => BulkAnswer | typeof HANG_UP;
  /** What every visitor's profile says by now: rows of batches that were taken. */
  readonly profiles: ReadonlyMap<string, ReadonlyMap<string, string>>;
}

export async function aBulkTarget(token?: string): Promise<BulkTarget> {
  const clock = aMovableClock();
  const calls: BulkCall[] = [];
  const batches = new Map<string, BatchRows>();
  const profiles = new Map<string, Map<string, string>>();
  let origin = "";

  const accept = (call: BulkCall) => {
    const batchId = `demo-${call.atMs}-${batches.size + 1}`;
    const rows = parseBatch(call.body);
    batches.set(batchId, rows);
    for (const [id, attributes] of rows) {
      profiles.set(id, new Map([...(profiles.get(id) ?? []), ...attributes]));
    }
    return {
      body: `<response><success>true</success><batchStatus>${origin}/m2/demo/profile/batchStatus?batchId=${batchId}</batchStatus><message>Batch submitted for processing</message></response>`,
    };
  };
  const answer: Answerer = (call) => {
    if (call.method === "POST") return target.submit(call, () => accept(call));
    const batchId = new URL(call.url, origin).searchParams.get("batchId") ?? "";
    const rows = batches.get(batchId);
    if (rows === undefined) return { status: 404, body: "Not Found" };
    return target.status(call, () => statusAnswer(batchId, "complete", rows.length), call.body);
  };

  const server = http.createServer(async (request, response) => {
    // Who breaks off in the middle has sent nothing.
    const body = await bodyOf(request).catch(() => undefined);
    if (body === undefined) return;
    const { method = "", url = "", headers } = request;
    const call = { method, url, headers, body, atMs: clock.wallMs() };
    calls.push(call);
    const given = answer(call);
    if (given === HANG_UP) return void request.socket.destroy();
    response.writeHead(given.status ?? 200, {
      date: new Date(clock.wallMs()).toUTCString(),
      "content-type": "text/xml;charset=UTF-8",
      ...given.headers,
    });
    response.end(given.body);
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const connection = createTargetConnection({ origin, client: "demo", token });
  onTestFinished(async () => {
    await connection.close();
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  });
  const target: BulkTarget = {
    origin,
    connection,
    clock,
    sleep: sleepOn(clock),
    calls,
    submissions: () => calls.filter(({ method }) => method === "POST"),
    submit: (_call, accept) => accept(),
    status: (_call, complete) => complete(),
    profiles,
  };
  return target;
}

async function bodyOf(request: http.IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString("latin1");
}

export function statusAnswer(batchId: string, status: string, rows: number): BulkAnswer {
  return {
    body: `<response><batchId>${batchId}</batchId><status>${status}</status><batchSize>${rows}</batchSize><consumedCount>${rows}</consumedCount><successfulUpdates>${rows}</successfulUpdates><profilesNotFound>0</profilesNotFound><failedUpdates>0</failedUpdates></response>`,
  };
}

export function sleepOn(clock: Pick<ReturnType<typeof aMovableClock>, "advance"> & Clock): Sleep {
  return async (delayMs, signal) => {
    signal?.throwIfAborted();
    clock.advance(delayMs);
    // Others get their turn, as they would while somebody sleeps.
    await new Promise((turn) => setImmediate(turn));
  };
}

/** Rows of a batch: an id and its attributes. */
export type BatchRows = readonly (readonly [string, ReadonlyMap<string, string>])[];

/** Reads a batch as Adobe describes it, and throws where it is not so. */
export function parseBatch(body: string): BatchRows {
  const [, file] = /^batch=(.*)$/s.exec(body) ?? [];
  if (file === undefined || !/^[\x21-\x7e\n]*$/.test(file)) throw new Error("is no batch file");
  const [header = "", ...rows] = file.split("\n");
  const [key = "", ...names] = header.split(",").map(decodeURIComponent);
  if (key !== "thirdPartyId" && key !== "pcId") throw new Error(`begins with ${key}`);
  return rows.map((row) => {
    const [id = "", ...values] = row.split(",").map(decodeURIComponent);
    if (id === "" || values.length > names.length) throw new Error(`is no row: ${row}`);
    const cells = values.map((value, index) => [names[index]!, value] as const);
    return [id, new Map(cells.filter(([, value]) => value !== ""))] as const;
  });
}

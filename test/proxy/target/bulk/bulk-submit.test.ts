import { createSecretKey } from "node:crypto";
import { statSync, writeFileSync } from "node:fs";
import net from "node:net";
import path from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { bulkHeader } from "../../../../src/proxy/target/bulk/bulk-row.ts";
import { openBulkFile } from "../../../../src/proxy/target/bulk/bulk-file.ts";
import {
  MINUTE_FULL_MS,
  submitBulkFile,
  submitOutcomeFrom,
} from "../../../../src/proxy/target/bulk/bulk-submit.ts";
import { createTargetConnection } from "../../../../src/proxy/target/target-connection.ts";
import { aBulkTarget, HANG_UP } from "../../../support/bulk-target.ts";
import { aFolder } from "../../../support/store-files.ts";

const ADOBES = "https://demo.tt.omtrdc.net";
const NOW = Date.parse("2026-11-23T09:00:00.000Z");
const STATUS = "mboxedge45.tt.omtrdc.net/m2/demo/profile/batchStatus?batchId=demo-1845664501-3";

async function aFile(rows = 3) {
  const folder = {
    path: aFolder(),
    key: createSecretKey(Buffer.alloc(32, 7)),
    header: bulkHeader("member", ["a"]),
  };
  const file = await openBulkFile(folder, "1.rows");
  for (let row = 1; row <= rows; row += 1) await file.add(row, `291234567890${row},x`);
  return { folder, file: await file.finish() };
}

const untilAborted = () => new AbortController().signal;

function outcomeOf(
  body: string,
  status = 200,
  headers: Readonly<Record<string, string>> = {},
  origin = ADOBES,
) {
  return submitOutcomeFrom({ status, headers, body }, origin, NOW);
}

const accepting = (address: string) =>
  `<response><success>true</success><batchStatus>${address}</batchStatus><message>Batch submitted for processing</message></response>`;

const refusing = (message: string) =>
  `<response><success>false</success><message>${message}</message></response>`;

describe("[BU3] a submission", () => {
  it("sends the file as it is, to the version it is for, with the token", async () => {
    const target = await aBulkTarget("secret");
    const { folder, file } = await aFile();
    for (const api of ["v1", "v2"] as const) {
      const outcome = await submitBulkFile(
        target.connection,
        api,
        folder,
        file,
        Date.now,
        untilAborted(),
      );
      expect(outcome).toMatchObject({ type: "accepted", atMs: target.clock.wallMs() });
    }
    expect(target.calls.map(({ url }) => url)).toEqual([
      "/m2/demo/profile/batchUpdate",
      "/m2/demo/v2/profile/batchUpdate",
    ]);
    for (const { method, headers, body } of target.calls) {
      expect(method).toBe("POST");
      expect(headers).toMatchObject({
        "content-type": "application/x-www-form-urlencoded",
        "content-length": String(file.bytes),
        authorization: "Bearer secret",
      });
      expect(headers["transfer-encoding"]).toBeUndefined();
      expect(body).toBe("batch=thirdPartyId,a\n2912345678901,x\n2912345678902,x\n2912345678903,x");
    }
  });

  it("is what the body says, and only that", () => {
    expect(outcomeOf(accepting(`http://${STATUS}`))).toEqual({
      type: "accepted",
      atMs: NOW,
      track: { type: "url", statusUrl: `https://${STATUS}`, batchId: "demo-1845664501-3" },
    });
    const unavailable = { type: "unavailable", reason: "not an answer of Target" };
    for (const body of [
      "",
      "OK",
      "trueBatch submitted for processing",
      "<html><body><response><success>true</success></response></body></html>",
      "<response><success>true</success><success>false</success></response>",
      "<response><success>yes</success></response>",
      "<response><success>true</success>",
      "<response>true<success>true</success></response>",
    ]) {
      expect(outcomeOf(body), body).toEqual(unavailable);
    }
    expect(outcomeOf(refusing("Batch is empty"))).toEqual({
      type: "refused",
      reason: "Batch is empty",
    });
    expect(outcomeOf(refusing(""))).toEqual({ type: "refused", reason: "no message" });
    expect(outcomeOf(refusing("Batch exceeds the limit of 500000 rows"))).toEqual({
      type: "refused",
      reason: "Batch exceeds the limit of … rows",
    });
  });

  it("waits where Target is busy or away, and is refused only where the file is at fault", () => {
    expect(outcomeOf("", 503)).toEqual({
      type: "unavailable",
      reason: "status 503",
      retryAfterMs: MINUTE_FULL_MS,
    });
    expect(outcomeOf("", 503, { "retry-after": "7" })).toMatchObject({ retryAfterMs: 7_000 });
    expect(outcomeOf(refusing("Too many calls, try again later"))).toEqual({
      type: "unavailable",
      reason: "too many calls",
      retryAfterMs: MINUTE_FULL_MS,
    });
    for (const status of [301, 302, 307, 408, 500, 502, 504]) {
      expect(outcomeOf(accepting(`http://${STATUS}`), status)).toEqual({
        type: "unavailable",
        reason: `status ${status}`,
      });
    }
    for (const status of [401, 403]) {
      expect(outcomeOf("Forbidden", status)).toEqual({
        type: "unavailable",
        reason: "authentication",
      });
    }
    for (const status of [400, 404, 413, 415, 422]) {
      expect(outcomeOf("", status)).toEqual({ type: "refused", reason: `status ${status}` });
    }
  });

  it("[PV2] repeats nothing that might be an id", () => {
    const ids = [
      "2912345678906",
      "jane.doe@example.org",
      "5f2b9c0e1d",
      "Ñandú",
      "maría-lópez",
      "&lt;jane&gt;",
      "2912 3456 7890 6",
      "%E2%98%83",
    ];
    for (const id of ids) {
      const outcome = outcomeOf(refusing(`Invalid row for thirdPartyId ${id}: ${id} is unknown`));
      expect(outcome).toEqual({
        type: "refused",
        reason: "Invalid row for thirdPartyId … is unknown",
      });
    }
    const long = outcomeOf(refusing("invalid ".repeat(500)));
    expect(long.type === "refused" && long.reason.length).toBe(200);
  });

  it.each([
    ["", "no address of a status"],
    ["nonsense", "the status is not at our Target"],
    [
      "https://evil.example/m2/demo/profile/batchStatus?batchId=1",
      "the status is not at our Target",
    ],
    [
      "http://mboxedge45.tt.omtrdc.net.evil.example/m2/demo/profile/batchStatus?batchId=1",
      "the status is not at our Target",
    ],
    [
      "http://evil@mboxedge45.tt.omtrdc.net/m2/demo/profile/batchStatus?batchId=1",
      "the status is not at our Target",
    ],
    [
      "http://mboxedge45.tt.omtrdc.net:8443/m2/demo/profile/batchStatus?batchId=1",
      "the status is not at our Target",
    ],
    [
      "http://other.tt.omtrdc.net/m2/demo/profile/batchStatus?batchId=1",
      "the status is not at our Target",
    ],
    ["http://127.0.0.1/m2/demo/profile/batchStatus?batchId=1", "the status is not at our Target"],
    ["file:///etc/passwd", "the status is not at our Target"],
    [
      "http://mboxedge45.tt.omtrdc.net/m2/demo/profile/update?mbox3rdPartyId=1&amp;profile.a=1&amp;batchId=1",
      "the address is not that of a batch's status",
    ],
    [
      "http://mboxedge45.tt.omtrdc.net/m2/demo/profile/batchStatus",
      "the address is not that of a batch's status",
    ],
    [
      "http://mboxedge45.tt.omtrdc.net/m2/demo/profile/batchStatus?batchId=a%20b",
      "the address is not that of a batch's status",
    ],
  ])("[BU4] accepted with the address %j cannot be followed: %s", (address, reason) => {
    expect(outcomeOf(accepting(address))).toEqual({
      type: "accepted",
      atMs: NOW,
      track: { type: "none", reason },
    });
  });

  it("follows no redirect, and comes to an outcome when there is no answer, or half of one", async () => {
    const target = await aBulkTarget();
    const { folder, file } = await aFile();
    const submit = () =>
      submitBulkFile(target.connection, "v2", folder, file, Date.now, untilAborted());
    target.submit = () => ({ status: 307, headers: { location: `${target.origin}/x` }, body: "" });
    expect(await submit()).toEqual({ type: "unavailable", reason: "status 307" });
    target.submit = () => HANG_UP;
    expect(await submit()).toMatchObject({
      type: "unavailable",
      reason: expect.stringMatching(/^connection: [A-Z_]+$/),
    });
    target.submit = () => ({ body: "x".repeat(100_000) });
    expect(await submit()).toEqual({
      type: "unavailable",
      reason: "connection: AnswerTooLargeError",
      wasBrokenOff: true,
    });
    target.submit = () => ({
      headers: { "content-length": "900", connection: "close" },
      body: accepting("x"),
    });
    expect((await submit()).type).toBe("unavailable");
    expect(target.calls).toHaveLength(4);
  });

  it("[BU2] sends nothing of a file that is damaged", async () => {
    const target = await aBulkTarget();
    const { folder, file } = await aFile();
    const where = path.join(folder.path, file.name);
    writeFileSync(where, Buffer.alloc(statSync(where).size));
    await expect(
      submitBulkFile(target.connection, "v2", folder, file, Date.now, untilAborted()),
    ).rejects.toThrow(/^1\.rows: is not as it was written/);
    expect(target.profiles.size).toBe(0);
  });

  it("ends at once when it is aborted, also while Target keeps silent", async () => {
    const silent = net.createServer(() => {}).listen(0, "127.0.0.1");
    await new Promise((resolve) => silent.once("listening", resolve));
    const { port } = silent.address() as net.AddressInfo;
    const connection = createTargetConnection({
      origin: `http://127.0.0.1:${port}`,
      client: "demo",
    });
    const sockets: net.Socket[] = [];
    silent.on("connection", (socket) => sockets.push(socket));
    onTestFinished(async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((closed) => silent.close(closed));
      await connection.close();
    });
    const { folder, file } = await aFile();
    const leave = new AbortController();
    const submitted = submitBulkFile(connection, "v2", folder, file, Date.now, leave.signal);
    silent.once("connection", (socket) => socket.once("data", () => leave.abort()));
    await expect(submitted).rejects.toThrow(/aborted/);
  });
});

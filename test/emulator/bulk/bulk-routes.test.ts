import { once } from "node:events";
import net from "node:net";
import { describe, expect, it } from "vitest";
import { BulkTuningChanges } from "../../../src/emulator/bulk/bulk-tuning.ts";
import { waitFor } from "../../support/wait.ts";
import { aBulkEmulator, CARD, START } from "./bulk-emulator.ts";

const BATCH = `batch=thirdPartyId,a\n${CARD},1`;

describe("answer", () => {
  it("[EB11] is Adobe's word for word, with a status address that leads back here", async () => {
    const { post, ask } = aBulkEmulator();
    const answer = await post(2, BATCH, { host: "127.0.0.1:8081" });
    expect(answer.statusCode).toBe(200);
    expect(answer.headers["content-type"]).toMatch(/^text\/xml/);
    expect(answer.body).toBe(
      `<response><success>true</success><batchStatus>http://127.0.0.1:8081/m2/demo/profile/batchStatus?batchId=demo-${START}-1</batchStatus><message>Batch submitted for processing</message></response>`,
    );
    expect(
      (await ask(new URL(`http://x/m2/client/profile/batchStatus?batchId=demo-${START}-1`))).body,
    ).toContain("<batchSize>1</batchSize>");
  });

  it("[EB11] names an edge host in the form Adobe shows, when it is told to", async () => {
    const { post, control } = aBulkEmulator();
    await control("PUT", "/tuning", { bulk: { statusHost: "edge" } });
    expect((await post(1, BATCH)).body).toContain(
      "<batchStatus>http://mboxedge45.tt.omtrdc.net/m2/demo/profile/batchStatus?",
    );
  });

  it("[EB11] wears what the switches give acknowledgements to wear", async () => {
    const { post } = aBulkEmulator({
      switches: {
        answerStatus: "202",
        answerType: "application/xml",
        answerProlog: "xml-declaration",
        answerWhitespace: "indented",
      },
    });
    const answer = await post(2, BATCH, { host: "h" });
    expect([answer.statusCode, answer.headers["content-type"]]).toEqual([
      202,
      "application/xml;charset=UTF-8",
    ]);
    expect(answer.body).toBe(
      `<?xml version="1.0" encoding="UTF-8"?>\n<response>\n  <success>true</success>\n  <batchStatus>http://h/m2/demo/profile/batchStatus?batchId=demo-${START}-1</batchStatus>\n  <message>Batch submitted for processing</message>\n</response>\n`,
    );
  });

  it.each([
    "application/x-www-form-urlencoded",
    "application/octet-stream",
    "text/plain",
    "application/json",
  ])("[EB11] reads a body by its bytes, whatever it calls itself: %s", async (type) => {
    const { post, app } = aBulkEmulator();
    expect((await post(2, BATCH, { "content-type": type })).body).toContain("<success>true");
    const url = "/m2/client/profile/batchUpdate";
    const bare = await app.inject({ method: "POST", url, payload: Buffer.from(BATCH) });
    expect(bare.body).toContain("<success>true");
  });

  it("[EB2] refuses a malformed batch in the body, or by status, as the switch says", async () => {
    const { post, switch: move, batches } = aBulkEmulator();
    const wrong = "batch=mbox3rdPartyId,a\n1,x";
    const refused = await post(2, wrong);
    expect([refused.statusCode, refused.body]).toEqual([
      200,
      "<response><success>false</success><message>The first header must be thirdPartyId here, not mbox3rdPartyId</message></response>",
    ]);
    expect((await post(2, "")).body).toContain("<success>false</success>");
    move({ bulkMalformed: "status-400" });
    expect((await post(2, wrong)).statusCode).toBe(400);
    expect(batches()).toEqual([]);
  });

  it("[EB11] knows other clients no better than single updates do, and asks for the token", async () => {
    const { app, post, switch: move } = aBulkEmulator({ token: "secret" });
    const other = () =>
      app.inject({ method: "POST", url: "/m2/other/profile/batchUpdate", payload: BATCH });
    expect((await other()).statusCode).toBe(404);
    expect((await app.inject("/m2/other/profile/batchStatus?batchId=x")).statusCode).toBe(404);
    move({ unknownClient: "refused-body" });
    expect((await other()).body).toContain("<success>false</success>");
    expect((await app.inject("/m2/other/profile/batchStatus?batchId=x")).body).toContain("false");
    move({ unknownClient: "acknowledged-and-dropped", clientPath: "literal-only" });
    expect((await other()).body).toContain("<success>true</success>");
    expect((await post(2, BATCH)).body).toContain(`batchId=demo-${START}-0<`);
    move({ clientPath: "both", authenticationScope: "bulk-only" });
    expect((await post(2, BATCH)).statusCode).toBe(403);
    expect((await app.inject("/m2/demo/profile/batchStatus?batchId=x")).statusCode).toBe(403);
    const authorized = await post(2, BATCH, { authorization: "Bearer secret" });
    expect(authorized.body).toContain("<success>true</success>");
  });
});

describe("calls", () => {
  it("[EB10] are 50 in any minute, then status 503, and count apart from single updates", async () => {
    const { post, ask, advance, meter } = aBulkEmulator();
    const url = new URL("http://x/m2/demo/profile/batchStatus?batchId=x");
    for (let call = 0; call < 25; call += 1) {
      expect((await post(2, BATCH)).statusCode).toBe(200);
      expect((await ask(url)).statusCode).toBe(200);
      advance(1_000);
    }
    expect(meter()).toMatchObject({ bulkCalls: 50, bulkInMinute: 50, total: 0, inWindow: 0 });
    expect((await post(1, BATCH)).statusCode).toBe(503);
    expect((await ask(url)).statusCode).toBe(503);
    // 35 s later those of the first second have left the minute, and the refused ones are in it.
    advance(35_000);
    expect(meter().bulkInMinute).toBe(50);
    expect((await post(1, BATCH)).statusCode).toBe(503);
    advance(60_000);
    expect((await post(1, BATCH)).statusCode).toBe(200);
  });

  it("[EB10] leave asking for the status out, when the switch says so", async () => {
    const { post, ask, meter, tune } = aBulkEmulator({ switches: { bulkStatusCounts: "no" } });
    tune({ bulk: { callsPerMinute: 1 } });
    const url = new URL("http://x/m2/demo/profile/batchStatus?batchId=x");
    for (let call = 0; call < 60; call += 1) expect((await ask(url)).statusCode).toBe(200);
    expect((await post(2, BATCH)).statusCode).toBe(200);
    expect((await post(2, BATCH)).statusCode).toBe(503);
    expect(meter()).toMatchObject({ bulkCalls: 2, bulkInMinute: 2 });
  });
});

describe("a batch that is too large", () => {
  const head = "batch=thirdPartyId,a\n";
  const tooMany = Buffer.from(head + "1,x\n".repeat(500_001));

  it("[EB5] is refused in the body or by status, as the switch says", async () => {
    const { post, switch: move, batches } = aBulkEmulator();
    expect((await post(2, tooMany)).body).toContain("<message>Batch has more than 500,000 rows<");
    expect((await post(2, Buffer.alloc(50_000_000, head))).body).toContain(
      "not smaller than 50 MB",
    );
    move({ bulkOversize: "status-413" });
    expect((await post(2, tooMany)).statusCode).toBe(413);
    expect(batches()).toEqual([]);
  });

  it("[EB5] breaks the connection, as the switch says, before all of it was sent", async () => {
    const { app, meter } = aBulkEmulator({ switches: { bulkOversize: "lost-connection" } });
    await app.listen({ host: "127.0.0.1", port: 0 });
    const { port } = app.server.address() as net.AddressInfo;
    const socket = net.connect(port, "127.0.0.1").on("error", () => undefined);
    socket.write(
      `POST /m2/demo/profile/batchUpdate HTTP/1.1\r\nhost: x\r\ncontent-length: 400000000\r\n\r\n`,
    );
    socket.write(tooMany);
    let text = "";
    socket.on("data", (chunk) => {
      text += chunk.toString("latin1");
    });
    await once(socket, "close");
    expect(text).toBe("");
    expect(meter().bulkCalls).toBe(1);
  });
});

it("[EB5] leaves nothing of a batch that breaks off, and serves the next", async () => {
  const { app, post, batches, meter } = aBulkEmulator();
  await app.listen({ host: "127.0.0.1", port: 0 });
  const { port } = app.server.address() as net.AddressInfo;
  const socket = net.connect(port, "127.0.0.1");
  const arrived = once(app.server, "request");
  socket.write(
    `POST /m2/demo/profile/batchUpdate HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\n${BATCH}`,
  );
  const [request] = await arrived;
  socket.destroy();
  await waitFor("the request to be given up", () => request.destroyed);
  expect([batches(), meter().bulkCalls]).toEqual([[], 0]);
  expect((await post(2, BATCH)).body).toContain("<success>true</success>");
});

describe("faults", () => {
  it("[EB12] befall batches and their status by their own names", async () => {
    const { post, submit, ask, control, meter, batches } = aBulkEmulator();
    await control("POST", "/faults", [
      { type: "status", status: 502, match: { route: "bulk" } },
      { type: "refused-body", message: "Unexpected Error", match: { route: "batch-status" } },
      { type: "html", match: { route: "any" } },
    ]);
    expect((await post(2, BATCH)).statusCode).toBe(502);
    expect((await post(2, BATCH)).headers["content-type"]).toMatch(/^text\/html/);
    expect([meter().bulkCalls, batches().length]).toEqual([1, 0]);
    const url = await submit(2, BATCH);
    expect((await ask(url)).body).toContain("<message>Unexpected Error</message>");
    expect((await ask(url)).body).toContain("<status>incomplete</status>");
    expect(meter().bulkCalls).toBe(4);
  });

  it("[EB12] let a batch take effect whose answer is lost", async () => {
    const { app, inject, batches } = aBulkEmulator();
    inject({ type: "lost-reply", match: { route: "bulk" } });
    await app.listen({ host: "127.0.0.1", port: 0 });
    const { port } = app.server.address() as net.AddressInfo;
    const socket = net.connect(port, "127.0.0.1");
    socket.write(
      `POST /m2/demo/v2/profile/batchUpdate HTTP/1.1\r\nhost: x\r\ncontent-length: ${BATCH.length}\r\n\r\n${BATCH}`,
    );
    await once(socket.resume(), "close");
    expect(batches()).toHaveLength(1);
  });
});

it("[EB12] begins anew with a reset: no batches, no calls, the tuning it was started with", async () => {
  const { post, control, batches, meter, tune, advance, attributesOf } = aBulkEmulator();
  await post(2, "batch=thirdPartyId,a\nnew-card,1");
  advance(10_000);
  tune({ bulk: { callsPerMinute: 0, statusHost: "edge" } });
  await control("POST", "/reset");
  expect([batches(), meter().bulkCalls, attributesOf("new-card")]).toEqual([[], 0, undefined]);
  expect((await control("GET", "/tuning")).json().bulk).toEqual({
    processing: { baseMs: 1_000, perRowMs: 1 },
    stuckShare: 0,
    callsPerMinute: 50,
    statusHost: "own",
  });
  expect((await post(2, BATCH)).body).toContain(`batchId=demo-${START}-1<`);
});

it("[EB12] is tuned by names that are checked, and wrong ones change nothing", async () => {
  const { control } = aBulkEmulator();
  const wrong = await control("PUT", "/tuning", { bulk: { processing: "fast", stuckShare: 1 } });
  expect(wrong.statusCode).toBe(400);
  expect(wrong.json().message).toContain("bulk.processing");
  const right = await control("PUT", "/tuning", { bulk: { callsPerMinute: 7 } });
  expect(right.json().bulk).toEqual({
    processing: { baseMs: 1_000, perRowMs: 1 },
    stuckShare: 0,
    callsPerMinute: 7,
    statusHost: "own",
  });
  expect(BulkTuningChanges.safeParse({ stuckShare: 2 }).success).toBe(false);
});

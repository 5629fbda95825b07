import { describe, expect, it } from "vitest";
import { createBulkPace } from "../../../../src/proxy/target/bulk/bulk-pace.ts";
import {
  batchLookFrom,
  followBatch,
  type FollowDeps,
} from "../../../../src/proxy/target/bulk/bulk-status.ts";
import type {
  TargetAnswer,
  TargetConnection,
  TargetRequest,
} from "../../../../src/proxy/target/target-connection.ts";
import { sleepOn } from "../../../support/bulk-target.ts";
import { aMovableClock } from "../../../support/movable-clock.ts";

const HOUR_MS = 3_600_000;

const lookOf = (body: string, status = 200, headers: Readonly<Record<string, string>> = {}) =>
  batchLookFrom({ status, headers, body }, 0);

const answer = (status: string, more = "") =>
  `<response><batchId>demo-1</batchId><status>${status}</status><batchSize>5</batchSize>${more}</response>`;

describe("[BU5] a look at a batch", () => {
  it("reads the three documented states, with what is told of counts", () => {
    const details =
      "<consumedCount>5</consumedCount><successfulUpdates>3</successfulUpdates><profilesNotFound>1</profilesNotFound><failedUpdates>1</failedUpdates>";
    expect(lookOf(`<?xml version="1.0"?>\n${answer("complete", details)}\n`)).toEqual({
      type: "complete",
      counts: {
        batchSize: 5,
        consumedCount: 5,
        successfulUpdates: 3,
        profilesNotFound: 1,
        failedUpdates: 1,
      },
    });
    expect(lookOf(answer("complete", "<consumedCount>-1</consumedCount>"))).toEqual({
      type: "complete",
      counts: { batchSize: 5 },
    });
    expect(lookOf(answer("incomplete"))).toEqual({ type: "incomplete" });
    expect(lookOf(answer("stuck"))).toEqual({ type: "stuck" });
  });

  it("is not misled by rows an older answer listed", () => {
    const row = "<profile><id>7</id><status>failed</status></profile>";
    expect(lookOf(answer("incomplete", row + row)).type).toBe("incomplete");
  });

  it("knows a batch that Target does not know", () => {
    for (const status of [400, 404, 410]) {
      expect(lookOf("", status)).toEqual({ type: "unknown", reason: `status ${status}` });
    }
    expect(
      lookOf(
        "<response><success>false</success><message>No batch with id demo-7</message></response>",
      ),
    ).toEqual({ type: "unknown", reason: "No batch with id …" });
  });

  it.each(["", "complete", answer("done"), answer("COMPLETE"), "<html>complete</html>", "{}"])(
    "takes %j for no answer of Target",
    (body) => {
      expect(lookOf(body)).toEqual({ type: "unavailable", reason: "not an answer of Target" });
    },
  );

  it("waits where Target is busy or away", () => {
    expect(lookOf("", 503)).toMatchObject({ type: "unavailable", retryAfterMs: 65_000 });
    expect(lookOf("", 500)).toEqual({ type: "unavailable", reason: "status 500" });
    expect(lookOf("", 302)).toEqual({ type: "unavailable", reason: "status 302" });
    expect(lookOf("Forbidden", 403)).toEqual({ type: "unavailable", reason: "authentication" });
  });
});

/** Follows a batch through answers, the last of them for ever; all time passes at once. */
async function follow(
  answers: readonly (Partial<TargetAnswer> | "no connection")[],
  options: { readonly statusUrl?: string; readonly origin?: string; readonly ageMs?: number } = {},
) {
  const clock = aMovableClock();
  const startMs = clock.wallMs();
  const timeline: string[] = [];
  const trouble: string[] = [];
  let looks = 0;
  const connectionTo = (origin: string): TargetConnection => ({
    client: "demo",
    origin,
    timeoutMs: 1_000,
    close: async () => {},
    request: async ({ method, path }: TargetRequest) => {
      const seconds = Math.round((clock.wallMs() - startMs) / 1_000);
      timeline.push(`${method} ${origin}${path} @${seconds}`);
      const given = answers[Math.min(looks, answers.length - 1)]!;
      looks += 1;
      if (given === "no connection") throw new Error("none");
      return { status: 200, headers: {}, body: "", ...given };
    },
  });
  const sleep = sleepOn(clock);
  const deps: FollowDeps = {
    connection: connectionTo(options.origin ?? "https://demo.tt.omtrdc.net"),
    connectTo: connectionTo,
    pace: createBulkPace(clock, sleep),
    sleep,
    nowMs: clock.wallMs,
    random: () => 0.5,
    onTrouble: (reason) => void trouble.push(reason),
  };
  const statusUrl =
    options.statusUrl ?? "https://mboxedge45.tt.omtrdc.net/m2/demo/profile/batchStatus?batchId=b-1";
  const batch = { statusUrl, atMs: startMs - (options.ageMs ?? 0) };
  const end = await followBatch(deps, batch, new AbortController().signal);
  return { end, timeline, trouble, hours: (clock.wallMs() - startMs) / HOUR_MS };
}

const INCOMPLETE = { body: answer("incomplete") };
const COMPLETE = { body: answer("complete") };

describe("[BU5] following a batch", () => {
  it("looks less and less often, with details, until it is complete", async () => {
    const { end, timeline } = await follow([
      ...Array.from({ length: 13 }, () => INCOMPLETE),
      COMPLETE,
    ]);
    expect(end).toEqual({ type: "complete", counts: { batchSize: 5 } });
    const asked =
      "GET https://mboxedge45.tt.omtrdc.net/m2/demo/profile/batchStatus?batchId=b-1&showDetails=true";
    expect(timeline.every((line) => line.startsWith(asked))).toBe(true);
    expect(timeline.map((line) => Number(line.split("@")[1]))).toEqual([
      2, 7, 14, 25, 42, 67, 105, 162, 248, 376, 568, 856, 1_156, 1_456,
    ]);
  });

  it("takes for stuck what Target calls so, and what is incomplete for over a day", async () => {
    expect((await follow([{ body: answer("stuck") }])).end).toEqual({
      type: "stuck",
      reason: "Target could not complete it",
    });
    const long = await follow([INCOMPLETE]);
    expect(long.end).toEqual({ type: "stuck", reason: "incomplete for over 24 hours" });
    expect(long.hours).toBeGreaterThan(24);
    expect(long.hours).toBeLessThan(24.1);
    const old = await follow([INCOMPLETE], { ageMs: 25 * HOUR_MS });
    expect(old.timeline).toHaveLength(1);
  });

  it("goes by Target's clock where it tells one", async () => {
    const now = aMovableClock().wallMs();
    const { end, timeline } = await follow([
      { ...INCOMPLETE, dateMs: now + 23 * HOUR_MS },
      { ...INCOMPLETE, dateMs: now + 25 * HOUR_MS },
    ]);
    expect(end.type).toBe("stuck");
    expect(timeline).toHaveLength(2);
  });

  it("has lost track of a batch that stays unknown, but not of one that is unknown at first", async () => {
    const unknown = { status: 404 };
    expect((await follow([unknown, unknown, unknown, unknown, COMPLETE])).end.type).toBe(
      "complete",
    );
    const { end, hours } = await follow([unknown]);
    expect(end).toEqual({ type: "lost-track", reason: "status 404" });
    expect(hours).toBeGreaterThan(1 / 6);
    const old = await follow([unknown], { ageMs: 25 * HOUR_MS });
    expect(old.end.type).toBe("lost-track");
    expect(old.timeline).toHaveLength(3);
  });

  it("rides out nonsense and outages, and has lost track after two days of them", async () => {
    const outage = [
      "no connection" as const,
      { status: 500 },
      { body: "<html></html>" },
      { status: 503 },
    ];
    const { end, timeline, trouble } = await follow([...outage, COMPLETE]);
    expect(end.type).toBe("complete");
    expect(trouble).toEqual([
      "connection: Error",
      "status 500",
      "not an answer of Target",
      "status 503",
    ]);
    const [fourth, fifth] = timeline.slice(3).map((line) => Number(line.split("@")[1]));
    expect(fifth! - fourth!).toBeGreaterThanOrEqual(65);
    const gone = await follow(["no connection"]);
    expect(gone.end).toEqual({ type: "lost-track", reason: "connection: Error" });
    expect(gone.hours).toBeGreaterThan(48);
    expect(gone.hours).toBeLessThan(48.2);
  });
});

describe("[BU4] the address of a status", () => {
  it("is asked at the configured origin as that is configured", async () => {
    const origin = "http://127.0.0.1:8081";
    const statusUrl = `${origin}/m2/demo/profile/batchStatus?batchId=b-1`;
    const { timeline } = await follow([COMPLETE], { origin, statusUrl });
    expect(timeline).toEqual([`GET ${statusUrl}&showDetails=true @2`]);
  });

  it("is asked over https at Adobe's edges, whatever it says", async () => {
    const statusUrl =
      "http://mboxedge45.tt.omtrdc.net/m2/demo/profile/batchStatus?batchId=b-1&m2Node=00";
    const { timeline } = await follow([COMPLETE], { statusUrl });
    expect(timeline).toEqual([
      "GET https://mboxedge45.tt.omtrdc.net/m2/demo/profile/batchStatus?batchId=b-1&m2Node=00&showDetails=true @2",
    ]);
  });

  it.each([
    ["https://demo.tt.omtrdc.net", "https://evil.example/m2/demo/profile/batchStatus?batchId=1"],
    [
      "https://demo.tt.omtrdc.net",
      "https://mboxedge45.tt.omtrdc.net:1/m2/demo/profile/batchStatus",
    ],
    ["https://target.example", "https://mboxedge45.tt.omtrdc.net/m2/demo/profile/batchStatus"],
    ["http://127.0.0.1:8081", "http://127.0.0.1:8082/m2/demo/profile/batchStatus?batchId=1"],
  ])("set up for %s, never asks %s, though a journal says so", async (origin, statusUrl) => {
    const { end, timeline } = await follow([COMPLETE], { origin, statusUrl });
    expect(timeline).toEqual([]);
    expect(end).toEqual({ type: "lost-track", reason: "the status is not at our Target" });
  });
});

import { describe, expect, it } from "vitest";
import { aBulkEmulator, CARD, HOUR, START } from "./bulk-emulator.ts";

describe("status", () => {
  const TEN = `batch=thirdPartyId,a\n${Array.from({ length: 10 }, (_, row) => `${row},x`).join("\n")}`;
  const even = { processing: { baseMs: 0, perRowMs: 100 } };

  it("[EB8] is incomplete, with what is consumed so far, then complete", async () => {
    const { submit, ask, askDetails, advance } = aBulkEmulator({ bulk: even });
    const url = await submit(2, TEN);
    const id = url.searchParams.get("batchId");
    const answer = await ask(url);
    expect(answer.body).toBe(
      `<response><batchId>${id}</batchId><status>incomplete</status><batchSize>10</batchSize></response>`,
    );
    expect(await askDetails(url)).toEqual({ status: "incomplete", counts: [10, 0, 0, 0, 0] });
    advance(350);
    expect(await askDetails(url)).toEqual({ status: "incomplete", counts: [10, 3, 3, 0, 0] });
    advance(650);
    expect((await ask(new URL(`${url.href}&showDetails=true`))).body).toBe(
      `<response><batchId>${id}</batchId><status>complete</status><batchSize>10</batchSize><consumedCount>10</consumedCount><successfulUpdates>10</successfulUpdates><profilesNotFound>0</profilesNotFound><failedUpdates>0</failedUpdates></response>`,
    );
  });

  it("[EB8] takes longer with more rows, longer by preset, and longest in throttled hours", async () => {
    const { post, tune, batches, setTime, switch: move } = aBulkEmulator();
    const secondsOf = async (body: string) => {
      await post(2, body);
      const { atMs, completesAt } = batches().at(-1)!;
      return (Date.parse(completesAt!) - atMs) / 1_000;
    };
    tune({ bulk: { processing: "field" } });
    expect(await secondsOf("batch=thirdPartyId,a\n1,x")).toBe(60.012);
    expect(await secondsOf(TEN)).toBe(60.12);
    for (const [hour, seconds] of [
      [8, 60.12],
      [9, 240.48],
      [16, 240.48],
      [17, 60.12],
    ] as const) {
      move({ bulkThrottle: "business-hours" });
      setTime(Date.parse(`2026-11-23T${String(hour).padStart(2, "0")}:30:00Z`));
      expect(await secondsOf(TEN)).toBe(seconds);
    }
    move({ bulkThrottle: "none" });
    tune({ bulk: { processing: "day" } });
    setTime(START);
    expect(await secondsOf(TEN)).toBe(23 * 3_600);
    tune({ bulk: { processing: "quick" } });
    expect(await secondsOf(TEN)).toBe(0.5);
  });

  it("[EB8] is stuck by command: what was consumed has its effect, the rest only once it is freed", async () => {
    const { submit, askDetails, advance, control, attributesOf } = aBulkEmulator({ bulk: even });
    const url = await submit(2, TEN);
    const path = `/batches/${url.searchParams.get("batchId")}`;
    advance(350);
    expect((await control("POST", path, { status: "stuck" })).json().status).toBe("stuck");
    advance(HOUR);
    expect(await askDetails(url)).toEqual({ status: "stuck", counts: [10, 3, 3, 0, 0] });
    expect([attributesOf("2"), attributesOf("3")]).toEqual([{ a: "x" }, undefined]);
    expect((await control("POST", path, { status: "complete" })).json()).toMatchObject({
      status: "complete",
      consumedCount: 10,
    });
    expect(attributesOf("3")).toEqual({ a: "x" });
    expect((await control("POST", path, { status: "stuck" })).statusCode).toBe(409);
    expect((await control("POST", path, { status: "gone" })).statusCode).toBe(400);
    expect((await control("POST", "/batches/demo-1-1", { status: "stuck" })).statusCode).toBe(404);
  });

  it("[EB8] is stuck by chance, and shows it when it should have been complete", async () => {
    const { submit, askDetails, advance, tune } = aBulkEmulator({ bulk: even, random: () => 0.4 });
    tune({ bulk: { stuckShare: 0.5 } });
    const stuck = await submit(2, TEN);
    tune({ bulk: { stuckShare: 0.4 } });
    const fine = await submit(2, TEN);
    advance(999);
    expect((await askDetails(stuck)).status).toBe("incomplete");
    advance(1);
    expect(await askDetails(stuck)).toEqual({ status: "stuck", counts: [10, 4, 4, 0, 0] });
    expect((await askDetails(fine)).status).toBe("complete");
  });

  it("[EB8] cannot be asked for after its hours, nor of a batch that never was", async () => {
    const { submit, ask, advance, switch: move } = aBulkEmulator();
    const unknown = "<response><success>false</success><message>No such batch</message></response>";
    const url = await submit(2, TEN);
    advance(24 * HOUR - 1);
    expect((await ask(url)).body).toContain("<status>complete</status>");
    advance(1);
    expect((await ask(url)).body).toBe(unknown);
    move({ bulkStatusRetentionHours: 48 });
    expect((await ask(url)).body).toContain("<status>complete</status>");
    url.searchParams.set("batchId", "demo-1-1");
    expect((await ask(url)).body).toBe(unknown);
    url.searchParams.delete("batchId");
    expect((await ask(url)).body).toBe(unknown);
  });

  it("[EB8] lists what came in: version, rows, counts, times", async () => {
    const { submit, control, advance } = aBulkEmulator();
    const url = await submit(1, `batch=thirdPartyId,profile.a\n${CARD},x\nnobody,y`);
    advance(1_002);
    expect((await control("GET", "/batches")).json()).toEqual({
      batches: [
        {
          id: url.searchParams.get("batchId"),
          version: 1,
          key: "thirdPartyId",
          at: new Date(START).toISOString(),
          atMs: START,
          completesAt: new Date(START + 1_002).toISOString(),
          attributes: 1,
          bytes: `batch=thirdPartyId,profile.a\n${CARD},x\nnobody,y`.length,
          rows: 2,
          status: "complete",
          consumedCount: 2,
          successfulUpdates: 1,
          profilesNotFound: 1,
          failedUpdates: 0,
          lost: 0,
          dropped: 0,
          prefixedHeaders: 1,
        },
      ],
    });
  });
});

describe("lost rows", () => {
  it("[EB9] are counted as successful, and are in no profile", async () => {
    const draws = [0.05, 0.5, 0.01, 0.9];
    const { submit, advance, askDetails, attributesOf, batches } = aBulkEmulator({
      switches: { bulkRowsLostShare: 0.1 },
      random: () => draws.shift() ?? 0.5,
    });
    const url = await submit(2, "batch=thirdPartyId,a\n1,x\n2,x\n3,x\n4,x");
    advance(HOUR);
    expect(await askDetails(url)).toEqual({ status: "complete", counts: [4, 4, 4, 0, 0] });
    expect(["1", "2", "3", "4"].map((id) => attributesOf(id))).toEqual([
      undefined,
      { a: "x" },
      undefined,
      { a: "x" },
    ]);
    expect(batches()[0]?.lost).toBe(2);
  });

  it("[EB9] are up to one in a thousand by default, drawn from the emulator's own chance", async () => {
    let seed = 7;
    const random = () => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed / 2_147_483_647;
    };
    const { post, batches } = aBulkEmulator({ random, switches: { bulkRowsLostShare: 0.001 } });
    await post(2, `batch=thirdPartyId,a\n${"1,x\n".repeat(20_000)}`);
    expect(batches()[0]?.lost).toBeGreaterThan(5);
    expect(batches()[0]?.lost).toBeLessThan(50);
  });
});

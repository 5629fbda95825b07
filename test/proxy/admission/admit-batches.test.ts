import { randomUUID } from "node:crypto";
import { connect } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { INGEST_PATH, MAX_BATCH_BYTES } from "../../../src/contract/ingest.ts";
import { createAdmission, type Admission } from "../../../src/proxy/admission/admission.ts";
import { systemClock } from "../../../src/proxy/system-clock.ts";
import { signedHeaders } from "../../support/devices.ts";
import { aListener } from "../../support/listener.ts";
import { createRawKiosk, postBatch } from "../../support/raw-kiosk.ts";
import { waitFor } from "../../support/wait.ts";

/** Sends everybody away while told to, and notes who asked. */
function aDoor(seconds: number) {
  const inner = createAdmission({ clock: systemClock, random: () => 0.5 });
  const asked: { readonly kiosk: string; readonly bytes: number }[] = [];
  const door = { isShut: true };
  const admission: Admission = {
    ...inner,
    ask: (kiosk, bytes) => {
      asked.push({ kiosk, bytes });
      return door.isShut
        ? { type: "sent-away", retryAfterSeconds: seconds }
        : inner.ask(kiosk, bytes);
    },
  };
  return { admission, asked, door };
}

describe("the kiosk listener with too much before it", () => {
  it.each([
    [3, null],
    [40, "close"],
  ])(
    "[AM1] [AM3] tells a kiosk when to come back, its body unread: %i s",
    async (seconds, connection) => {
      const { admission, asked, door } = aDoor(seconds);
      let taken = 0;
      const count: Parameters<typeof aListener>[2] = (ingest) => (body, sender) => {
        taken += 1;
        return ingest(body, sender);
      };
      const listener = await aListener({}, {}, count, { admission });
      const kiosk = await createRawKiosk(listener);
      const large = JSON.stringify({ nonce: randomUUID(), filler: "x".repeat(1_500_000) });
      for (let count = 0; count < 20; count += 1) {
        // A connection reset in the middle of the body would show as an error here.
        const answer = await kiosk.post(large);
        expect([answer.status, answer.headers.get("retry-after")]).toEqual([503, String(seconds)]);
        if (connection !== null) expect(answer.headers.get("connection")).toBe(connection);
        expect((await answer.json()).code).toBe("busy");
      }
      expect(taken).toBe(0);
      expect(asked[0]).toEqual({ kiosk: kiosk.device.deviceId, bytes: large.length });
      door.isShut = false;
      kiosk.add("2912345678906");
      expect((await kiosk.send()).map(({ verdict }) => verdict)).toEqual(["accepted"]);
    },
  );

  it("[AM1] hears a kiosk out before it sends it away: a connection cut off tells nothing", async () => {
    const { admission, asked } = aDoor(40);
    const listener = await aListener({}, {}, undefined, { admission });
    const { identity } = await createRawKiosk(listener);
    const body = "x".repeat(200_000);
    const signed = await signedHeaders(identity, INGEST_PATH, { method: "POST", body });
    const lines = Object.entries({
      ...signed,
      host: "127.0.0.1",
      "content-type": "application/json",
      "content-length": String(body.length),
    }).map(([name, value]) => `${name}: ${value}\r\n`);
    const socket = connect(Number(new URL(listener.url).port), "127.0.0.1");
    onTestFinished(() => void socket.destroy());
    let said = "";
    socket.on("data", (chunk) => (said += String(chunk)));
    const closed = new Promise((done) => socket.once("close", done));
    socket.write(`POST ${INGEST_PATH} HTTP/1.1\r\n${lines.join("")}\r\n${body.slice(0, 100_000)}`);
    await waitFor("it to be sent away", () => asked.length === 1);
    // Whoever asks now is answered after what was to be said at once.
    expect((await fetch(`${listener.url}/readyz`)).ok).toBe(true);
    expect(said).toBe("");
    socket.write(body.slice(100_000));
    await closed;
    expect(said).toMatch(/^HTTP\/1\.1 503 [\s\S]*retry-after: 40\r\n/);
  });

  it("[AM1] asks for paired kiosks only: whoever names no key is refused as ever", async () => {
    const { admission, asked } = aDoor(3);
    const { url } = await aListener({}, {}, undefined, { admission });
    const answer = await postBatch(url, "x".repeat(100));
    expect([answer.status, (await answer.json()).code]).toEqual([401, "unsigned"]);
    const large = await postBatch(url, "x".repeat(MAX_BATCH_BYTES + 1));
    expect(large.status).toBe(413);
    expect(asked).toEqual([]);
  });

  it("[AM3] spreads those whose batches the store could not keep, the wider the longer it lasts", async () => {
    const { clock, url, kioskUrl, pairingCode } = await aListener({}, {}, () => async () => ({
      type: "problem",
      code: "store-unavailable",
      detail: "The disk is full.",
    }));
    const kiosk = await createRawKiosk({ kioskUrl, pairingCode });
    expect(url).toBe(kioskUrl);
    kiosk.add("2912345678906");
    const told = async () => {
      const answer = await kiosk.post(kiosk.request().body);
      expect([answer.status, (await answer.json()).code]).toEqual([503, "store-unavailable"]);
      return Number(answer.headers.get("retry-after"));
    };
    expect(await told()).toBeLessThanOrEqual(5);
    clock.advance(120_000);
    const later = [await told(), await told(), await told(), await told(), await told()];
    expect(Math.min(...later)).toBeGreaterThanOrEqual(30);
    expect(Math.max(...later)).toBeLessThanOrEqual(60);
    expect(new Set(later).size).toBeGreaterThan(1);
  });
});

import { signal } from "@preact/signals-core";
import { describe, expect, it } from "vitest";
import type { FlushReport } from "../../../src/contract/worker-message.ts";
import { createSending, type SendTrouble } from "../../../src/kiosk/staff/sending.ts";

function aSending() {
  const report = signal<FlushReport | undefined>({ type: "drained", sent: 9 });
  const told: (number | string)[] = [];
  let lose = (): void => undefined;
  const sending = createSending({
    backOffice: { report, sendNow: () => void told.push("asked") },
    every: (work) => {
      lose = work;
      return () => (lose = () => undefined);
    },
    onSent: (count) => void told.push(count),
  });
  const say = (said: FlushReport) => void (report.value = said);
  return { sending, say, told, lose: () => lose() };
}

const paused = (reason: string, sent = 0): FlushReport => ({
  type: "paused",
  sent,
  reason,
  retryInMs: 1_000,
});

describe("send now", () => {
  it("[SF4] says how many went, all in all, and nothing of what ended before", () => {
    const { sending, say, told } = aSending();
    sending.send();
    sending.send();
    expect(sending.view.value).toEqual({ type: "sending" });
    say({ type: "busy" });
    say({ type: "more", sent: 500 });
    expect(sending.view.value).toEqual({ type: "sending" });
    say({ type: "drained", sent: 3 });
    expect(sending.view.value).toEqual({ type: "sent", count: 503 });
    // What happens by itself later on is nobody's answer.
    say(paused("network"));
    expect(sending.view.value).toEqual({ type: "sent", count: 503 });
    expect(told).toEqual(["asked", 503]);
  });

  it.each<[string, SendTrouble]>([
    ["network", "unreachable"],
    ["timeout", "unreachable"],
    ["http-401", "shut-out"],
    ["http-503", "later"],
    ["entries-wait", "later"],
    ["outbox-unavailable", "storage"],
    ["not-json", "no-receipt"],
    ["wrong-nonce", "no-receipt"],
    ["http-500", "no-receipt"],
  ])("[SF4] says why nothing went: %s", (reason, trouble) => {
    const { sending, say } = aSending();
    sending.send();
    say(paused(reason));
    expect(sending.view.value).toEqual({ type: "trouble", trouble, count: 0 });
  });

  it("[SF4] says both where some went, and may be asked again", () => {
    const { sending, say, told } = aSending();
    sending.send();
    say(paused("timeout", 7));
    expect(sending.view.value).toEqual({ type: "trouble", trouble: "unreachable", count: 7 });
    sending.send();
    say({ type: "drained", sent: 0 });
    expect(sending.view.value).toEqual({ type: "held" });
    expect(told).toEqual(["asked", 7, "asked"]);
  });

  it("[SF4] says that nobody answered yet", () => {
    const { sending, lose, say } = aSending();
    sending.send();
    lose();
    expect(sending.view.value).toEqual({ type: "slow" });
    say({ type: "drained", sent: 3 });
    expect(sending.view.value).toEqual({ type: "slow" });
  });
});

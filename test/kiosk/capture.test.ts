import { describe, expect, it } from "vitest";
import { EXAMPLE_CONFIG } from "../../src/contract/example-config.ts";
import { Update } from "../../src/contract/update.ts";
import type { Seal } from "../../src/kiosk/sealer.ts";
import type { EntryDraft } from "../../src/outbox/outbox.ts";
import { answerUpdate } from "../../src/kiosk/answer.ts";
import { capture, scanUpdate } from "../../src/kiosk/capture.ts";
import { aDevice, TAKEN } from "../support/kiosk-builders.ts";

const VISITOR = { kind: "member", value: "2912345678906" } as const;

describe("capture", () => {
  it("makes a scan's update out of the configured attributes, and it keeps the contract", () => {
    const config = { ...EXAMPLE_CONFIG, staticAttributes: [{ name: "chain", text: "olmo" }] };
    const update = scanUpdate(VISITOR, aDevice(), config);
    expect(Update.parse(update)).toEqual(update);
    expect(update).toMatchObject({
      occasion: "scan",
      visitor: VISITOR,
      ground: { type: "terms", version: EXAMPLE_CONFIG.terms.version },
      configVersion: EXAMPLE_CONFIG.version,
    });
    expect(update.attributes).toEqual([
      { name: "lastStore", value: { type: "text", text: "madrid-1" } },
      { name: "lastKiosk", value: { type: "text", text: "door" } },
      { name: "lastScanAt", value: { type: "instant" } },
      { name: "lastScanDay", value: { type: "day", timeZone: "Europe/Madrid" } },
      { name: "chain", value: { type: "text", text: "olmo" } },
    ]);
  });

  it("makes an answer's update out of the choice's code alone", () => {
    const answer = { attribute: "visitReason", code: "gift" };
    const update = answerUpdate(VISITOR, aDevice(), EXAMPLE_CONFIG, answer);
    expect(Update.parse(update)).toEqual(update);
    expect(update.attributes).toEqual([
      { name: "visitReason", value: { type: "text", text: "gift" } },
    ]);
  });

  it("[CL1] keeps it with the clocks of the scan, not of the storing", async () => {
    const drafts: EntryDraft[] = [];
    const outbox = {
      add: async (draft: EntryDraft) => {
        drafts.push(draft);
        throw new Error("looked at, not kept");
      },
    };
    const seal: Seal = async (_header, text) => ({ kid: "k1", enc: "e", body: `sealed ${text}` });
    const update = scanUpdate(VISITOR, aDevice(), EXAMPLE_CONFIG);
    await expect(capture(outbox, seal, update, TAKEN)).rejects.toThrow("looked at");
    const [draft] = drafts;
    expect(draft).toMatchObject({ ...TAKEN, heldUntil: 0 });
    const { v, id, epoch } = { v: 1, id: "1", epoch: "2" } as const;
    const body = await draft?.seal({ v, id, epoch, seq: 1, ...TAKEN, heldUntil: 0 });
    expect(body).toEqual({ kid: "k1", enc: "e", body: `sealed ${JSON.stringify(update)}` });
  });
});

import { createHash, randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { UNKNOWN_OCCASION } from "../../src/contract/occasion.ts";
import { Update } from "../../src/contract/update.ts";
import { verdictsBySeq } from "../../src/outbox/judge.ts";
import { whereOf } from "../../src/proxy/issue-words.ts";
import {
  createIngest as createSignedIngest,
  type IngestDeps,
  type IngestReply,
} from "../../src/proxy/ingest.ts";
import { StoreFailedError, StoreFullError } from "../../src/proxy/store/store-error.ts";
import type { IngestBatch, Store } from "../../src/proxy/store/store.ts";
import { openAsItStands } from "../support/sealing.ts";
import { aMemoryStore } from "../support/store-files.ts";
import {
  aDevice,
  aHeader,
  anId,
  anUpdateBody,
  LOAD,
  LOADED_AT,
  NOW,
  type UpdateSketch,
} from "../support/store-builders.ts";

/** Who signed a body, its own nonce and digest told. */
function senderOf(body: Uint8Array) {
  const nonce = /"nonce":"([0-9a-f-]{36})"/.exec(Buffer.from(body).toString())?.[1] ?? "";
  const digest = createHash("sha256").update(body).digest("hex");
  return { device: aDevice(), nonce, digest };
}

const clock = { wallMs: () => NOW, monoMs: () => 0 };

function anEntry(sketch: UpdateSketch = {}, body: unknown = anUpdateBody(sketch)) {
  return {
    header: aHeader(sketch),
    body: typeof body === "string" ? body : JSON.stringify(body),
  };
}

function aRequest(entries: readonly unknown[], rest: Readonly<Record<string, unknown>> = {}) {
  return bytes({
    v: 1,
    nonce: randomUUID(),
    device: aDevice(),
    clock: { segment: `${LOAD}.0`, wallMs: NOW, monoMs: NOW - LOADED_AT },
    entries,
    ...rest,
  });
}

function bytes(body: unknown): Uint8Array {
  return Buffer.from(typeof body === "string" ? body : JSON.stringify(body));
}

/** Takes in bodies that an honest kiosk signed. */
function createIngest(deps: Omit<IngestDeps, "judge">) {
  // What configurations allow is another test's.
  const ingest = createSignedIngest({ judge: () => ({ type: "allowed" }), ...deps });
  return (body: Uint8Array) => ingest(body, senderOf(body));
}

/** The receipt, and what was asked of the store on the way. */
async function ingested(entries: readonly unknown[], store?: Store) {
  const batches: IngestBatch[] = [];
  const inner = store ?? (await aMemoryStore());
  const ingest = createIngest({
    openBody: openAsItStands,
    clock,
    store: {
      ingest: (batch) => {
        batches.push(batch);
        return inner.ingest(batch);
      },
    },
  });
  return { receipt: receiptOf(await ingest(aRequest(entries))), batch: batches[0]! };
}

function receiptOf(reply: IngestReply) {
  if (reply.type === "problem") throw new Error(`${reply.code}: ${reply.detail}`);
  return reply.receipt;
}

describe("ingest", () => {
  it("[IN1] answers accepted for what the store has kept", async () => {
    const { receipt } = await ingested([anEntry({ id: anId(1) })]);
    expect(receipt.verdicts).toEqual([{ id: anId(1), verdict: "accepted" }]);
    expect(receipt.highestSeq?.seq).toBe(1);
  });

  it("[IN2] takes in the good entries around bad ones, and says of each what is wrong where", async () => {
    const noVisitor = { ...anUpdateBody(), visitor: { kind: "member", value: "has space" } };
    const { receipt } = await ingested([
      anEntry({ seq: 1, id: anId(1) }),
      { header: { ...aHeader({ seq: 2 }), seq: 0 }, body: "{}" },
      "no entry at all",
      anEntry({ seq: 4, id: anId(4) }, "{ not JSON"),
      anEntry({ seq: 5, id: anId(5) }, noVisitor),
      { ...anEntry({ seq: 6, id: anId(6) }), surprise: true },
      anEntry({ seq: 7, id: anId(7) }),
    ]);
    expect(receipt.unreadable).toEqual([1, 2]);
    const byId = Object.fromEntries(receipt.verdicts.map((verdict) => [verdict.id, verdict]));
    expect(byId).toEqual({
      [anId(1)]: { id: anId(1), verdict: "accepted" },
      [anId(4)]: { id: anId(4), verdict: "rejected", reason: "the body is not JSON" },
      [anId(5)]: {
        id: anId(5),
        verdict: "rejected",
        reason: expect.stringMatching(/^visitor: /),
      },
      [anId(6)]: { id: anId(6), verdict: "rejected", reason: expect.any(String) },
      [anId(7)]: { id: anId(7), verdict: "accepted" },
    });
  });

  it("names the path of a wrong field and never what stood there", async () => {
    const attributes = [{ name: "2912345678906", value: { type: "text", text: "x" } }];
    const body = { ...anUpdateBody(), attributes };
    const { receipt } = await ingested([anEntry({ id: anId(1) }, body)]);
    expect(receipt.verdicts).toMatchObject([
      { verdict: "rejected", reason: expect.stringMatching(/^attributes\.0\.name: /) },
    ]);
    expect(JSON.stringify(receipt)).not.toContain("2912345678906");
  });

  it("asks a kiosk to keep what is sealed to an unknown key", async () => {
    const { header, body } = anEntry({ id: anId(1) });
    const { receipt } = await ingested([{ header: { ...header, kid: "key-7", enc: "AA" }, body }]);
    expect(receipt.verdicts).toEqual([{ id: anId(1), verdict: "retry", reason: "unknown-key" }]);
  });

  it("opens bodies as it is told to", async () => {
    const ingest = createIngest({
      clock,
      store: await aMemoryStore(),
      openBody: async ({ body }) => ({ type: "opened", text: Buffer.from(body, "hex").toString() }),
    });
    const body = Buffer.from(JSON.stringify(anUpdateBody())).toString("hex");
    const header = { ...aHeader({ id: anId(1) }), kid: "key-7" };
    const receipt = receiptOf(await ingest(aRequest([{ header, body }])));
    expect(receipt.verdicts).toEqual([{ id: anId(1), verdict: "accepted" }]);
  });

  it("[IN3] takes an entry that is twice in one batch once", async () => {
    const entry = anEntry({ id: anId(1) });
    const { receipt, batch } = await ingested([entry, entry]);
    expect(batch.updates).toHaveLength(1);
    expect(receipt.verdicts).toEqual([{ id: anId(1), verdict: "accepted" }]);
  });

  it("takes in an update captured under another device", async () => {
    const { receipt, batch } = await ingested([anEntry({ device: aDevice(7) })]);
    expect(receipt.verdicts).toMatchObject([{ verdict: "accepted" }]);
    expect(batch.device).toEqual(aDevice());
    expect(batch.updates[0]?.update.device).toEqual(aDevice(7));
  });

  it("[IN4] answers the same bytes with the stored receipt, and refuses the nonce with others", async () => {
    const ingest = createIngest({ openBody: openAsItStands, clock, store: await aMemoryStore() });
    const nonce = anId(42);
    const entries = [anEntry({ id: anId(1) })];
    const first = await ingest(aRequest(entries, { nonce }));
    expect(await ingest(aRequest(entries, { nonce }))).toEqual(first);
    expect(await ingest(aRequest([anEntry({ seq: 2 })], { nonce }))).toMatchObject({
      type: "problem",
      code: "nonce-reused",
    });
  });

  it("refuses a body that is no batch, naming the field", async () => {
    const ingest = createIngest({
      openBody: openAsItStands,
      clock,
      store: {
        ingest: () => {
          throw new Error("the store must not be asked");
        },
      },
    });
    const tooMany = Array.from({ length: 501 }, () => ({}));
    const cases: readonly (readonly [Uint8Array, RegExp])[] = [
      [bytes(""), /^body: /],
      [bytes("<html>sign in</html>"), /^body: /],
      [bytes("null"), /^body: /],
      [bytes("[".repeat(1_000_000)), /^body: /],
      [bytes("[".repeat(900_000) + "]".repeat(900_000)), /^body: /],
      [Uint8Array.from([0x7b, 0xff, 0x7d]), /^body: /],
      [aRequest([]), /^entries: /],
      [aRequest(tooMany), /^entries: /],
      [aRequest([{}], { nonce: "short" }), /^nonce: /],
      [aRequest([{}], { device: { ...aDevice(), timeZone: "Mars/Base" } }), /^device\.timeZone: /],
      [aRequest([{}], { v: 2 }), /^v: /],
    ];
    for (const [body, detail] of cases) {
      expect(await ingest(body)).toEqual({
        type: "problem",
        code: "invalid-body",
        detail: expect.stringMatching(detail),
      });
    }
  });

  it("says that nothing was stored when there is no room or no store, and passes on what is a bug", async () => {
    const failing = (error: Error) =>
      createIngest({
        openBody: openAsItStands,
        clock,
        store: { ingest: () => Promise.reject(error) },
      })(aRequest([anEntry()]));
    for (const error of [new StoreFullError("no room"), new StoreFailedError("broken")]) {
      expect(await failing(error)).toMatchObject({ type: "problem", code: "store-unavailable" });
    }
    await expect(failing(new TypeError("a bug"))).rejects.toThrow("a bug");
  });
});

describe("entries that are no update", () => {
  const asked = (device = aDevice()) => ({
    device,
    visitor: { kind: "member", value: "2912345678906" },
    occasion: "withdrawal",
    configVersion: "never-published",
  });

  const noted = (may: boolean) => {
    const cards: string[] = [];
    return {
      cards,
      withdrawals: {
        cleared: { "*": "-" },
        note: async (_sender: string, visitors: readonly { readonly value: string }[]) => {
          cards.push(...visitors.map(({ value }) => value));
          return visitors.map(() => may);
        },
      },
    };
  };

  const ask = async (rest: Pick<IngestDeps, "withdrawals">, entries: readonly unknown[]) => {
    const store = await aMemoryStore();
    const ingest = createSignedIngest({
      openBody: openAsItStands,
      clock,
      store,
      // A configuration nobody published keeps nobody from leaving.
      judge: () => ({ type: "unknown-config" }),
      ...rest,
    });
    const body = aRequest(entries);
    return { receipt: receiptOf(await ingest(body, senderOf(body))), store };
  };

  it("[PV6] withdraw, once they are in the log, under whatever configuration", async () => {
    const { cards, withdrawals } = noted(true);
    const { receipt, store } = await ask({ withdrawals }, [anEntry({ id: anId(1) }, asked())]);
    expect(receipt.verdicts).toEqual([{ id: anId(1), verdict: "accepted" }]);
    expect(cards).toEqual(["2912345678906"]);
    expect(await store.suppressions()).toHaveLength(1);
  });

  it("[LM1] wait on their kiosk where they come too fast", async () => {
    const { withdrawals } = noted(false);
    const { receipt, store } = await ask({ withdrawals }, [anEntry({ id: anId(1) }, asked())]);
    expect(receipt.verdicts).toEqual([
      { id: anId(1), verdict: "retry", reason: "limit-reached", retryAfterMs: 60_000 },
    ]);
    expect(await store.suppressions()).toEqual([]);
  });

  it("[PV6] are lost nowhere: where the log takes no more, the kiosk keeps all of it", async () => {
    const store = await aMemoryStore();
    const ingest = createIngest({
      openBody: openAsItStands,
      clock,
      store,
      withdrawals: {
        cleared: {},
        note: () => Promise.reject(new StoreFullError("the privacy log takes no record")),
      },
    });
    expect(await ingest(aRequest([anEntry({ id: anId(1) }, asked())]))).toMatchObject({
      type: "problem",
      code: "store-unavailable",
    });
    expect(await store.suppressions()).toEqual([]);
  });

  it("[AM5] stay on their kiosk where their occasion is not known yet", async () => {
    const entries = [
      anEntry({ id: anId(1), seq: 1 }, { ...asked(), occasion: "lucky-draw" }),
      anEntry({ id: anId(2), seq: 2 }, asked()),
      anEntry({ id: anId(3), seq: 3 }, { ...asked(), occasion: 7 }),
    ];
    const { receipt } = await ask({}, entries);
    const byId = Object.fromEntries(receipt.verdicts.map((each) => [each.id, each]));
    expect(byId).toMatchObject({
      [anId(1)]: { verdict: "retry", reason: "unknown-occasion" },
      [anId(2)]: { verdict: "retry", reason: "unknown-occasion" },
      [anId(3)]: { verdict: "rejected", reason: expect.stringMatching(/^occasion: /) },
    });
  });

  it("[AM5] were rejected by the name of that field by proxies of before, and stay owed too", async () => {
    // What such a proxy read an entry with, and said of it.
    const issue = Update.safeParse(asked());
    if (issue.success) throw new Error("an update has no such occasion");
    const reason = whereOf(issue.error);
    expect(reason.startsWith(UNKNOWN_OCCASION)).toBe(true);
    const header = { ...aHeader({ id: anId(1) }), kid: "k", enc: "" };
    const judged = verdictsBySeq([{ header, body: "sealed" }], {
      type: "receipt",
      verdicts: [{ id: anId(1), verdict: "rejected", reason }],
      unreadable: [],
      highestSeq: undefined,
      proxyTimeMs: NOW,
    });
    expect([judged.refused.size, judged.later.map(({ seq }) => seq)]).toEqual([0, [1]]);
  });
});

import path from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import {
  createKioskWithdrawals,
  WITHDRAWALS_AT_ONCE,
  WITHDRAWALS_PER_MINUTE,
} from "../../../src/proxy/privacy/kiosk-withdrawals.ts";
import { openPrivacyLog } from "../../../src/proxy/privacy/privacy-log.ts";
import { createPrivacy } from "../../../src/proxy/privacy/privacy.ts";
import { createVault } from "../../../src/proxy/vault/vault.ts";
import { cardIds } from "../../../src/proxy/visitor-ids/visitor-ids.ts";
import { KEYS } from "../../support/keys.ts";
import { aMovableClock } from "../../support/movable-clock.ts";
import { aBatch, anUpdate, MINUTE, NOW } from "../../support/store-builders.ts";
import { aFolder, aMemoryStore } from "../../support/store-files.ts";

const VAULT = createVault(KEYS);
const visitor = (number: number) => ({ kind: "member", value: String(number) }) as const;
const KIOSK = "kiosk-1";

/** Over a log on disk; `sent` is what may have reached Target of everybody. */
async function aDesk(file = path.join(aFolder(), "privacy.log")) {
  const log = await openPrivacyLog(file, VAULT);
  onTestFinished(() => log.close());
  const clock = aMovableClock(NOW);
  let sent: readonly string[] = ["lastStore"];
  const desk = createKioskWithdrawals({
    store: { sentAttributes: async () => sent },
    vault: VAULT,
    log,
    clock,
    cleared: { "*": "-" },
  });
  return { ...desk, log, clock, file, sends: (names: readonly string[]) => void (sent = names) };
}

describe("what is asked for at kiosks", () => {
  it("[PV6] is in the log outside the database before it is carried out, and once", async () => {
    const desk = await aDesk();
    expect(await desk.note(KIOSK, [visitor(21), visitor(22)])).toEqual([true, true]);
    expect(await desk.note("kiosk-2", [visitor(21)])).toEqual([true]);
    await desk.log.close();
    const { log, note, sends } = await aDesk(desk.file);
    const record = { act: "withdraw", atMs: NOW, attributes: ["lastStore"] };
    const [first, second] = [21, 22].map((each) => ({
      ...record,
      visitorKey: VAULT.hashOf(visitor(each)),
    }));
    expect(log.records).toEqual([first, second]);
    // After a start too; but what may have reached Target since is added.
    await note(KIOSK, [visitor(21)]);
    sends(["lastStore", "visitReason"]);
    await note(KIOSK, [visitor(21)]);
    await log.close();
    expect((await aDesk(desk.file)).log.records).toEqual([
      first,
      second,
      { ...first, attributes: ["lastStore", "visitReason"] },
    ]);
  });

  it("[PV6] is not forgotten by a database put back to before it", async () => {
    const desk = await aDesk();
    await desk.note(KIOSK, [visitor(21)]);
    await desk.log.close();
    const log = await openPrivacyLog(desk.file, VAULT);
    onTestFinished(() => log.close());
    const putBack = await aMemoryStore();
    await putBack.ingest(aBatch([anUpdate({ seq: 1, card: "21" })]));
    await createPrivacy({
      store: putBack,
      vault: VAULT,
      log,
      visitorIds: cardIds,
      clock: desk.clock,
      cleared: { "*": "-" },
      organization: "",
      onClearing: () => undefined,
      isShared: false,
    }).applyAgain();
    const scan = anUpdate({ seq: 2, card: "21" });
    expect(await putBack.ingest(aBatch([scan]))).toMatchObject({
      receipt: { verdicts: [{ verdict: "rejected", reason: "withdrawn" }] },
    });
    // What may have reached Target before is cleared, and what was owed no longer leaves.
    const ask = { nowMs: NOW, ledgerMs: 0, maxCallMs: 1, allowed: 9, leaseMs: 1, limit: 9 };
    const { claims } = await putBack.claim(ask);
    expect(claims.map(({ attributes }) => attributes)).toMatchObject([
      [{ name: "lastStore", value: "-" }],
    ]);
  });

  it("[LM1] comes no faster from one kiosk than people could ask; the others go on", async () => {
    const desk = await aDesk();
    const many = Array.from({ length: WITHDRAWALS_AT_ONCE + 2 }, (_, index) => visitor(index + 1));
    const may = await desk.note(KIOSK, many);
    expect(may.filter((each) => !each)).toHaveLength(2);
    expect(await desk.note("kiosk-2", [visitor(1_000)])).toEqual([true]);
    // What is in the log already is a repeat, and costs nothing.
    expect(await desk.note(KIOSK, [visitor(1)])).toEqual([true]);
    desk.clock.advance(MINUTE);
    const next = await desk.note(
      KIOSK,
      Array.from({ length: WITHDRAWALS_PER_MINUTE + 1 }, (_, index) => visitor(2_000 + index)),
    );
    expect(next.filter((each) => !each)).toHaveLength(1);
  });
});

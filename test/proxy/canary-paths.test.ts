import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, it, type TestContext } from "vitest";
import { BACKUP_PATH, BackupReceipt, HELD_PATH } from "../../src/contract/admin.ts";
import { VISITOR_RECEIPTS_PATH } from "../../src/contract/consent-receipts.ts";
import { ERASURES_PATH, WITHDRAWALS_PATH } from "../../src/contract/privacy.ts";
import { memberCard } from "../support/cards.ts";
import { configFile } from "../support/config-file.ts";
import { filesHolding, holds } from "../support/find-bytes.ts";
import { createRawKiosk } from "../support/raw-kiosk.ts";
import { runCommand, startSystem, type System } from "../support/system.ts";
import { waitFor } from "../support/wait.ts";

/** Card numbers that exist nowhere else, by what becomes of them. */
const DELIVERED = "2917100000018";
const FAILING = "2917100000025";
const WITHDRAWN = "2917100000032";
const ERASED = "2917100000049";
/** Beyond what is merged unseen in a minute. */
const HELD = Array.from({ length: 8 }, (_, index) => `29172000000${index + 10}`);
const ALL = [DELIVERED, FAILING, WITHDRAWN, ERASED, ...HELD];

/** A value that lies in the clear beside its hash: the search must find it where it looks. */
const CONTROL = "a-gift-for-nobody-else";

type Finished = Pick<TestContext, "onTestFinished">;

/** A system of the test's own: they run side by side, since most of each is waiting for the product. */
async function aSearched({ onTestFinished }: Finished, env: Readonly<Record<string, string>>) {
  const system = await startSystem({ env: { LOG_LEVEL: "trace", ...env } });
  onTestFinished(() => system.stop());
  const answers: string[] = [];
  return {
    system,
    /** What was answered, for the search. */
    answers,
    /** Asks as the operator, and keeps the answer for the search. */
    ask: async (address: string, body?: unknown): Promise<unknown> => {
      const init = body === undefined ? {} : { method: "POST", body: JSON.stringify(body) };
      const answer = await system.admin(address, init);
      const text = await answer.text();
      answers.push(JSON.stringify([...answer.headers]), text);
      return text === "" ? undefined : JSON.parse(text);
    },
    traces: (): readonly string[] => {
      const said = {
        stderr: system.stderr(),
        stdout: system.stdout(),
        answers: answers.join("\n"),
      };
      return ALL.flatMap((card) => [
        ...filesHolding(system.dataDir, card).map((file) => `${card} ${file}`),
        ...Object.entries(said).flatMap(([name, text]) =>
          holds(text, card) ? [`${card} ${name}`] : [],
        ),
      ]);
    },
  };
}

function member(value: string): { readonly kind: string; readonly value: string } {
  return { kind: "member", value };
}

describe.concurrent("[PV2] [PV8] a canary", () => {
  it("pushed through GET, hold, backup, withdrawal and erasure left no trace, in the backups neither", async (test) => {
    const slow = configFile({ cardLimits: { cardsPerMinute: 1, typedCardsPerMinute: 1 } });
    const env = { TARGET_METHOD: "GET", KIOSK_CONFIG: slow };
    const { system, answers, ask, traces } = await aSearched(test, env);
    const { emulator } = system;
    emulator.know(ALL);
    const kiosk = await createRawKiosk(system);
    for (const card of [DELIVERED, WITHDRAWN, ERASED]) {
      kiosk.add(card, { name: "lastStore", text: CONTROL });
    }
    for (const card of HELD) kiosk.add(card);
    const verdicts = (await kiosk.send()).map(({ verdict }) => verdict);
    expect(new Set(verdicts)).toEqual(new Set(["accepted"]));
    await emulator.arrived([DELIVERED, WITHDRAWN, ERASED]);
    // The card stood in the address of each call: Adobe's way with GET, and ours to keep quiet about.
    expect(emulator.calls().map(({ method }) => method)).not.toContain("POST");
    await ask(HELD_PATH);
    await ask(VISITOR_RECEIPTS_PATH, member(DELIVERED));

    const made = BackupReceipt.parse(await ask(BACKUP_PATH, {}));
    const before = readdirSync(path.dirname(made.folder)).length;
    await ask(WITHDRAWALS_PATH, member(WITHDRAWN));
    // Its answer holds the job for Adobe, which cannot but name the visitor to whoever asked.
    await system.admin(ERASURES_PATH, { method: "POST", body: JSON.stringify(member(ERASED)) });
    const cleared = (card: string) => emulator.attributesOf(card)?.["lastStore"] === "-";
    await waitFor("the clearing values", () => cleared(WITHDRAWN) && cleared(ERASED));
    for (const card of [WITHDRAWN, ERASED]) kiosk.add(card);
    await kiosk.send();
    const { code, stdout, stderr } = await runCommand("backup", [], {
      DATA_DIR: system.dataDir,
      ADMIN_PORT: new URL(system.adminUrl).port,
    });
    answers.push(stdout, stderr);
    expect(code).toBe(0);
    const backups = readdirSync(path.dirname(made.folder));
    expect(backups).toHaveLength(before + 1);

    expect(traces()).toEqual([]);
    // The search looks into every backup: what lies there in the clear it finds.
    const found = filesHolding(system.dataDir, CONTROL);
    for (const name of backups) {
      expect(found).toContain(path.join("backups", name, "tarjeta.sqlite"));
    }
    await ask(`${HELD_PATH}/${kiosk.device.deviceId}/release`, {});
    await emulator.arrived(HELD);
    // A call whose answer is lost: what the client says of it could hold the address.
    emulator.inject({ type: "lost-reply", match: { value: FAILING } });
    const another = await createRawKiosk(system, { kioskId: "kiosk-2" });
    another.add(FAILING);
    await another.send();
    await emulator.arrived([FAILING]);
    await system.kill("SIGTERM");
    expect(traces()).toEqual([]);
  });

  it("turned into an id of the site's left no trace, at the service's address neither", async (test) => {
    const asked: string[] = [];
    const service = createServer((request, response) => {
      void bodyOf(request).then((body) => {
        asked.push(`${request.method} ${request.url} ${JSON.stringify(request.headers)}`);
        const { card } = JSON.parse(body);
        // One that does not know it, and says whom it was asked about.
        if (card === FAILING) return response.writeHead(500).end(`no ${card} here`);
        return response.end(JSON.stringify({ id: `shopper-${ALL.indexOf(card)}` }));
      });
    });
    await new Promise<void>((listening) => service.listen(0, "127.0.0.1", listening));
    test.onTestFinished(() => void service.close());
    const { port } = service.address() as AddressInfo;
    const { system, traces } = await aSearched(test, {
      VISITOR_ID_MODE: "lookup",
      VISITOR_ID_LOOKUP: `http://127.0.0.1:${port}/ids`,
    });
    await expectDelivered(system, ["shopper-0"]);
    await waitFor("both to be asked about", () => asked.length >= 2);
    expect(asked.filter((line) => holds(line, DELIVERED) || holds(line, FAILING))).toEqual([]);
    expect(traces()).toEqual([]);
  });

  it("turned into a hash, or looked up in a file that changes for the worse, left no trace", async (test) => {
    const folder = mkdtempSync(path.join(tmpdir(), "tarjeta-ids-"));
    test.onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const ids = path.join(folder, "ids.csv");
    writeFileSync(ids, `card,id\n${DELIVERED},shopper-0\n`);
    const { system, traces } = await aSearched(test, {
      VISITOR_ID_MODE: "lookup",
      VISITOR_ID_LOOKUP: ids,
    });
    await expectDelivered(system, ["shopper-0"]);
    writeFileSync(ids, `card,id\n${DELIVERED},shopper-0\n${FAILING},${FAILING},${FAILING}\n`);
    const kiosk = await createRawKiosk(system, { kioskId: "kiosk-2" });
    let others = 0;
    await waitFor("the bad file to be told", async () => {
      // The file is looked at when somebody is looked up in it.
      kiosk.add(memberCard(910_000 + others++));
      await kiosk.send();
      return system.stderr().includes("The changed file of ids is not taken");
    });
    expect(traces()).toEqual([]);

    await system.kill("SIGTERM");
    await system.restart({ VISITOR_ID_MODE: "hmac", VISITOR_ID_LOOKUP: "" });
    const { emulator } = system;
    kiosk.add(DELIVERED);
    await kiosk.send();
    await waitFor("a call by hash", () =>
      emulator.calls().some(({ visitor }) => /^[0-9a-f]{64}$/.test(visitor?.value ?? "")),
    );
    expect(ALL.flatMap((card) => emulator.callsFor(card))).toEqual([]);
    await system.kill("SIGKILL");
    expect(traces()).toEqual([]);
  });
});

/** One card whose id is known and one whose is not; Target hears of the ids alone. */
async function expectDelivered(system: System, ids: readonly string[]): Promise<void> {
  const { emulator } = system;
  emulator.know(ids);
  const kiosk = await createRawKiosk(system);
  kiosk.add(DELIVERED);
  kiosk.add(FAILING);
  await kiosk.send();
  await emulator.arrived(ids);
  expect([...emulator.callsFor(DELIVERED), ...emulator.callsFor(FAILING)]).toEqual([]);
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = "";
  for await (const chunk of request) body += String(chunk);
  return body;
}

import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { writeKeysFile } from "../../src/proxy/keys/keys-file.ts";
import { refuseNetworkFolder } from "../../src/proxy/network-folder.ts";
import { breakDisk } from "../support/broken-disk.ts";
import { memberCards } from "../support/cards.ts";
import { readJournal } from "../support/journal.ts";
import { KEYS } from "../support/keys.ts";
import { ask, startPostgres } from "../support/postgres.ts";
import { createRawKiosk, type RawKiosk } from "../support/raw-kiosk.ts";
import { aSmallDisk, isMounted, type SmallDisk } from "../support/small-disk.ts";
import { runToTheEnd, startSystem, type System } from "../support/system.ts";
import { aMachine } from "../support/told.ts";
import { waitFor } from "../support/wait.ts";

// The running product, and what befalls it; each story ends with its cause gone and all delivered.

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const MB = 1_000_000;

const CARDS = memberCards(40, 8_100);

/** One scan, sent until it is taken. */
async function scan(kiosk: RawKiosk, card: string, text: string): Promise<void> {
  kiosk.add(card, { name: "lastStore", text });
  expect(await kiosk.send()).toMatchObject([{ verdict: "accepted" }]);
}

async function answerTo(kiosk: RawKiosk) {
  const { nonce, body } = kiosk.request();
  return kiosk.post(body, { nonce });
}

const storeOf = (system: System, card: string) => system.emulator.attributesOf(card)?.["lastStore"];

function arrives(system: System, card: string, text: string): Promise<unknown> {
  return waitFor(`${text} in Target`, () => storeOf(system, card) === text);
}

/** An environment in which a second product would start. */
const besides = (system: System) => ({
  PORT: "0",
  ADMIN_PORT: "0",
  DATA_DIR: system.dataDir,
  TARGET_CLIENT: system.emulator.client,
  TARGET_ORIGIN: system.emulator.url,
});

describe("a proxy whose surroundings fail", () => {
  let disk: SmallDisk;
  let system: System;
  /** How far the machine's clocks and Target's are ahead of ours. */
  let aheadMs = 0;

  beforeAll(async () => {
    disk = aSmallDisk(96 * MB);
    const env = { ...disk.env, DISK_RESERVE_MB: "40" };
    system = await startSystem({ dataDir: disk.folder, env });
    system.emulator.know(CARDS);
  });
  afterAll(async () => {
    await system?.stop();
    disk?.remove();
  });

  const pass = async (ms: number) => {
    aheadMs += ms;
    await disk.tell({ wallMs: aheadMs, monoMs: aheadMs });
    system.emulator.advance(ms);
  };
  /** Target answers like this until told otherwise. */
  const spoil = (fault: object) =>
    system.emulator.inject({ share: 1, match: { route: "any" }, ...fault });
  /** Requests that were answered so. */
  const spoilt = async () => {
    const answer = await system.emulator.app.inject("/_emulator/faults");
    return Number(/"seen":(\d+)/.exec(answer.body)?.[1] ?? 0);
  };

  it("[ST4] [ST6] a disk that fills: refuses politely, forwards what it has, and goes on once there is room", async () => {
    const kiosk = await createRawKiosk(system);
    const [card, later] = CARDS;
    spoil({ type: "status", status: 503 });
    await scan(kiosk, card!, "before");
    await disk.leave(20 * MB);
    await waitFor("it to be seen", async () => {
      const ready = await fetch(`${system.kioskUrl}/readyz`);
      return ready.status === 503 && (await ready.json()).code === "no-room";
    });
    kiosk.add(later!, { name: "lastStore", text: "after" });
    const refused = await answerTo(kiosk);
    expect(refused.status).toBe(503);
    expect(refused.headers.get("retry-after")).toBe("60");
    expect(await refused.json()).toMatchObject({ code: "no-room" });
    expect(await system.metric("tarjeta_disk_reserve_bytes")).toBe(40 * MB);
    expect(await system.metric("tarjeta_disk_free_bytes")).toBeLessThan(21 * MB);

    system.emulator.clearFaults();
    await pass(MINUTE);
    await arrives(system, card!, "before");
    await waitFor("the call to be settled", async () => {
      return (await system.metric("tarjeta_visitors_waiting")) === 0;
    });
    expect(storeOf(system, later!)).toBeUndefined();
    await disk.leave(60 * MB);
    await waitFor("room", async () => (await fetch(`${system.kioskUrl}/readyz`)).ok);
    expect(await kiosk.send()).toMatchObject([{ verdict: "accepted" }]);
    await arrives(system, later!, "after");
    expect(system.stderr()).toMatch(/The disk is nearly full.*\n(?:.*\n)*.*There is room/);
  });

  it("[ST6] a Target that is away for a day: takes everything in, sets nobody aside, delivers the newest", async () => {
    const [, , card, other] = CARDS;
    await scan(await createRawKiosk(system), card!, "day-0");
    await arrives(system, card!, "day-0");
    spoil({ type: "status", status: 503 });
    for (const turn of [1, 2, 3, 4]) {
      const kiosk = await createRawKiosk(system);
      await scan(kiosk, card!, `day-${turn}`);
      if (turn === 1) await scan(kiosk, other!, "day-1");
      const before = await spoilt();
      await waitFor("Target to be tried", async () => (await spoilt()) > before);
      await pass(6 * HOUR);
    }
    expect(await system.metric("tarjeta_visitors_waiting")).toBe(2);
    expect(await system.metric("tarjeta_oldest_waiting_seconds")).toBeGreaterThan(23 * 3_600);
    expect((await fetch(`${system.kioskUrl}/readyz`)).status).toBe(200);
    system.emulator.clearFaults();
    await pass(10 * MINUTE);
    await arrives(system, card!, "day-4");
    await arrives(system, other!, "day-1");
    expect(await system.deadLetters()).toEqual([]);
  });

  it.each([
    ["a page of HTML", { type: "html" }, 4],
    ["200 without a word of an answer", { type: "status", status: 200, body: "{]" }, 5],
    ["400 to everybody", { type: "status", status: 400 }, 6],
  ])(
    "[ST6] a Target that answers %s: sets nobody aside, and delivers when it is itself again",
    async (_what, fault, index) => {
      const cards = [CARDS[index]!, CARDS[index + 10]!];
      const kiosk = await createRawKiosk(system);
      await pass(10 * MINUTE);
      spoil(fault);
      for (const card of cards) await scan(kiosk, card, "now");
      await waitFor("Target to be tried", async () => (await spoilt()) >= 2);
      await pass(10 * MINUTE);
      await waitFor("Target to be tried again", async () => (await spoilt()) >= 3);
      for (const card of cards) expect(storeOf(system, card)).toBeUndefined();
      expect(await system.deadLetters()).toEqual([]);
      system.emulator.clearFaults();
      await pass(10 * MINUTE);
      for (const card of cards) await arrives(system, card, "now");
    },
  );

  it("[ST6] a clock set back an hour: dates nothing before what was, forwards on, frees no call early", async () => {
    const card = CARDS[7]!;
    const kiosk = await createRawKiosk(system);
    const scannedAt = () => system.emulator.attributesOf(card)?.["lastScanAt"] ?? "";
    await scan(kiosk, card, "before");
    await arrives(system, card, "before");
    const before = scannedAt();
    const used = await system.metric("tarjeta_allowance_used_calls");
    // And a minute passes, so that the visitor may be called for again.
    await disk.tell({ wallMs: aheadMs - HOUR, monoMs: aheadMs + MINUTE });
    system.emulator.advance(MINUTE);
    await scan(kiosk, card, "meanwhile");
    await arrives(system, card, "meanwhile");
    expect(scannedAt() >= before).toBe(true);
    expect(await system.metric("tarjeta_allowance_used_calls")).toBeGreaterThan(used);
    aheadMs += MINUTE;
    await pass(MINUTE);
    await scan(kiosk, card, "after");
    await arrives(system, card, "after");
    expect(await system.deadLetters()).toEqual([]);
  });

  it("[ST3] is not joined on its file by a second process, which says why, and goes on", async () => {
    const { code, stderr, stdout } = await runToTheEnd(besides(system));
    expect(stderr).toBe(
      `DATA_DIR: ${path.join(system.dataDir, "tarjeta.sqlite")} is in use by another process; stop that one, or set DATA_DIR to another folder.\n`,
    );
    expect([code, stdout]).toEqual([1, ""]);
    await scan(await createRawKiosk(system), CARDS[8]!, "alone");
  });
});

describe("a network file system", () => {
  it("[ST3] is refused at the start by one sentence", async () => {
    const machine = aMachine({ fileSystem: 0x6969 });
    const dataDir = mkdtempSync(path.join(tmpdir(), "tarjeta-network-"));
    onTestFinished(() => {
      machine.forget();
      rmSync(dataDir, { recursive: true, force: true });
    });
    const { code, stderr } = await runToTheEnd({
      ...machine.env,
      PORT: "0",
      ADMIN_PORT: "0",
      EMULATOR_PORT: "0",
      DATA_DIR: dataDir,
    });
    expect(stderr).toMatch(
      /^DATA_DIR: .* is on a network file system \(NFS\), .*DATABASE_URL\.\n$/,
    );
    expect(code).toBe(1);
  });

  it.each([
    ["NFS", 0x6969],
    ["CIFS", 0xff534d42],
    ["CIFS", 0xff534d42 | 0],
    ["SMB2", 0xfe534d42],
    ["FUSE", 0x65735546],
  ])("[ST3] is known by its number: %s", (name, number) => {
    expect(() => refuseNetworkFolder("/srv", number)).toThrow(
      `DATA_DIR: /srv is on a network file system (${name})`,
    );
  });

  it.each([
    ["ext4", 0xef53],
    ["XFS", 0x58465342],
    ["Btrfs", 0x9123683e],
    ["tmpfs", 0x01021994],
    ["overlayfs", 0x794c7630],
  ])("[ST3] is none of the usual ones: %s", (_name, number) => {
    refuseNetworkFolder("/srv", number);
  });
});

describe("a disk that fails under the database", () => {
  let system: System;
  beforeAll(async () => {
    system = await startSystem();
    system.emulator.know(CARDS);
  });
  afterAll(() => system?.stop());

  const LOG = "tarjeta.sqlite-wal";
  const acknowledged = async () => {
    const kept = new Set(readJournal(system.dataDir).map(({ id }) => id));
    return (id: string) => kept.has(id);
  };

  it("[ST6] full to the last byte: refuses, keeps running, and takes in once there is room", async () => {
    const kiosk = await createRawKiosk(system);
    await scan(kiosk, CARDS[20]!, "before");
    const pid = system.pid();
    const mend = await breakDisk(pid, path.join(system.dataDir, LOG), "writes", "ENOSPC");
    kiosk.add(CARDS[21]!, { name: "lastStore", text: "after" });
    const answer = await answerTo(kiosk);
    expect([answer.status, (await answer.json()).code]).toEqual([503, "store-unavailable"]);
    await mend();
    expect(await kiosk.send()).toMatchObject([{ verdict: "accepted" }]);
    await arrives(system, CARDS[21]!, "after");
    expect(system.pid()).toBe(pid);
  });

  it.each([
    ["becomes read-only", "writes", "EROFS", 22],
    ["does not keep what it was given", "syncs", "EIO", 24],
  ] as const)(
    "[ST5] [ST6] that %s: the process ends rather than guess, and all that was acknowledged is there",
    async (_what, calls, error, index) => {
      const kiosk = await createRawKiosk(system);
      const first = kiosk.add(CARDS[index]!, { name: "lastStore", text: "before" });
      expect(await kiosk.send()).toMatchObject([{ verdict: "accepted" }]);
      const ended = waitForEnd(system);
      const mend = await breakDisk(system.pid(), path.join(system.dataDir, LOG), calls, error);
      const second = kiosk.add(CARDS[index + 1]!, { name: "lastStore", text: "after" });
      const answer = await answerTo(kiosk).then(
        ({ status }) => status,
        () => "no answer",
      );
      expect(["no answer", 503]).toContain(answer);
      await ended;
      await mend();
      expect(system.stderr()).toMatch(
        /^The store failed and the proxy ends rather than guess: .*cannot be trusted any more/m,
      );
      if (error === "EROFS") {
        const refusal = await refusalWhileReadOnly(system);
        if (refusal !== undefined) {
          expect(refusal).toMatch(
            /^DATA_DIR: .* cannot be written \(E(?:ROFS|ACCES)\); set DATA_DIR/,
          );
        }
      }
      await system.restart();
      await kiosk.send();
      expect(kiosk.owed()).toEqual([]);
      const isKept = await acknowledged();
      expect([first, second].map(isKept)).toEqual([true, true]);
      await arrives(system, CARDS[index + 1]!, "after");
    },
  );
});

/** The process ends by itself. */
function waitForEnd(system: System): Promise<unknown> {
  return waitFor("the proxy to end", async () => {
    try {
      await fetch(`${system.adminUrl}/healthz`);
      return false;
    } catch {
      return true;
    }
  });
}

/** What a start says while its folder cannot be written; nothing where this user cannot have that. */
async function refusalWhileReadOnly(system: System): Promise<string | undefined> {
  const makeWritable = makeReadOnly(system.dataDir);
  if (makeWritable === undefined) return undefined;
  try {
    const { code, stderr } = await runToTheEnd(besides(system));
    expect(code).toBe(1);
    return stderr;
  } finally {
    makeWritable();
  }
}

/** Root writes whatever the permissions say, but not on a read-only mount, where it may make one. */
function makeReadOnly(folder: string): (() => void) | undefined {
  if (process.getuid?.() !== 0) {
    chmodSync(folder, 0o500);
    return () => chmodSync(folder, 0o700);
  }
  if (!isMounted(["--bind", folder, folder])) return undefined;
  const unmount = () => void execFileSync("umount", [folder]);
  if (isMounted(["-o", "remount,bind,ro", folder])) return unmount;
  unmount();
  return undefined;
}

describe("a PostgreSQL that is gone for a while, under load", () => {
  it("[ST6] [PG5] is waited for: kiosks keep what was not taken, and all of it arrives", async () => {
    const server = await startPostgres();
    const folder = mkdtempSync(path.join(tmpdir(), "tarjeta-keys-"));
    const keysFile = path.join(folder, "keys.json");
    writeKeysFile(keysFile, KEYS);
    const url = await server.newDatabase();
    const machine = aMachine();
    const env = { ...machine.env, DATABASE_URL: url, KEYS_FILE: keysFile };
    const system = await startSystem({ env });
    onTestFinished(async () => {
      await system.stop();
      await server.stop();
      machine.forget();
      rmSync(folder, { recursive: true, force: true });
    });
    system.emulator.know(CARDS);
    const over = new AbortController();
    const kiosks = await Promise.all(
      [0, 1, 2].map((n) => createRawKiosk(system, { kioskId: `k-${n}` })),
    );
    const tallies = kiosks.map(() => ({ taken: [] as string[], refused: 0 }));
    const work = async (kiosk: RawKiosk, index: number) => {
      const tally = tallies[index]!;
      for (let turn = 0; !over.signal.aborted || kiosk.owed().length > 0; turn += 1) {
        if (!over.signal.aborted) {
          kiosk.add(CARDS[index * 5 + (turn % 5)]!, { name: "lastStore", text: `t-${turn}` });
        }
        try {
          for (const { id, verdict } of await kiosk.send()) {
            expect(["accepted", "duplicate"]).toContain(verdict);
            tally.taken.push(id);
          }
        } catch {
          // The answer was no receipt: everything is still owed.
          tally.refused += 1;
          await new Promise((wake) => setTimeout(wake, 50));
        }
      }
    };
    const working = Promise.all(kiosks.map(work));
    const each = (what: string, look: (tally: (typeof tallies)[number]) => boolean) =>
      waitFor(what, () => tallies.every(look));
    await each("updates to be taken in", ({ taken }) => taken.length > 5);
    const pid = system.pid();
    await server.kill();
    await each("refusals", ({ refused }) => refused > 3);
    const before = tallies.map(({ taken }) => taken.length);
    await server.start();
    await waitFor("updates to be taken in again", () =>
      tallies.every(({ taken }, index) => taken.length > before[index]! + 5),
    );
    over.abort();
    await working;
    const rows = await ask(url, "SELECT id FROM journal");
    const kept = new Set(rows.map(({ id }) => String(id)));
    expect(tallies.flatMap(({ taken }) => taken).filter((id) => !kept.has(id))).toEqual([]);
    expect(rows).toHaveLength(kept.size);
    // Until the leases end of what could not be settled.
    await machine.tell({ wallMs: 2 * MINUTE, monoMs: 2 * MINUTE });
    system.emulator.advance(2 * MINUTE);
    await waitFor("all to be forwarded", async () => {
      return (await system.metric("tarjeta_visitors_waiting")) === 0;
    });
    for (const index of [0, 1, 2]) await system.emulator.arrived([CARDS[index * 5]!]);
    expect(system.pid()).toBe(pid);
    expect(await system.deadLetters()).toEqual([]);
  });
});

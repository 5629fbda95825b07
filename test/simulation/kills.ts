import { INGEST_PATH } from "../../src/contract/ingest.ts";
import { memberCard } from "../support/cards.ts";
import type { Act } from "../support/fault-proxy.ts";
import { mergedTwice, readJournal, scannedCards } from "../support/journal.ts";
import { withKiosk, type Kiosk } from "../support/kiosk.ts";
import { depth, scanAndBeThanked } from "../support/kiosk-page.ts";
import { patientConfigFile } from "../support/patient-config.ts";
import { createRawKiosk } from "../support/raw-kiosk.ts";
import { startSystem, type System } from "../support/system.ts";
import { pause, waitFor } from "../support/wait.ts";

/** What a row of the chaos table counts. */
export interface KillResult {
  /** Moments at which something was killed or broken off. */
  readonly points: number;
  readonly thanked: number;
  readonly lost: number;
  /** Merged twice, or sent to Target twice although the proxy lived. */
  readonly doubled: number;
}

export interface KillPlan {
  readonly points: number;
  readonly onPoint?: (point: number) => void;
}

/** A repeatable draw in [0, 1) per crash point; the low-discrepancy sequence of the golden ratio. */
function draw(point: number): number {
  return (point * 0.618_033_988_749_895) % 1;
}

/** SIGKILL to the whole browser, at another moment around storing and sending each time. */
export function browserKills({ points, onPoint }: KillPlan): Promise<KillResult> {
  return withSystem(async (system) => {
    const cards: string[] = [];
    await withKiosk(system, async (kiosk) => {
      for (let point = 0; point < points; point += 1) {
        const card = memberCard(300_000 + point);
        await scanAndBeThanked(kiosk.page(), card);
        cards.push(card);
        await pause(draw(point) * LONGEST_WAIT_MS);
        await kiosk.pullPlug();
        onPoint?.(point + 1);
      }
      await depth(kiosk.page(), 0, 120_000);
    });
    return resultOf(system, points, cards, await repeatedCalls(system, cards));
  });
}

/** Ours: storing, sending and being answered take about this long together. */
const LONGEST_WAIT_MS = 120;

/** The worker is stopped, or the line broken off, at another moment each time. */
export function workerAndLineCuts({ points, onPoint }: KillPlan): Promise<KillResult> {
  return withSystem(async (system) => {
    const cards: string[] = [];
    await withKiosk(system, async (kiosk) => {
      const session = await kiosk.browser().context.newCDPSession(kiosk.page());
      await session.send("ServiceWorker.enable");
      for (let point = 0; point < points; point += 1) {
        const card = memberCard(400_000 + point);
        const isLine = point % 2 === 0;
        if (isLine) kiosk.line.on(INGEST_PATH, breakOnce(kiosk, draw(point)));
        await scanAndBeThanked(kiosk.page(), card);
        cards.push(card);
        if (!isLine) {
          await pause(draw(point) * LONGEST_WAIT_MS);
          await session.send("ServiceWorker.stopAllWorkers");
        }
        onPoint?.(point + 1);
      }
      kiosk.line.on(INGEST_PATH);
      await depth(kiosk.page(), 0, 180_000);
    });
    return resultOf(system, points, cards, await repeatedCalls(system, cards));
  });
}

/** Cards that Target was called about more than once, each having been scanned once. */
async function repeatedCalls(system: System, cards: readonly string[]): Promise<number> {
  await waitFor("the forwarder to be done", async () => {
    return (await system.metric("tarjeta_visitors_waiting")) === 0;
  });
  return cards.filter((card) => system.emulator.callsFor(card).length > 1).length;
}

/** The next answer stops after a share of its bytes; with none at all the request is lost too. */
function breakOnce(kiosk: Kiosk, share: number): Act {
  return async (exchange) => {
    kiosk.line.on(INGEST_PATH);
    if (share < 0.2) return exchange.cut();
    const { body } = await exchange.forward();
    const head = `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n`;
    const whole = head + body.toString();
    exchange.writeRaw(whole.slice(0, Math.floor(whole.length * share)));
  };
}

/** SIGKILL to the proxy, at another moment around taking in, answering and forwarding each time. */
export function proxyKills({ points, onPoint }: KillPlan): Promise<KillResult> {
  return withSystem(async (system) => {
    const kiosk = await createRawKiosk(system);
    const cards: string[] = [];
    for (let point = 0; point < points; point += 1) {
      for (let scan = 0; scan < 3; scan += 1) {
        const card = memberCard(500_000 + cards.length);
        system.emulator.know([card]);
        kiosk.add(card);
        cards.push(card);
      }
      // Broken off in the middle more often than not; what no receipt named is owed on.
      const sending = kiosk.send().catch(() => undefined);
      await pause(draw(point) * LONGEST_PROXY_WAIT_MS);
      await system.kill("SIGKILL");
      await sending;
      await system.restart();
      onPoint?.(point + 1);
    }
    await waitFor("everything to be taken in", async () => {
      await kiosk.send().catch(() => undefined);
      return kiosk.owed().length === 0;
    });
    await system.emulator.arrived(cards, 180_000);
    // A call may be repeated after a kill between Target's answer and its record (rule FW1).
    return resultOf(system, points, cards, 0);
  });
}

/** Ours: a batch is answered after some milliseconds, and Target's call follows at once. */
const LONGEST_PROXY_WAIT_MS = 40;

async function withSystem(act: (system: System) => Promise<KillResult>): Promise<KillResult> {
  const system = await startSystem({ env: { KIOSK_CONFIG: patientConfigFile() } });
  try {
    return await act(system);
  } finally {
    await system.stop();
  }
}

function resultOf(
  system: System,
  points: number,
  cards: readonly string[],
  repeated: number,
): KillResult {
  const rows = readJournal(system.dataDir);
  const arrived = new Set(scannedCards(rows));
  return {
    points,
    thanked: cards.length,
    lost: cards.filter((card) => !arrived.has(card)).length,
    doubled: mergedTwice(rows).length + repeated,
  };
}

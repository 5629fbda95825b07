import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { memberCards } from "../support/cards.ts";
import { mergedTwice, readJournal, takenIn } from "../support/journal.ts";
import { withKiosk } from "../support/kiosk.ts";
import { depth, scanAndBeThanked, stateOf } from "../support/kiosk-page.ts";
import { runCommand, startSystem, type System } from "../support/system.ts";
import { waitFor } from "../support/wait.ts";

const HOUR_MS = 3_600_000;

/** Ours: how long a request may be on its way on a busy machine, which is taken for the clock. */
const SLACK_MS = 10_000;

/** The database and its log, copied while nobody has them open. */
function copyOfFiles(dataDir: string): string {
  const folder = mkdtempSync(path.join(tmpdir(), "tarjeta-copy-"));
  for (const name of readdirSync(dataDir).filter((each) => each.startsWith("tarjeta.sqlite"))) {
    cpSync(path.join(dataDir, name), path.join(folder, name));
  }
  return folder;
}

function putFilesBack(dataDir: string, copy: string): void {
  for (const name of readdirSync(dataDir).filter((each) => each.startsWith("tarjeta.sqlite"))) {
    rmSync(path.join(dataDir, name));
  }
  cpSync(copy, dataDir, { recursive: true });
  rmSync(copy, { recursive: true });
}

/** What every card's profile says. */
function profiles(system: System, cards: readonly string[]) {
  return cards.map((card) => system.emulator.attributesOf(card));
}

async function openIncidents(system: System): Promise<readonly unknown[]> {
  return (await system.incidents()).filter((each) => each["open"] === true);
}

describe("a proxy that was put back to a copy", () => {
  it.each([
    ["in the same page life", false],
    ["also when the page of those scans is gone", true],
  ])(
    "[IN5] [OB7] asks for the scans since, %s, and ends with the same profiles",
    async (_what, isReloaded) => {
      const system = await startSystem();
      const cards = memberCards(9, isReloaded ? 6_100 : 6_000);
      const [before, since, after] = [cards.slice(0, 3), cards.slice(3, 7), cards.slice(7)];
      system.emulator.know(cards);
      try {
        await withKiosk(system, async (kiosk) => {
          for (const card of before) await scanAndBeThanked(kiosk.page(), card);
          await takenIn(system.dataDir, before);
          await depth(kiosk.page(), 0);
          await system.kill("SIGTERM");
          const copy = copyOfFiles(system.dataDir);
          await system.restart();

          // Of a page load that the copy has never heard of, and one scan of a card it has.
          if (isReloaded) await kiosk.pullPlug();
          const scans = [...since, before[0]!];
          for (const card of scans) await scanAndBeThanked(kiosk.page(), card);
          await depth(kiosk.page(), 0);
          await system.emulator.arrived([...before, ...since]);
          const earlier = profiles(system, [...before, ...since]);

          // The disk dies; what is put back knows nothing of those scans.
          await system.kill("SIGKILL");
          putFilesBack(system.dataDir, copy);
          expect(readJournal(system.dataDir).length).toBeLessThan(before.length * 2 + scans.length);
          if (isReloaded) await kiosk.pullPlug();
          // The kiosk notices that the proxy is away, and that it is back.
          for (const card of after) await scanAndBeThanked(kiosk.page(), card);
          await system.restart();
          await takenIn(system.dataDir, cards);
          await depth(kiosk.page(), 0);
          await waitFor(
            "all to be sent",
            async () => (await system.metric("tarjeta_visitors_waiting")) === 0,
            { timeoutMs: 90_000 },
          );

          expect(await openIncidents(system)).toEqual([]);
          expect(mergedTwice(readJournal(system.dataDir))).toEqual([]);
          const later = profiles(system, [...before, ...since]);
          expect(later.map(timeless)).toEqual(earlier.map(timeless));
          for (const [index, profile] of later.entries()) {
            // Dated anew by the clocks of another contact: as much apart as two requests are.
            const apartMs = scannedAtMs(profile) - scannedAtMs(earlier[index]);
            expect(Math.abs(apartMs)).toBeLessThan(SLACK_MS);
          }
        });
      } finally {
        await system.stop();
      }
    },
  );

  it("[BK1] [BK2] [BK3] comes back from npm run backup and restore, and overshoots nothing", async () => {
    const allowed = 12;
    const outside = mkdtempSync(path.join(tmpdir(), "tarjeta-backups-"));
    const privacyLog = path.join(outside, "privacy.log");
    const system = await startSystem({
      env: { TARGET_DAILY_CALLS: String(allowed), PRIVACY_LOG_FILE: privacyLog },
    });
    const [last, ...cards] = memberCards(7, 6_200);
    system.emulator.know([last!, ...cards]);
    system.emulator.tune({ limit: allowed });
    const archive = path.join(outside, "monday");
    const env = {
      DATA_DIR: system.dataDir,
      ADMIN_PORT: new URL(system.adminUrl).port,
      TARGET_DAILY_CALLS: String(allowed),
      PRIVACY_LOG_FILE: privacyLog,
    };
    try {
      await withKiosk(system, async (kiosk) => {
        for (const card of cards.slice(0, 2)) await scanAndBeThanked(kiosk.page(), card);
        await takenIn(system.dataDir, cards.slice(0, 2));
        // While it runs, through its own connection.
        const made = await runCommand("backup", [archive], env);
        expect(made).toMatchObject({ code: 0, stderr: "" });
        expect(made.stdout).toContain(`Backup    ${archive}`);
        expect(readdirSync(path.join(system.dataDir, "backups"))).toEqual([]);

        for (const card of cards.slice(2)) await scanAndBeThanked(kiosk.page(), card);
        await system.emulator.arrived(cards);
        await depth(kiosk.page(), 0);
        const earlier = profiles(system, cards);

        const tooEarly = await runCommand("restore", [archive, "--force"], env);
        expect(tooEarly).toMatchObject({ code: 1 });
        expect(tooEarly.stderr).toMatch(/in use by a proxy that runs; stop it first\.\n$/);
        await system.kill("SIGKILL");
        const tooBold = await runCommand("restore", [archive], env);
        expect(tooBold.stderr).toMatch(/is there already; give --force/);
        for (const name of readdirSync(system.dataDir)) {
          if (name !== "admin-token") rmSync(path.join(system.dataDir, name), { recursive: true });
        }
        expect(await runCommand("restore", [archive], env)).toMatchObject({ code: 0, stderr: "" });
        expect(existsSync(path.join(system.dataDir, "tarjeta.sqlite"))).toBe(true);

        const callsBefore = system.emulator.calls().length;
        await scanAndBeThanked(kiosk.page(), last!);
        await system.restart();
        // The kiosk's next word brings the rest; nothing leaves, since all may have left already.
        await takenIn(system.dataDir, [last!, ...cards]);
        await waitFor(
          "the unknown calls to be charged",
          async () => (await system.metric("tarjeta_allowance_used_calls")) === allowed,
        );
        expect(await system.metric("tarjeta_visitors_waiting")).toBeGreaterThan(0);
        expect(system.emulator.calls().length).toBe(callsBefore);

        await system.kill("SIGTERM");
        system.emulator.advance(25 * HOUR_MS);
        await system.restart({ MOVED_CLOCK_MS: String(25 * HOUR_MS) });
        await waitFor(
          "all to be sent a day later",
          async () => (await system.metric("tarjeta_visitors_waiting")) === 0,
          { timeoutMs: 90_000 },
        );
        expect(profiles(system, cards).map(timeless)).toEqual(earlier.map(timeless));
        expect(await openIncidents(system)).toEqual([]);
        expect(system.emulator.meter().maxInAnyWindow).toBeLessThanOrEqual(allowed);
        expect((await stateOf(kiosk.page())).depth).toBe(0);
      });
    } finally {
      await system.stop();
      rmSync(outside, { recursive: true, force: true });
    }
  });
});

type Profile = Readonly<Record<string, string>> | undefined;

function timeless(profile: Profile): Readonly<Record<string, string>> {
  const { lastScanAt: _at, ...rest } = profile ?? {};
  return rest;
}

function scannedAtMs(profile: Profile): number {
  return Date.parse(profile?.["lastScanAt"] ?? "");
}

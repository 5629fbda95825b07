import { WITHDRAWALS_PATH } from "../../../src/contract/privacy.ts";
import type { TestServer } from "../../support/postgres.ts";
import { putDumpBack, takeDump } from "../../support/postgres-dump.ts";
import { seeded } from "../../support/seeded.ts";
import { runCommand } from "../../support/system.ts";
import { judge, type Evidence, type Verdicts } from "./fleet-judge.ts";
import { bringAll, serveShoppers } from "./fleet-load.ts";
import { noteSettlements, openFleet, type Fleet } from "./fleet.ts";

export interface RestoreStory {
  readonly server: TestServer;
  readonly seed: number;
  /**
   * - `as told`: put back, and said so to `npm run restore -- --database` with every proxy's log.
   * - `in silence`: put back, and proxies started that were told nothing.
   * - `no`: the same hours without any of it.
   */
  readonly isPutBack: "as told" | "in silence" | "no";
  /** Whether kiosks keep what was receipted (rule OB7). */
  readonly keeps: boolean;
  readonly members: number;
}

export interface RestoreResult {
  readonly verdicts: Verdicts;
  readonly acknowledged: number;
  /** What Target's profiles say in the end, by card, in order. */
  readonly profiles: readonly (readonly [card: string, attributes: Record<string, string>])[];
  /** Calls for whoever withdrew, after that, with anything but the value that clears. */
  readonly callsForWithdrawn: number;
  /** What the withdrawn visitor's profile says in the end; all of it was there before the withdrawal. */
  readonly profileOfWithdrawn: Readonly<Record<string, string>>;
  /** What the command said. */
  readonly said: string;
}

/** Ours: what a profile's attribute is overwritten with, as `CLEARED_VALUES` has it. */
const CLEARED = "-";

const ALLOWED = 24;
const MINUTE_MS = 60_000;

/** Ours: half of the allowance, more or less, is used up before the dump, and the rest after it. */
const ROUNDS = { before: 2, after: 6 } as const;

/** Ours: how much of the time is let pass at once while what is owed goes out. */
const DRAIN_STEP_MS = 120 * MINUTE_MS;

/**
 * An hour under load whose database is put back to its beginning at its end: some of what was taken in
 * and sent meanwhile is known to the kiosks and to Target alone, and who withdrew to one proxy's log.
 */
export async function restoreStory(story: RestoreStory): Promise<RestoreResult> {
  const { server, seed, isPutBack, keeps } = story;
  const random = seeded(seed);
  const databaseUrl = await server.newDatabase();
  const size = { members: story.members, kiosks: 4, cards: 16, allowed: ALLOWED };
  const fleet = await openFleet({ databaseUrl, keeps, ...size });
  // Nobody else meets them by chance.
  const [withdrawn, ...others] = fleet.cards;
  const shops = { ...fleet, cards: others };
  const leaver = fleet.kiosks[0]!;
  let said = "";
  const round = async (ms: number) => {
    await serveShoppers(shops, random);
    await beatAll(fleet);
    await fleet.pass(ms);
  };
  try {
    leaver.scan(withdrawn!, "lastStore");
    for (let count = 0; count < ROUNDS.before; count += 1) await round(MINUTE_MS);
    const serving = serveShoppers(shops, random);
    const dump = await takeDump(databaseUrl);
    await serving;
    leaver.scan(withdrawn!, "lastKiosk");
    for (let count = 0; count < ROUNDS.after; count += 1) await round(10 * MINUTE_MS);
    const member = fleet.members.at(-1)!;
    await member.admin(WITHDRAWALS_PATH, { kind: "member", value: withdrawn });
    const withdrawnMs = fleet.clock.wallMs();
    leaver.scan(withdrawn!, "lastStore"); // Too late.
    if (isPutBack !== "no") {
      await Promise.all(fleet.members.map((each) => each.kill("SIGKILL")));
      await serveShoppers(shops, random); // Nobody answers.
      await putDumpBack(databaseUrl, dump, () => noteSettlements(databaseUrl));
      const isTold = isPutBack === "as told";
      if (isTold) said = await sayRestored(fleet, databaseUrl);
      // Whoever was told nothing knows only what stands in its own log.
      const starting = isTold ? fleet.members : fleet.members.slice(0, 1);
      await Promise.all(starting.map((each) => each.start()));
    } else await serveShoppers(shops, random);
    for (let count = 0; count < ROUNDS.after; count += 1) await round(10 * MINUTE_MS);
    await beatAll(fleet);
    await bringAll(fleet);
    await fleet.drain(DRAIN_STEP_MS);
    return resultOf(await fleet.evidence(), { others, withdrawn: withdrawn!, withdrawnMs, said });
  } finally {
    await fleet.close();
  }
}

/** As the README tells an operator, after `pg_restore` and before any proxy starts. */
async function sayRestored(
  { members, keysFile, clock }: Fleet,
  databaseUrl: string,
): Promise<string> {
  const logs = members.map(({ privacyLogFile }) => privacyLogFile);
  const { code, stdout, stderr } = await runCommand("restore", ["--database", ...logs], {
    DATABASE_URL: databaseUrl,
    KEYS_FILE: keysFile,
    DATA_DIR: members[0]!.dataDir,
    // On the fleet's clock too.
    NODE_OPTIONS: `--import ${new URL("../../support/moved-clock.ts", import.meta.url).href}`,
    MOVED_CLOCK_MS: String(clock.wallMs() - Date.now()),
  });
  if (code !== 0) throw new Error(stderr);
  return stdout;
}

async function beatAll({ kiosks, members }: Fleet): Promise<void> {
  const url = members[0]!.kioskUrl();
  await Promise.all(kiosks.map((kiosk) => kiosk.beatTo(url)));
}

interface Ending {
  readonly others: readonly string[];
  readonly withdrawn: string;
  readonly withdrawnMs: number;
  readonly said: string;
}

function resultOf(
  evidence: Evidence,
  { others, withdrawn, withdrawnMs, said }: Ending,
): RestoreResult {
  // What was taken in of somebody who withdrew is to be gone.
  const acknowledged = evidence.acknowledged.filter(({ card }) => card !== withdrawn);
  const late = evidence.calls.filter(
    ({ visitor, beganMs }) => visitor === withdrawn && beganMs > withdrawnMs,
  );
  const isClearing = (values: readonly string[]) => values.every((value) => value === CLEARED);
  return {
    verdicts: judge({ ...evidence, acknowledged }),
    acknowledged: acknowledged.length,
    profiles: others.toSorted().map((card) => [card, sorted(evidence.profileOf(card))]),
    callsForWithdrawn: late.filter(({ attributes }) => !isClearing(Object.values(attributes)))
      .length,
    profileOfWithdrawn: evidence.profileOf(withdrawn),
    said,
  };
}

function sorted(attributes: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(attributes).toSorted());
}

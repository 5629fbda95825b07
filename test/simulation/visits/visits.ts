import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Page } from "playwright-core";
import { readJournal, type JournalRow } from "../../support/journal.ts";
import { withKiosk, type Kiosk } from "../../support/kiosk.ts";
import { depth, visitState } from "../../support/kiosk-page.ts";
import { advance, installPageTime } from "../../support/page-time.ts";
import { startSystem, type System } from "../../support/system.ts";
import { waitFor } from "../../support/wait.ts";
import { attractView } from "./attract-view.ts";
import { leak, PLANTS, unplant } from "./controls.ts";
import { brokenPromises, expectations, type Found } from "./expectations.ts";
import { createLedger, type Ledger } from "./ledger.ts";
import { leftoversIn, type AttractView } from "./leftovers.ts";
import { growthOf, openSizes, type Growth, type PageSize, type Slack } from "./page-growth.ts";
import { liveVisit, type Trail } from "./visit.ts";
import { complete, createMachine, writeConfig, type Machine } from "./weather.ts";

export interface VisitsPlan {
  readonly seed: number;
  /** Numbers of the first and last visit on a page that lives through all of them. */
  readonly calm: Span;
  /** And of those whose pages are ended by updates, crashes and plugs. */
  readonly stormy: Span;
  /** Sizes of the page are taken so often. */
  readonly sizeEvery: number;
  readonly slack: Slack;
  readonly tell?: (line: string) => void;
}

export interface Span {
  readonly from: number;
  readonly to: number;
}

export interface VisitsOutcome {
  readonly visits: number;
  readonly kept: number;
  readonly takenBack: number;
  readonly withdrawn: number;
  /** How often each thing was done or happened, so that nobody takes a quiet day for a safe kiosk. */
  readonly lived: ReadonlyMap<string, number>;
  readonly growth: Growth;
  /** What was promised and not kept, each with the seed and the visit it can be lived through again by. */
  readonly broken: readonly string[];
  /** Planted traces that nobody found. */
  readonly overlooked: readonly string[];
}

/** Ours: databases and caches are read in every so many visits; all else after each. */
const DEEP_EVERY = 20;

/** Ours: what a shopper left behind is gone by within so long, in real time. */
const GONE_MS = 4_000;

/** Visits by seed at one kiosk, on the real proxy and the emulator, held to all that is promised of them. */
export async function liveVisits(plan: VisitsPlan): Promise<VisitsOutcome> {
  const folder = mkdtempSync(path.join(tmpdir(), "tarjeta-visits-"));
  const file = path.join(folder, "kiosks.json");
  writeConfig(file, 0);
  const system = await startSystem({ env: { KIOSK_CONFIG: file, TARGET_SPACING_SECONDS: "1" } });
  let outcome: VisitsOutcome | undefined;
  try {
    await withKiosk(
      system,
      async (kiosk) => {
        outcome = await liveAt(kiosk, system, file, plan);
      },
      { prepare: ({ context }) => installPageTime(context) },
    );
  } finally {
    await system.stop();
    rmSync(folder, { recursive: true });
  }
  if (outcome === undefined) throw new Error("Nobody came.");
  return outcome;
}

async function liveAt(
  kiosk: Kiosk,
  system: System,
  file: string,
  plan: VisitsPlan,
): Promise<VisitsOutcome> {
  const { seed, calm, stormy } = plan;
  const machine = createMachine(kiosk, file);
  const ledger = createLedger(system.emulator.know);
  const broken: string[] = [];
  const trails: string[] = [];
  await complete(machine.page());
  const clean = await cleanView(machine.page());

  const lived = async (number: number, isStormy: boolean): Promise<void> => {
    const trail: Trail = [];
    try {
      await liveVisit({ seed, ledger, machine, isStormy }, number, trail);
      trails.push(...trail);
      const isDeep = number % DEEP_EVERY === 0;
      for (const each of await leftAfter(machine.page(), clean, ledger, isDeep)) {
        broken.push(`${whereOf(seed, number, trail)}: ${each}`);
      }
    } catch (error) {
      // Told, and gone on from: the other visits are worth something all the same.
      const what = error instanceof Error ? error.message : String(error);
      broken.push(`${whereOf(seed, number, trail)}: broke off. ${what}`);
      ledger.became("unsure");
      ledger.left();
      await machine.befall("reload");
    }
    if (number % 50 === 0) plan.tell?.(`${number} visits, ${broken.length} promises broken`);
  };

  const growth = await livedCalmly(machine, plan, lived);
  const overlooked = await overlookedBy(machine.page(), clean, ledger, plan);
  for (let number = stormy.from; number <= stormy.to; number += 1) await lived(number, true);
  await comeToRest(machine, system);
  broken.push(...(await brokenAtRest(system, ledger, seed)), ...growth.grown);

  return {
    visits: calm.to - calm.from + 1 + (stormy.to - stormy.from + 1),
    kept: ledger.visits.filter(({ became }) => became === "kept").length,
    takenBack: ledger.visits.filter(({ became }) => became === "nothing").length,
    withdrawn: ledger.withdrawals.length,
    lived: counted(trails),
    growth,
    broken,
    overlooked,
  };
}

/** Where it was done is left out, and what befell the kiosk stands by its name alone. */
function counted(trails: readonly string[]): ReadonlyMap<string, number> {
  const names = trails.map((each) => each.split(": ").at(-1) ?? each);
  return new Map(
    [...Map.groupBy(names, (name) => name)].map(([name, { length }]) => [name, length]),
  );
}

/** The first visits are not measured: in them parts are loaded, and languages. */
const WARM_UP = 3;

async function livedCalmly(
  machine: Machine,
  { calm, sizeEvery, slack }: VisitsPlan,
  lived: (number: number, isStormy: boolean) => Promise<void>,
): Promise<Growth> {
  const page = machine.page();
  await everyLanguage(page);
  const sizes: PageSize[] = [];
  const sizeOf = await openSizes(await page.context().newCDPSession(page));
  for (let number = calm.from; number <= calm.to; number += 1) {
    await lived(number, false);
    if (number >= calm.from + WARM_UP && number % sizeEvery === 0) sizes.push(await sizeOf());
  }
  return growthOf(sizes, slack);
}

/** Each language's part is loaded once and stays. */
async function everyLanguage(page: Page): Promise<void> {
  for (const language of ["es", "de", "fr", "ar", "en"]) {
    await page.locator(`.language[lang=${language}]`).tap();
    await page.locator(`html[lang=${language}]`).waitFor();
  }
  await advance(page, 31_000);
}

async function cleanView(page: Page): Promise<AttractView> {
  // What is still arriving has arrived: the screen stays as it is.
  let last = await attractView(page, false);
  return waitFor("attract to have settled", async () => {
    const now = await attractView(page, false);
    const isSame = JSON.stringify(now) === JSON.stringify(last);
    last = now;
    return isSame ? now : undefined;
  });
}

/** What is left on attract once all that takes a moment to go has had its moment. */
async function leftAfter(
  page: Page,
  clean: AttractView,
  ledger: Ledger,
  isDeep: boolean,
): Promise<readonly string[]> {
  let left: readonly string[] = [];
  const deadlineMs = performance.now() + GONE_MS;
  do {
    left = leftoversIn(await attractView(page, isDeep), clean, ledger.numbers);
  } while (left.length > 0 && performance.now() < deadlineMs);
  return left;
}

/** Traces and a leak that are planted, and that the judges do not see. */
async function overlookedBy(
  page: Page,
  clean: AttractView,
  ledger: Ledger,
  { slack }: VisitsPlan,
): Promise<readonly string[]> {
  const overlooked: string[] = [];
  ledger.comes(0);
  const card = ledger.newCard();
  for (const [name, plant] of Object.entries(PLANTS)) {
    await plant(page, card);
    const found = leftoversIn(await attractView(page, true), clean, ledger.numbers);
    if (found.length === 0) overlooked.push(name);
    await unplant(page);
  }
  const sizeOf = await openSizes(await page.context().newCDPSession(page));
  const before = await sizeOf();
  await leak(page);
  const { grown } = growthOf([before, await sizeOf()], slack);
  for (const what of ["objectBytes", "listeners", "nodes"]) {
    if (!grown.some((each) => each.startsWith(what))) overlooked.push(`a leak of ${what}`);
  }
  // It goes with its page.
  await page.reload();
  await visitState(page, "attract");
  await complete(page);
  return overlooked;
}

/** Everything that may leave has left and arrived. */
async function comeToRest(machine: Machine, system: System): Promise<void> {
  await machine.befall("line-up");
  const page = machine.page();
  // Longer than anything is held (rule PV5).
  await advance(page, 60_000);
  await waitFor(
    "the kiosk to owe nothing",
    async () => {
      await page.evaluate(() => window.dispatchEvent(new Event("online")));
      await depth(page, 0, 2_000);
      return true;
    },
    { timeoutMs: 120_000 },
  );
  await waitFor(
    "the forwarder to be done",
    async () => (await system.metric("tarjeta_visitors_waiting")) === 0,
    { timeoutMs: 180_000 },
  );
}

async function brokenAtRest(
  system: System,
  ledger: Ledger,
  seed: number,
): Promise<readonly string[]> {
  const rows = readJournal(system.dataDir);
  const byCard = Map.groupBy(rows, ({ visitor }) => visitor.replace(/^member:/, ""));
  const broken: string[] = [];
  for (const [card, expected] of expectations(ledger.visits, ledger.withdrawals)) {
    for (const each of brokenPromises(expected, foundOf(card, byCard.get(card) ?? [], system))) {
      broken.push(`seed ${seed}, ${howOf(ledger, card)}: ${each}`);
    }
  }
  const incidents = await system.incidents();
  if (incidents.length > 0) broken.push(`incidents: ${JSON.stringify(incidents)}`);
  return broken;
}

function foundOf(card: string, rows: readonly JournalRow[], system: System): Found {
  const count = (wanted: string) => rows.filter(({ occasion }) => occasion === wanted).length;
  const values = Object.values(system.emulator.attributesOf(card) ?? {});
  return {
    scans: count("scan"),
    answers: count("answer"),
    calls: system.emulator.callsFor(card).map(({ attributes }) => Object.values(attributes)),
    isInTarget: values.some((value) => value !== "-"),
  };
}

/** Which visit of all that were a card's was, without its number. */
function howOf({ visits, withdrawals }: Ledger, card: string): string {
  const own = visits.flatMap((visit, index) =>
    visit.card === card ? [`card ${index + 1} (${visit.became}, ${visit.answers} answers)`] : [],
  );
  const left = withdrawals.some((each) => each.card === card) ? " and withdrew" : "";
  return `${own.join(", ")}${left}`;
}

function whereOf(seed: number, number: number, trail: Trail): string {
  return `seed ${seed}, visit ${number}, step ${trail.length} (${trail.join(" → ")})`;
}

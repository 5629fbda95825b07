import { batch, computed, signal, type ReadonlySignal } from "@preact/signals-core";
import type { EntryHeader } from "../contract/entry.ts";
import type { Device, Update } from "../contract/update.ts";
import {
  cardFromScan,
  maskedCard,
  type Card,
  type CardRefusal,
  type Scan,
} from "../domain/card.ts";
import type { Clock } from "../domain/clock.ts";
import type { ClockReading } from "../domain/effective-time.ts";
import { LONGEST_HOLD_MS } from "../outbox/held.ts";
import type { ScannerEvent } from "../scanner/scanner.ts";
import { scanUpdate, troubleOf } from "./capture.ts";
import { createCardRate } from "./card-rate.ts";
import type { PageConfig } from "./config.ts";
import type { Fingerprint } from "./fingerprint.ts";
import { undoMs, type Hold } from "./holds.ts";
import type { Turn, VisitExtension } from "./visit-extension.ts";
import type { Recorded } from "./recorded.ts";
import type { RefusalReason, Screen, StorageTrouble, Visit, VisitEvent } from "./visit.ts";
import { nextDeadlineMs, NO_VISIT, stepFirst, type StepVisit } from "./visit-first.ts";

/** Keeps an update, held until the monotonic clock says so where that is given (rule PV5). */
export type Keep = (
  update: Update,
  taken: ClockReading,
  heldUntilMs: number | undefined,
) => Promise<EntryHeader>;

export interface VisitSessionDeps {
  readonly clock: Clock;
  readonly readClock: () => ClockReading;
  /** Resolves once the update would survive a power cut. */
  readonly keep: Keep;
  readonly fingerprint: Fingerprint;
  readonly newId: () => string;
  readonly device: Device;
  readonly config: PageConfig;
  readonly setTimeout: (run: () => void, delayMs: number) => number;
  readonly clearTimeout: (timer: number | undefined) => void;
  /** An update was kept: somebody may want to send it. */
  readonly onKept: () => void;
  /** What broke that nobody waits for. */
  readonly onError: (error: unknown) => void;
}

/** The visit in motion: its screen, and what may happen to it. */
export interface VisitSession {
  readonly screen: ReadonlySignal<Screen>;
  readonly config: ReadonlySignal<PageConfig>;
  readonly scanned: (event: ScannerEvent) => void;
  readonly visit: ReadonlySignal<Visit>;
  readonly send: (event: UserEvent) => void;
  readonly step: (event: VisitEvent) => void;
  /** Takes a card that was read now. */
  readonly take: (card: Card, source: Scan["source"]) => void;
  /** Keeps an update of a visit, which is taken back with it. */
  readonly keepFor: (visitId: string, ...ask: Parameters<Keep>) => Promise<EntryHeader>;
  /** All of the page is loaded: visits go on beyond their first screens. */
  readonly complete: (whole: StepVisit) => void;
  readonly turn: (turn: Turn) => void;
  /** From now on it sees every card first. */
  readonly extend: (extension: VisitExtension) => void;
  /** The card of a visit on screen, or of one still being stored. */
  readonly cardOf: (visitId: string) => Card | undefined;
  /** What a visit that may still be taken back has kept, or is about to keep. */
  readonly keptOf: (visitId: string) => readonly Promise<EntryHeader>[];
  readonly holds: ReadonlySignal<readonly Hold[]>;
  /** What was kept of the visit on screen, and of nobody else's. */
  readonly recordedOf: (visitId: string) => readonly Recorded[];
  /** Stores a visit's first updates, and thanks when all of them are kept. */
  readonly store: (visitId: string, updates: readonly Update[], taken: ClockReading) => void;
  readonly storageIs: (state: StorageTrouble | "working") => void;
  /** Takes effect between visits (rule CF2). */
  readonly offerConfig: (config: PageConfig) => void;
  /** Scans that came to nothing since the page loaded, by reason. */
  readonly refusedScans: () => Readonly<Record<string, number>>;
  /** When a reader last read a card of ours, on the monotonic clock; typed numbers tell nothing of it. */
  readonly lastReadMs: () => number | undefined;
  readonly close: () => void;
}

export type UserEvent = Extract<
  VisitEvent,
  {
    readonly type:
      | "skipped"
      | "finished"
      | "keypad-opened"
      | "digit-typed"
      | "digit-erased"
      | "digits-cleared";
  }
>;

/** The card of the visit on screen: all there is of it outside the outbox, gone when the visit is. */
interface Held {
  readonly visitId: string;
  readonly card: Card;
}

export function createVisitSession(deps: VisitSessionDeps): VisitSession {
  const { clock, readClock, keep, fingerprint, newId, device, onKept } = deps;
  const visit = signal(NO_VISIT);
  const config = signal(deps.config);
  const refusals = new Map<string, number>();
  const admits = createCardRate();
  let offered: PageConfig | undefined;
  let held: readonly Held[] = [];
  /** By visit, while it may be taken back. */
  const kept = new Map<string, readonly Promise<EntryHeader>[]>();
  const recorded = new Map<string, readonly Recorded[]>();
  let timer: number | undefined;
  let lastReadMs: number | undefined;
  let extension: VisitExtension | undefined;
  let stepVisit = stepFirst;
  const completed = Promise.withResolvers<void>();
  /** Scans are taken one after the other, in the order they came. */
  let lastScan: Promise<void> = Promise.resolve();

  function step(event: VisitEvent): void {
    batch(() => {
      visit.value = stepVisit(visit.peek(), event, clock.monoMs(), config.peek());
      applyOffered();
    });
    forgetCards();
    deps.clearTimeout(timer);
    const deadlineMs = nextDeadlineMs(visit.peek());
    // Thanks stay until there is something to come after them.
    if (deadlineMs === undefined || stepVisit === stepFirst) return;
    timer = deps.setTimeout(
      () => step({ type: "ticked" }),
      Math.max(0, deadlineMs - clock.monoMs()),
    );
  }

  function complete(whole: StepVisit): void {
    stepVisit = whole;
    completed.resolve();
    step({ type: "ticked" });
  }

  function applyOffered(): void {
    const { screen, pending } = visit.peek();
    if (offered === undefined || screen.state !== "attract" || pending.length > 0) return;
    config.value = offered;
    offered = undefined;
  }

  function forgetCards(): void {
    const { screen, pending, holds } = visit.peek();
    const isOnTheWay = (id: string) => pending.some(({ visitId }) => visitId === id);
    const isNeeded = (id: string) =>
      ("visitId" in screen && screen.visitId === id) || isOnTheWay(id);
    held = held.filter(({ visitId }) => isNeeded(visitId));
    for (const id of recorded.keys()) if (!isNeeded(id)) recorded.delete(id);
    for (const id of kept.keys()) {
      if (!isOnTheWay(id) && !holds.some(({ visitId }) => visitId === id)) kept.delete(id);
    }
  }

  function refuse(reason: RefusalReason, why: string): void {
    refusals.set(why, (refusals.get(why) ?? 0) + 1);
    if (extension?.refuses(reason) !== true) step({ type: "refused", reason });
  }

  async function take(card: Card, source: Scan["source"], taken: ClockReading): Promise<void> {
    const print = await fingerprint(card.visitor);
    // Whoever is to be asked or told something waits for the words, once in a page's life.
    const isSimple = config.peek().consent === undefined && seenVisit(print) === undefined;
    if (!isSimple) await completed.promise;
    const visitId = seenVisit(print) ?? newId();
    if (!admits(print, source, clock.monoMs(), config.peek().cardLimits)) {
      return refuse("too-many", "too-many");
    }
    if (extension?.takes({ visitId, card, fingerprint: print, taken }) === true) return;
    held = [...held, { visitId, card }];
    step({ type: "scanned", visitId, fingerprint: print, masked: maskedCard(card.visitor) });
    if (!visit.peek().pending.some((pending) => pending.visitId === visitId)) return;
    store(visitId, [scanUpdate(card.visitor, device, config.peek())], taken);
  }

  /** A card shown again speaks of the visit that is noted. */
  function seenVisit(print: string): string | undefined {
    const nowMs = clock.monoMs();
    return visit.peek().seen.find((seen) => seen.fingerprint === print && seen.untilMs > nowMs)
      ?.visitId;
  }

  /** Not awaited: the next scan need not wait for this one's disk. */
  function store(visitId: string, updates: readonly Update[], taken: ClockReading): void {
    const heldUntilMs = undoMs(config.peek()) === 0 ? undefined : taken.monoMs + LONGEST_HOLD_MS;
    Promise.all(updates.map((update) => keepFor(visitId, update, taken, heldUntilMs))).then(
      () => step({ type: "stored", visitId, wallMs: taken.wallMs, heldUntilMs }),
      (error: unknown) => step({ type: "not-stored", visitId, reason: troubleOf(error) }),
    );
  }

  function keepFor(visitId: string, ...ask: Parameters<Keep>): Promise<EntryHeader> {
    const [{ attributes }, { wallMs }] = ask;
    const keeping = keep(...ask).then((header) => {
      onKept();
      const now = attributes.map((attribute) => ({ attribute, wallMs }));
      recorded.set(visitId, [...(recorded.get(visitId) ?? []), ...now]);
      return header;
    });
    if (ask[2] !== undefined) kept.set(visitId, [...(kept.get(visitId) ?? []), keeping]);
    return keeping;
  }

  const cardOf = (visitId: string): Card | undefined =>
    held.find((each) => each.visitId === visitId)?.card;

  function takeInTurn(card: Card, source: Scan["source"]): void {
    const taken = readClock();
    // A scan that breaks must not take the next ones with it.
    lastScan = lastScan.then(() => take(card, source, taken)).catch(deps.onError);
  }

  return {
    visit,
    screen: computed(() => visit.value.screen),
    config,

    scanned(event) {
      if (extension?.hears?.(event) === true) return;
      if (event.type === "rejected") {
        if (UNREADABLE.has(event.reason)) refuse("unreadable", event.reason);
        else refusals.set(event.reason, (refusals.get(event.reason) ?? 0) + 1);
        return;
      }
      const card = cardFromScan(event.scan, config.peek().cardRules);
      if (card.ok) {
        lastReadMs = clock.monoMs();
        takeInTurn(card.value, event.scan.source);
      } else refuse(refusalReason(card.error), card.error.type);
    },

    send: step,
    step,
    take: takeInTurn,
    keepFor,
    complete,
    turn: (turn) => step({ type: "turned", turn }),
    extend: (given) => void (extension = given),
    cardOf,
    keptOf: (visitId) => kept.get(visitId) ?? [],
    recordedOf: (visitId) => recorded.get(visitId) ?? [],
    holds: computed(() => visit.value.holds),
    store,

    storageIs(state) {
      step(
        state === "working" ? { type: "storage-back" } : { type: "storage-lost", reason: state },
      );
    },

    offerConfig(newest) {
      // By its content: a chain that mends its configuration may forget the version.
      const isNew = JSON.stringify(newest) !== JSON.stringify(config.peek());
      offered = isNew ? newest : undefined;
      applyOffered();
    },

    lastReadMs: () => lastReadMs,

    refusedScans: () => Object.fromEntries(refusals),

    close: () => deps.clearTimeout(timer),
  };
}

/** Rejections that a shopper with a card in hand should hear of; the others are people typing. */
const UNREADABLE: ReadonlySet<string> = new Set(["too-short", "too-long", "damaged"]);

function refusalReason(refusal: CardRefusal): RefusalReason {
  switch (refusal.type) {
    case "payment-card":
    case "not-ours":
    case "swipe-again":
    case "bad-check-digit":
      return refusal.type;
    case "bad-visitor-id":
      return "not-ours";
  }
}

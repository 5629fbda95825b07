import { CHECK_CARD_TEXT } from "../../contract/check-card.ts";
import { CONFIG_PATH } from "../../contract/kiosk-config.ts";
import type { Outbox } from "../../outbox/outbox.ts";
import type { KeptStore } from "../../outbox/kept-store.ts";
import type { ScannerEvent } from "../../scanner/scanner.ts";
import { symbologyOf } from "../../scanner/symbology.ts";
import { createSounds } from "../sounds.ts";
import { tryStorage } from "../storage-watch.ts";
import type { ProxyFacts, ScannerFacts, StorageFacts, WaitingFacts } from "./findings.ts";

/** A check card as it was read. */
export type CheckRead = Extract<ScannerEvent, { type: "scanned" }>;

/** What the reader showed of itself by reading the card. */
export function lookAtScanner(
  { scan, startedAtMs, finishedAtMs }: CheckRead,
  limitMs: number,
): ScannerFacts {
  const { text, source, aim } = scan;
  // What a suffix and a prefix add is within the rounding.
  const keys = text.length + (aim?.length ?? 0);
  return {
    source,
    symbology: symbologyOf(aim),
    gapMs: source === "wedge" ? Math.round((finishedAtMs - startedAtMs) / keys) : undefined,
    limitMs,
    otherKeyboard: text.trim().toUpperCase() !== CHECK_CARD_TEXT,
  };
}

/** Ours: what plays, plays within this. */
const PLAYS_WITHIN_MS = 1_000;

/** Ours: longer than any sound of the kiosk's. */
const SOUND_MS = 2_000;

export interface SoundTrial {
  /** In percent. */
  readonly volume: number;
  readonly openAudio: () => AudioContext;
  readonly setTimeout: (run: () => void, delayMs: number) => void;
}

/**
 * Plays the sound of success and says whether it came as far as the machine's loudspeaker. Whether that is
 * turned up, only a person can tell.
 */
export async function trySound(trial: SoundTrial): Promise<"played" | "silenced" | "blocked"> {
  if (trial.volume === 0) return "silenced";
  const opened: AudioContext[] = [];
  const openAudio = (): AudioContext => {
    const audio = trial.openAudio();
    opened.push(audio);
    return audio;
  };
  createSounds({ openAudio, volume: () => trial.volume }).play("success");
  const [audio] = opened;
  if (audio === undefined) return "blocked";
  const plays = await isRunning(audio, trial);
  // An open one keeps the sound card awake.
  trial.setTimeout(() => void audio.close().catch(() => undefined), SOUND_MS);
  return plays ? "played" : "blocked";
}

function isRunning(audio: AudioContext, { setTimeout }: SoundTrial): Promise<boolean> {
  return new Promise((told) => {
    const tell = (): void => told(audio.state === "running");
    if (audio.state === "running") return tell();
    audio.addEventListener("statechange", tell, { once: true });
    setTimeout(tell, PLAYS_WITHIN_MS);
  });
}

export async function lookAtStorage(
  kept: KeptStore,
  outbox: Pick<Outbox, "depth" | "makeRoom">,
  storage: Pick<StorageManager, "persisted" | "estimate">,
): Promise<StorageFacts> {
  const [state, persisted, { quota, usage }] = await Promise.all([
    tryStorage(kept, outbox),
    storage.persisted(),
    storage.estimate(),
  ]);
  const freeBytes = quota === undefined ? undefined : Math.max(0, quota - (usage ?? 0));
  return { state, persisted, freeBytes };
}

export async function lookAtWaiting(
  outbox: Pick<Outbox, "depth">,
  oldestOwedMs: () => Promise<number | undefined>,
): Promise<WaitingFacts> {
  const [count, oldestMs] = await Promise.all([outbox.depth(), oldestOwedMs()]);
  return { count, oldestMs };
}

/**
 * Asks the proxy for something, as this kiosk. What is no JSON is somebody else's answer, such as a
 * network's that wants to be signed in to.
 *
 * @param heardMs since when it was last heard of
 */
export async function lookAtProxy(
  ask: (path: string) => Promise<Response>,
  heardMs: number | undefined,
): Promise<ProxyFacts> {
  try {
    const answer = await ask(CONFIG_PATH);
    const type = answer.headers.get("content-type") ?? "";
    if (!/^application\/(?:problem\+)?json/.test(type)) return { answer: "silent", heardMs };
    if (answer.ok) return { answer: "answers", heardMs };
    const isRefused = answer.status === 401 || answer.status === 403;
    return { answer: isRefused ? "refuses" : "silent", heardMs };
  } catch {
    // No network, no time, or a key that is gone.
    return { answer: "silent", heardMs };
  }
}

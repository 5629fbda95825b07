import { statSync } from "node:fs";
import type { KioskConfig } from "../../contract/kiosk-config.ts";
import { readKioskConfigs } from "../kiosk-config-file.ts";
import { StartupError } from "../startup-error.ts";
import type { KioskConfigs, Place } from "./layers.ts";

export interface FollowOptions {
  /** `KIOSK_CONFIG`; the shipped example changes with the program only. */
  readonly file: string | undefined;
  /** As the proxy started with it, published already. */
  readonly first: KioskConfigs;
  /** Resolves when an answer under any of them will be taken, whatever happens next (rule CF1). */
  readonly publish: (configs: readonly KioskConfig[]) => Promise<void>;
  readonly log: {
    readonly warn: (details: object, message: string) => void;
    readonly error: (details: object, message: string) => void;
  };
  /** Told of each file that is taken over. */
  readonly onTaken?: (configs: KioskConfigs) => void;
  readonly lookEveryMs?: number;
}

/** The kiosks' configuration, following its file. */
export interface LiveKioskConfigs {
  readonly configFor: (place: Place) => KioskConfig;
  /** False while the file is not what is in use, because it is wrong. */
  readonly isTaken: () => boolean;
  readonly start: () => void;
  /** Looks now; resolves when what is there is in use, or was refused. */
  readonly look: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** Ours: asking the file system is cheap, and works where notifications do not: links, mounts, Windows. */
const LOOK_EVERY_MS = 5_000;

/**
 * Takes a changed file over without a restart. What is wrong with it is told once, by the field's path,
 * and the last good one stays; so does it while the store cannot publish the new one, which is tried again.
 */
export function followKioskConfig(options: FollowOptions): LiveKioskConfigs {
  const { file, publish, log, lookEveryMs = LOOK_EVERY_MS } = options;
  let inUse = options.first;
  let mark = markOf(file);
  let taken = true;
  let timer: NodeJS.Timeout | undefined;
  let looking: Promise<void> = Promise.resolve();

  const takeOver = async (): Promise<void> => {
    const now = markOf(file);
    if (file === undefined || now === mark) return;
    let next: KioskConfigs;
    try {
      next = readKioskConfigs(file);
    } catch (error) {
      if (!(error instanceof StartupError)) throw error;
      mark = now;
      taken = false;
      log.error(
        { problem: error.message },
        "The changed KIOSK_CONFIG is not taken; the last good one stays",
      );
      return;
    }
    // Before the first kiosk is given one of them.
    await publish(next.all);
    mark = now;
    taken = true;
    inUse = next;
    options.onTaken?.(next);
    log.warn(
      { versions: next.all.length, chain: next.all[0]?.version },
      "The changed KIOSK_CONFIG is in use; kiosks take it up when nobody stands before them",
    );
  };

  const look = (): Promise<void> => {
    looking = looking.then(takeOver).catch((error: unknown) => {
      const reason = error instanceof Error ? error.message : String(error);
      log.error({ reason }, "The changed KIOSK_CONFIG could not be published yet");
    });
    return looking;
  };

  const next = (): void => {
    timer = setTimeout(() => {
      void look().then(() => {
        if (timer !== undefined) next();
      });
    }, lookEveryMs);
    timer.unref();
  };

  return {
    configFor: (place) => inUse.configFor(place),
    isTaken: () => taken,
    start() {
      if (file !== undefined) next();
    },
    look,
    async stop() {
      clearTimeout(timer);
      timer = undefined;
      await looking;
    },
  };
}

/** Tells one state of the file from another; a file that is gone is a state too. */
function markOf(file: string | undefined): string {
  if (file === undefined) return "";
  try {
    const { mtimeMs, size, ino } = statSync(file);
    return `${mtimeMs} ${size} ${ino}`;
  } catch (cause) {
    return `gone ${(cause as NodeJS.ErrnoException).code ?? "unknown"}`;
  }
}

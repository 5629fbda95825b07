import type { Clock } from "../../domain/clock.ts";
import type { PrivacyLog } from "../privacy/privacy-log.ts";
import { cannotStart } from "../privacy/privacy.ts";
import type { DeviceStore, ShutOutDevice } from "../store/device-store.ts";

export interface ShutOutsDeps {
  readonly store: Pick<DeviceStore, "shutOut" | "shutOutDevices">;
  readonly log: Pick<PrivacyLog, "records" | "append">;
  readonly clock: Pick<Clock, "wallMs">;
}

/** Who was shut out, kept outside the database: a restored backup must not let them in again. */
export interface ShutOuts {
  /** Resolves when it would survive a power cut, and a restore of the database too; once per kiosk. */
  readonly note: (shutOut: ShutOutDevice) => Promise<void>;
  /**
   * Shuts out in the database whom the log names, and the other way round; before anybody is heard.
   * Changes nothing where both agree. Throws a `StartupError` when that is not possible.
   */
  readonly applyAgain: () => Promise<void>;
}

export function createShutOuts({ store, log, clock }: ShutOutsDeps): ShutOuts {
  const known = new Set<string>();
  for (const record of log.records) if (record.act === "shut-out") known.add(record.deviceId);

  const note = async ({ deviceId, replacedBy }: ShutOutDevice) => {
    if (known.has(deviceId)) return;
    const more = replacedBy === undefined ? {} : { replacedBy };
    await log.append({ act: "shut-out", deviceId, ...more, atMs: clock.wallMs() });
    known.add(deviceId);
  };

  return {
    note,
    applyAgain: async () => {
      for (const record of log.records) {
        if (record.act === "shut-out") await store.shutOut(record).catch(cannotStart);
      }
      // Those from before this log held them, and one that a crash kept from it.
      for (const shutOut of await store.shutOutDevices()) {
        await note(shutOut).catch(cannotStart);
      }
    },
  };
}

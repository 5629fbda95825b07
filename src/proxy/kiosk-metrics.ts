import type { Gauge } from "prom-client";
import { isCameraInTrouble } from "../contract/camera-state.ts";
import { KioskOutage } from "../contract/kiosk-troubles.ts";
import { isSilent, outageOf } from "./admin/overview.ts";
import type { GaugeMaker } from "./metrics.ts";
import type { KioskFigures, StoreFigures } from "./store/store.ts";

/** By which a kiosk is told from others. */
const KIOSK = ["device", "store", "kiosk"];

/** What is known of kiosks: how many there are, and each by its labels. */
export function createKioskGauges(gauge: GaugeMaker): (figures: StoreFigures) => void {
  const known = gauge("kiosks", "Kiosks that may send and were ever heard of.");
  const silent = gauge("kiosks_silent", "Of those, not heard of for five minutes.");
  const owed = gauge("kiosk_owed_updates", "Updates a kiosk said it still owes.", KIOSK);
  const seen = gauge("kiosk_last_seen_timestamp_seconds", "When a kiosk was last heard of.", KIOSK);
  const offset = gauge("kiosk_clock_offset_seconds", "How far its clock was ahead then.", KIOSK);
  const persisted = gauge(
    "kiosk_storage_persisted",
    "Whether its browser promised to keep the outbox.",
    KIOSK,
  );
  const info = gauge("kiosk_info", "Always 1; the version of its app.", [...KIOSK, "version"]);
  const showHealth = createHealthGauges(gauge);
  const showTroubles = createTroubleGauges(gauge);

  return ({ kiosks, atMs }: StoreFigures) => {
    known.set(kiosks.length);
    showHealth(kiosks);
    showTroubles(kiosks);
    silent.set(kiosks.filter((kiosk) => isSilent(kiosk, atMs)).length);
    for (const each of [owed, seen, offset, persisted, info]) each.reset();
    for (const each of kiosks) {
      const labels = { device: each.deviceId, store: each.storeId, kiosk: each.kioskId };
      owed.set(labels, each.owed);
      seen.set(labels, each.lastSeenMs / 1_000);
      if (each.clockOffsetMs !== undefined) offset.set(labels, each.clockOffsetMs / 1_000);
      if (each.storagePersisted !== undefined) {
        persisted.set(labels, each.storagePersisted ? 1 : 0);
      }
      if (each.appVersion !== undefined) info.set({ ...labels, version: each.appVersion }, 1);
    }
  };
}

/** What kiosks say of themselves; of those that say nothing, nothing. */
function createHealthGauges(gauge: GaugeMaker) {
  const silent = gauge(
    "kiosks_scanner_silent",
    "Kiosks that read no card for longer than expected within opening hours.",
  );
  const scanner = gauge("kiosk_scanner_silent", "1 for a kiosk whose scanner is silent.", KIOSK);
  const oldest = gauge("kiosk_oldest_owed_seconds", "Age of the oldest update it owes.", KIOSK);
  const scanned = gauge("kiosk_last_scan_age_seconds", "Since a card was read.", KIOSK);
  const errors = gauge("kiosk_errors", "What broke in its page since that began.", KIOSK);
  const quiet = gauge("kiosk_quiet", "1 for a kiosk that began too often in a row.", KIOSK);
  const heap = gauge("kiosk_heap_bytes", "JavaScript's memory in its page.", KIOSK);
  const used = gauge("kiosk_storage_used_bytes", "What its browser stores for it.", KIOSK);
  const refused = gauge("kiosk_refused_scans", "Scans refused since its page began.", [
    ...KIOSK,
    "reason",
  ]);

  return (kiosks: StoreFigures["kiosks"]) => {
    silent.set(kiosks.filter(({ scannerSilent }) => scannerSilent === true).length);
    for (const each of [scanner, oldest, scanned, errors, quiet, heap, used, refused]) each.reset();
    for (const { deviceId, storeId, kioskId, health, refusedScans } of kiosks) {
      const labels = { device: deviceId, store: storeId, kiosk: kioskId };
      const set = (which: Gauge, value: number | undefined, scale = 1): void => {
        if (value !== undefined) which.set(labels, value / scale);
      };
      for (const [reason, scans] of Object.entries(refusedScans ?? {})) {
        refused.set({ ...labels, reason }, scans);
      }
      if (health === undefined) continue;
      set(scanner, health.scannerSilent === undefined ? undefined : Number(health.scannerSilent));
      set(oldest, health.oldestOwedMs ?? 0, 1_000);
      set(scanned, health.lastScanMs, 1_000);
      set(errors, health.errors);
      set(quiet, Number(health.quiet));
      set(heap, health.heapBytes);
      set(used, health.usedBytes);
    }
  };
}

/** What of kiosks somebody may have to see to, by their own last word; of those that say nothing, nothing. */
function createTroubleGauges(gauge: GaugeMaker): (kiosks: readonly KioskFigures[]) => void {
  const closed = gauge(
    "kiosks_out_of_service",
    "Kiosks that take no cards: closed by staff, or unable to store.",
    ["why"],
  );
  const cameras = gauge("kiosks_camera_trouble", "Kiosks whose camera cannot be used.");
  const refusing = gauge("kiosks_refusing_config", "Kiosks that cannot use their configuration.");
  const closedFor = gauge(
    "kiosk_out_of_service_seconds",
    "For how long it has taken no cards; absent while it does.",
    [...KIOSK, "why"],
  );
  const camera = gauge("kiosk_camera_trouble", "1 for a kiosk whose camera cannot be used.", [
    ...KIOSK,
    "state",
  ]);
  const refuses = gauge(
    "kiosk_refuses_config",
    "1 for a kiosk that cannot use its configuration; the first wrong field, empty for the whole.",
    [...KIOSK, "field"],
  );
  const full = gauge("kiosk_storage_nearly_full", "1 where little more can be stored.", KIOSK);
  const quota = gauge("kiosk_storage_quota_bytes", "What its browser lets it store.", KIOSK);
  const asleep = gauge("kiosk_wake_lock_refused", "1 where the screen may go dark.", KIOSK);
  const starts = gauge("kiosk_starts_24h", "Starts of its page within 24 hours, up to 50.", KIOSK);
  const pins = gauge("kiosk_wrong_pins", "Wrong staff PINs in a row, from the fifth on.", KIOSK);
  const each = [closedFor, camera, refuses, full, quota, asleep, starts, pins];

  return (kiosks) => {
    for (const why of KioskOutage.shape.why.options) {
      closed.set({ why }, kiosks.filter((kiosk) => outageOf(kiosk)?.why === why).length);
    }
    cameras.set(kiosks.filter(({ health }) => isCameraInTrouble(health?.camera)).length);
    refusing.set(
      kiosks.filter(({ health }) => health?.troubles?.configRefused !== undefined).length,
    );
    for (const gauge of each) gauge.reset();
    for (const { deviceId, storeId, kioskId, health } of kiosks) {
      if (health === undefined) continue;
      const labels = { device: deviceId, store: storeId, kiosk: kioskId };
      const set = (
        which: Gauge,
        value: number,
        more: Readonly<Record<string, string>> = {},
      ): void => which.set({ ...labels, ...more }, value);
      const { camera: state, troubles, quotaBytes } = health;
      if (state !== undefined && isCameraInTrouble(state)) set(camera, 1, { state });
      if (quotaBytes !== undefined) set(quota, quotaBytes);
      set(asleep, Number(health.wakeLock === "refused"));
      if (troubles === undefined) continue;
      const { outOfService, configRefused } = troubles;
      if (outOfService !== undefined) {
        set(closedFor, outOfService.forMs / 1_000, { why: outOfService.why });
      }
      if (configRefused !== undefined) set(refuses, 1, { field: configRefused });
      set(full, Number(troubles.nearlyFull === true));
      set(starts, troubles.starts);
      set(pins, troubles.wrongPins ?? 0);
    }
  };
}

import type { Device } from "../../src/contract/update.ts";
import type { KeptStore } from "../../src/outbox/kept-store.ts";

export function aDevice(parts: Partial<Device> = {}): Device {
  return {
    deviceId: "00000000-0000-4000-8000-000000000001",
    storeId: "madrid-1",
    kioskId: "door",
    timeZone: "Europe/Madrid",
    ...parts,
  };
}

export const TAKEN = {
  segment: "00000000-0000-4000-8000-000000000009.0",
  wallMs: 1_800_000_000_000,
  monoMs: 1_234,
};

/** A kept store in memory, or one whose disk is broken. */
export function memoryKept(values: Record<string, unknown> = {}): KeptStore & {
  readonly values: Record<string, unknown>;
} {
  return {
    values,
    get: async (key) => values[key],
    put: async (key, value) => void (values[key] = value),
  };
}

export const BROKEN_KEPT: KeptStore = {
  get: () => Promise.reject(new Error("no database")),
  put: () => Promise.reject(new Error("no database")),
};

export function memoryStorage(values: Record<string, string> = {}) {
  return {
    values,
    getItem: (key: string) => values[key] ?? null,
    setItem: (key: string, value: string) => void (values[key] = value),
    removeItem: (key: string) => void delete values[key],
  };
}

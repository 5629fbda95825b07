import { onTestFinished } from "vitest";
import { createEmulator, type EmulatorOptions } from "../../src/emulator/target-emulator.ts";

/** A Monday in the morning, UTC. */
export const EMULATOR_START = Date.parse("2026-11-23T09:00:00.000Z");

/** A Target without a socket, whose clock stands still until it is told; applies at once. */
export function anEmulator(options: Partial<EmulatorOptions> = {}) {
  const emulator = createEmulator({
    clock: { wallMs: () => EMULATOR_START, monoMs: () => 0 },
    propagation: { minMs: 0, maxMs: 0 },
    random: () => 0.5,
    ...options,
  });
  onTestFinished(() => emulator.app.close());
  const update = (payload: string, url = "/m2/demo/profile/update", headers: object = {}) =>
    emulator.app.inject({
      method: "POST",
      url,
      headers: { "content-type": "application/x-www-form-urlencoded", ...headers },
      payload,
    });
  const fetchProfile = (path: string, headers: Record<string, string> = {}) =>
    emulator.app.inject({ url: `/rest/v1/profiles/${path}?client=demo`, headers });
  const control = (method: "GET" | "PUT" | "POST" | "DELETE", path: string, payload?: object) =>
    emulator.app.inject({ method, url: `/_emulator${path}`, ...(payload && { payload }) });
  /** What the profile of a member says, times left out; undefined without a profile. */
  const attributesOf = (value: string, kind: "member" | "browser" | "ecid" = "member") => {
    const profile = emulator.profile({ kind, value });
    return (
      profile &&
      Object.fromEntries([...profile.attributes].map(([name, { value }]) => [name, value]))
    );
  };
  return { ...emulator, update, fetchProfile, control, attributesOf };
}

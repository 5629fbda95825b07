import { openProxy } from "../../src/proxy/proxy.ts";
import { settingsFrom } from "../../src/proxy/settings.ts";
import { systemClock } from "../../src/proxy/system-clock.ts";
import type { Ending } from "./processes.ts";
import type { Life } from "./system.ts";

/**
 * The product put together in this process from such an environment, as `npm start` would: only the
 * kiosk's page is missing. What it writes to standard error goes to `onStderr`, and nowhere else.
 */
export async function startLifeHere(
  env: Readonly<Record<string, string>>,
  onStderr: (text: string) => void,
): Promise<Life> {
  const settings = settingsFrom(env);
  if (!settings.ok) throw new Error(settings.error);
  const { target } = settings.value;
  if (target === undefined) throw new Error("TARGET_CLIENT: the emulator is a test's own.");
  const giveBack = divertStderr(onStderr);
  const proxy = await openProxy({
    settings: settings.value,
    target,
    clock: systemClock,
    kioskDir: undefined,
    onFatal: (error) => {
      throw error;
    },
  }).catch((error: unknown) => {
    giveBack();
    throw error;
  });
  const ended = Promise.withResolvers<Ending>();
  let isEnding = false;
  return {
    ...proxy,
    pid: process.pid,
    ended: ended.promise,
    kill: (signal) => {
      if (signal === "SIGKILL") throw new Error("It runs in this process, and is only closed.");
      if (isEnding) return;
      isEnding = true;
      proxy
        .close()
        .finally(giveBack)
        .then(() => ended.resolve({ code: 0, signal: null }), ended.reject);
    },
  };
}

function divertStderr(onText: (text: string) => void): () => void {
  const { write } = process.stderr;
  process.stderr.write = (text: string | Uint8Array) => {
    onText(typeof text === "string" ? text : Buffer.from(text).toString());
    return true;
  };
  return () => {
    process.stderr.write = write;
  };
}

import { onTestFinished } from "vitest";
import { createEmulator, type EmulatorOptions } from "../../../src/emulator/target-emulator.ts";

export const CARD = "2912345678906";
export const OTHER = "2900000000018";
/** A Monday morning before business hours. */
export const START = Date.parse("2026-11-23T06:00:00.000Z");
export const HOUR = 3_600_000;

/** Works a batch off in one second and a millisecond per row, and loses nothing unless told to. */
export function aBulkEmulator(options: Partial<EmulatorOptions> = {}) {
  const emulator = createEmulator({
    clock: { wallMs: () => START, monoMs: () => 0 },
    propagation: { minMs: 0, maxMs: 0 },
    ...options,
    bulk: { processing: { baseMs: 1_000, perRowMs: 1 }, ...options.bulk },
    switches: { bulkRowsLostShare: 0, ...options.switches },
  });
  onTestFinished(() => emulator.app.close());

  const post = (version: 1 | 2, payload: string | Buffer, headers: Record<string, string> = {}) =>
    emulator.app.inject({
      method: "POST",
      url: `/m2/demo/${version === 2 ? "v2/" : ""}profile/batchUpdate`,
      headers: { "content-type": "application/x-www-form-urlencoded", ...headers },
      payload,
    });
  /** Submits a batch that is taken, and gives the address of its status. */
  const submit = async (version: 1 | 2, payload: string) => {
    const { body } = await post(version, payload);
    const url = body.match(/<batchStatus>(.*)<\/batchStatus>/)?.[1];
    if (url === undefined) throw new Error(`Not taken: ${body}`);
    return new URL(url);
  };
  const ask = (url: URL) => emulator.app.inject(url.pathname + url.search);
  const askDetails = async (url: URL) => {
    const { body } = await emulator.app.inject(`${url.pathname}${url.search}&showDetails=true`);
    return {
      status: body.match(/<status>(.*)<\/status>/)?.[1],
      counts: [...body.matchAll(/<\w+>(\d+)<\/\w+>/g)].map(([, count]) => Number(count)),
    };
  };
  const attributesOf = (value: string, kind: "member" | "browser" = "member") => {
    const profile = emulator.profile({ kind, value });
    return (
      profile &&
      Object.fromEntries([...profile.attributes].map(([name, { value }]) => [name, value]))
    );
  };
  const control = (method: "GET" | "PUT" | "POST", path: string, payload?: object) =>
    emulator.app.inject({ method, url: `/_emulator${path}`, ...(payload && { payload }) });
  return { ...emulator, post, submit, ask, askDetails, attributesOf, control };
}

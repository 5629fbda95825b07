import { onTestFinished } from "vitest";
import { FACTS } from "../../../src/emulator/conformance/fact-list.ts";
import { runFacts, type Finding, type Service } from "../../../src/emulator/conformance/run.ts";
import type { Fact } from "../../../src/emulator/conformance/fact.ts";
import { createEmulator, type EmulatorOptions } from "../../../src/emulator/target-emulator.ts";
import { listen } from "../../../src/proxy/listen.ts";
import { openRewritingProxy, type Rewriting } from "../../support/rewriting-proxy.ts";
import type { Bench, Mutation } from "./mutation.ts";

const START_MS = Date.parse("2026-11-23T09:00:00.000Z");

/** The real emulator on a real socket; its time moves only where somebody moves it. */
export async function openBench(options: Partial<EmulatorOptions> = {}): Promise<Bench> {
  const emulator = createEmulator({
    clock: { wallMs: () => START_MS, monoMs: () => 0 },
    ...options,
  });
  const names = { host: "HOST", port: "EMULATOR_PORT" };
  const origin = await listen(emulator.app, "127.0.0.1", 0, names);
  onTestFinished(() => emulator.app.close());
  return { emulator, origin };
}

/** The address under which clients see the emulator, rewritten on the way. */
export async function before({ origin }: Bench, rewriting: Rewriting): Promise<string> {
  const proxy = await openRewritingProxy(origin, rewriting);
  onTestFinished(proxy.close);
  return proxy.url;
}

export async function openBroken({ options, rewriting }: Mutation): Promise<string> {
  const bench = await openBench(options);
  return rewriting === undefined ? bench.origin : before(bench, rewriting(bench));
}

/** As `npm run conformance` would ask the emulator there. */
export async function findings(
  origin: string,
  facts: readonly Fact[] = FACTS,
  service: Partial<Service> = {},
): Promise<readonly Finding[]> {
  const asked: Service = {
    origin,
    client: "demo",
    token: undefined,
    member: undefined,
    browser: undefined,
    canWrite: false,
    isEmulator: true,
    ...service,
  };
  const all: Finding[] = [];
  for await (const finding of runFacts(facts, asked, () => crypto.randomUUID())) all.push(finding);
  return all;
}

export function redOnes(all: readonly Finding[]): readonly string[] {
  return all.filter(({ outcome }) => outcome.type === "failed").map(({ fact }) => fact.id);
}

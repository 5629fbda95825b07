import { spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { nodeEnv } from "../support/node-env.ts";

const MAIN = path.resolve(import.meta.dirname, "../../src/emulator/main.ts");

function aProcess(env: Readonly<Record<string, string>>) {
  const child = spawn(process.execPath, [MAIN], {
    env: { ...nodeEnv(), ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  let output = "";
  const { promise: printed, resolve } = Promise.withResolvers<string>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
      if (output.includes("Visitors")) resolve(output);
    });
  }
  return { child, printed, output: () => output };
}

it("[EM9] npm run emulator takes port, client, token and preset from the environment", async () => {
  const { child, printed } = aProcess({
    EMULATOR_PORT: "0",
    EMULATOR_CLIENT: "acme",
    EMULATOR_TOKEN: "secret",
    EMULATOR_PROPAGATION: "within-the-hour",
  });
  const url = (await printed).match(/^Emulator +(http\S+?)_emulator\//m)![1]!;
  const call = `${url}m2/acme/profile/update?mbox3rdPartyId=2912345678906&profile.a=1`;
  expect((await fetch(call)).status).toBe(403);
  const headers = { authorization: "Bearer secret" };
  expect(await (await fetch(call, { headers })).text()).toContain("<success>true</success>");
  const tuning = (await (await fetch(`${url}_emulator/tuning`)).json()) as { propagation: object };
  expect(tuning.propagation).toEqual({ minMs: 60_000, maxMs: 3_600_000 });
  const ended = once(child, "exit");
  child.kill("SIGTERM");
  expect((await ended)[0]).toBe(0);
});

it.each([
  ["EMULATOR_PORT", "80a"],
  ["EMULATOR_PORT", "70000"],
  ["EMULATOR_CLIENT", "a b"],
  ["EMULATOR_TOKEN", ""],
  ["EMULATOR_PROPAGATION", "soon"],
])("[EM9] ends at once with one sentence when %s is %j", async (name, value) => {
  const { child, output } = aProcess({ EMULATOR_PORT: "0", [name]: value });
  const [code] = await once(child, "close");
  expect(code).toBe(1);
  expect(output().trim().split("\n")).toHaveLength(1);
  expect(output()).toMatch(new RegExp(`^${name}: .*\\.$`, "m"));
});

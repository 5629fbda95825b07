import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { before, openBench } from "./broken-emulator.ts";
import { answering, isUpdate } from "./mutation.ts";

const MAIN = path.resolve(import.meta.dirname, "../../../src/emulator/conformance/main.ts");

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function conformance(...args: readonly string[]): Promise<Ended> {
  try {
    return { code: 0, ...(await promisify(execFile)(process.execPath, [MAIN, ...args])) };
  } catch (error) {
    const { code, stdout, stderr } = error as Ended;
    return { code, stdout, stderr };
  }
}

it("[CN1] prints a line for each fact and ends with 0 when all of them hold", async () => {
  const { origin } = await openBench();
  const { code, stdout } = await conformance(origin, "demo", "--only", "QU");
  expect(code).toBe(0);
  expect(stdout).toMatch(/^pass {9}QU-01 {2}1,000,000 single updates/m);
  expect(stdout).toMatch(/^not checked {2}QU-05 /m);
  expect(stdout).toMatch(/\n7 passed, 0 failed, 5 not checked\n$/);
});

it("[CN1] says what was expected and what was seen where a fact does not hold, and ends with 1", async () => {
  const origin = await before(await openBench(), answering(isUpdate, 404)());
  const { code, stdout } = await conformance(origin, "demo", "--only", "SU-29");
  expect(code).toBe(1);
  expect(stdout).toMatch(
    /^FAIL {9}SU-29 .*\n +expected {2}status 200\n +seen {6}status 404, "Not Found"$/m,
  );
});

it.each([
  ["another client code", "other", [], "CLIENT: the emulator there has the client code demo"],
  ["nothing to be found", "demo", ["--only", "XX"], "--only: there is no fact XX"],
])("[CN6] ends with one sentence for %s", async (_what, client, more, start) => {
  const { origin } = await openBench();
  const { code, stdout, stderr } = await conformance(origin, client, ...more);
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr.trim().split("\n")).toHaveLength(1);
  expect(stderr).toContain(start);
});

it("[CN5] [CN6] ends with one sentence where it may write and nobody is given", async () => {
  const bench = await openBench();
  const hidden = answering(({ target }) => target.startsWith("/_emulator"), 404);
  const { code, stderr } = await conformance(await before(bench, hidden()), "demo", "--write");
  expect(code).toBe(1);
  expect(stderr).toMatch(/^--write needs a throw-away visitor/);
  expect(bench.emulator.calls()).toEqual([]);
});

it("[CN6] ends with one sentence where nobody answers", async () => {
  const bench = await openBench();
  await bench.emulator.app.close();
  const { code, stderr } = await conformance(bench.origin, "demo");
  expect(code).toBe(1);
  expect(stderr).toMatch(
    /^URL: no answer \(ECONNREFUSED\) from http:\/\/127\.0\.0\.1:\d+; start the service/,
  );
  expect(stderr.trim().split("\n")).toHaveLength(1);
});

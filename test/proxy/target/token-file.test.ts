import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { rename } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { createTargetClient } from "../../../src/proxy/target/target-client.ts";
import { followTokenFile, readKeptToken } from "../../../src/proxy/target/token-file.ts";
import { fixedToken } from "../../../src/proxy/target/token-source.ts";
import { createHandClock } from "../../support/forwarding-world.ts";
import { MEMBER, ONE } from "../../support/target.ts";
import { aTokenServer } from "../../support/token-server.ts";

async function aFollowedFile() {
  const folder = mkdtempSync(path.join(tmpdir(), "tarjeta-kept-"));
  const file = path.join(folder, "token");
  const server = await aTokenServer();
  writeFileSync(file, `${server.makeToken()}\n`);
  const clock = createHandClock();
  const logged: unknown[] = [];
  const log = { warn: (...line: readonly unknown[]) => void logged.push(line) };
  const tokens = followTokenFile({ file, monoMs: clock.monoMs, log }, "token-1");
  const client = createTargetClient({ origin: server.origin, client: "demo", tokens });
  onTestFinished(async () => {
    await client.close();
    rmSync(folder, { recursive: true });
    expect(JSON.stringify(logged)).not.toMatch(/token-\d/);
  });
  const rotate = async (text: string) => {
    writeFileSync(`${file}.new`, text);
    await rename(`${file}.new`, file);
  };
  return { server, clock, file, logged, rotate, send: () => client.update(MEMBER, ONE) };
}

it("[TC6] follows TARGET_TOKEN_FILE within a second, and at once when its token is refused", async () => {
  const { server, clock, rotate, send } = await aFollowedFile();
  expect(await send()).toMatchObject({ outcome: { type: "delivered" } });
  await rotate(`${server.makeToken()}\n`);
  clock.advance(1_000);
  expect(await send()).toMatchObject({ outcome: { type: "delivered" } });
  await rotate(server.makeToken());
  expect((await send()).outcome).toEqual({ type: "unavailable", reason: "authentication" });
  expect(await send()).toMatchObject({ outcome: { type: "delivered" } });
  expect(server.shown).toEqual(["token-1", "token-2", "token-2", "token-3"]);
});

it.each(["", "\n", "two words", "ünreadable"])(
  "[TC6] keeps the last token where the changed file holds none: %j",
  async (text) => {
    const { clock, rotate, send, logged } = await aFollowedFile();
    await send();
    await rotate(text);
    clock.advance(1_000);
    expect((await send()).outcome.type).toBe("delivered");
    expect(logged).toHaveLength(1);
  },
);

it("[TC6] keeps the last token where the file is gone, and says so once", async () => {
  const { clock, file, rotate, send, logged, server } = await aFollowedFile();
  await send();
  rmSync(file);
  for (let second = 0; second < 3; second += 1) {
    clock.advance(1_000);
    expect((await send()).outcome.type).toBe("delivered");
  }
  expect(logged).toHaveLength(1);
  await rotate(server.makeToken());
  clock.advance(1_000);
  expect((await send()).outcome.type).toBe("delivered");
});

it("reads a token with its expiry, or without", async () => {
  const { file } = await aFollowedFile();
  writeFileSync(file, "abc\r\n2026-11-23T09:00:00.000Z\r\n");
  const expiresMs = Date.parse("2026-11-23T09:00:00.000Z");
  expect(await readKeptToken(file)).toEqual({ token: "abc", expiresMs });
  writeFileSync(file, "abc");
  expect(await readKeptToken(file)).toEqual({ token: "abc" });
  expect(await readKeptToken(`${file}.none`)).toBeUndefined();
});

it("[TC6] says once that a fixed token is refused, and goes on showing it", async () => {
  const { server } = await aFollowedFile();
  const logged: unknown[] = [];
  const tokens = fixedToken("token-0", { warn: (...line) => void logged.push(line) });
  const client = createTargetClient({ origin: server.origin, client: "demo", tokens });
  onTestFinished(() => client.close());
  for (let call = 0; call < 3; call += 1) {
    expect((await client.update(MEMBER, ONE)).neverLeft).toBe(false);
  }
  expect(server.shown).toEqual(["token-0", "token-0", "token-0"]);
  expect(logged).toEqual([[{}, expect.stringContaining("Target refuses TARGET_TOKEN")]]);
});

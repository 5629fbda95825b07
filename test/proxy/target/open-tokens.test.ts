import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { openTokens } from "../../../src/proxy/target/open-tokens.ts";
import { createHandClock } from "../../support/forwarding-world.ts";
import { aTokenServer, CLIENT_ID, SECRET } from "../../support/token-server.ts";
import { PAUSE_MS } from "../../../src/proxy/target/renewed-tokens.ts";

const TARGET = { client: "demo", origin: "https://demo.tt.omtrdc.net", token: undefined };

it("[TC6] reads the secret anew for each token, and says by its variable what is wrong with it", async () => {
  const folder = mkdtempSync(path.join(tmpdir(), "tarjeta-kept-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const secretFile = path.join(folder, "secret");
  const { url, asked } = await aTokenServer();
  const clock = createHandClock();
  const logged: unknown[] = [];
  const keptIn = path.join(folder, "token");
  const endpoint = { url, clientId: CLIENT_ID, secret: "of the start", secretFile, keptIn };
  const tokens = openTokens({ ...TARGET, tokenEndpoint: endpoint }, clock, {
    warn: (...line) => void logged.push(line),
  });
  onTestFinished(async () => tokens?.close());

  await expect(tokens?.token()).rejects.toThrow();
  writeFileSync(secretFile, "two words");
  clock.advance(2 * PAUSE_MS);
  await expect(tokens?.token()).rejects.toThrow();
  expect(asked).toEqual([]);
  writeFileSync(secretFile, `${SECRET}\n`);
  clock.advance(3 * PAUSE_MS);
  expect(await tokens?.token()).toBe("token-1");
  const said = JSON.stringify(logged);
  expect(said).toContain("TARGET_TOKEN_SECRET_FILE cannot be read (ENOENT)");
  expect(said).toContain("TARGET_TOKEN_SECRET_FILE holds no token");
  expect(said).not.toContain("two words");
});

it("asks for no token where none is set", () => {
  expect(openTokens(TARGET, createHandClock(), { warn: () => {} })).toBeUndefined();
});

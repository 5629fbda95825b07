import { createServer, type Server } from "node:http";
import { describe, expect, it, onTestFinished } from "vitest";
import { createGuardedLookup, isPublicAddress } from "../../src/proxy/address-guard.ts";
import { createTargetClient } from "../../src/proxy/target/target-client.ts";

const VISITOR = { kind: "member", value: "2912345678906" } as const;

/** A server on loopback that counts what reaches it. */
async function aServer(status: number, headers: Record<string, string> = {}) {
  let calls = 0;
  const server: Server = createServer((_request, reply) => {
    calls += 1;
    reply.writeHead(status, headers).end();
  });
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  onTestFinished(() => void server.close());
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return { port, calls: () => calls };
}

/** A resolver that gives these answers, one after the other. */
function resolving(...answers: readonly string[][]) {
  let asked = 0;
  const resolveAll = (_name: string, _options: unknown, found: (...args: never[]) => void) => {
    const addresses = answers[Math.min(asked, answers.length - 1)]!;
    asked += 1;
    const results = addresses.map((address) => ({
      address,
      family: address.includes(":") ? 6 : 4,
    }));
    (found as (error: null, addresses: unknown) => void)(null, results);
  };
  return resolveAll as Parameters<typeof createGuardedLookup>[1];
}

async function updateThrough(
  origin: string,
  lookup: ReturnType<typeof createGuardedLookup> | undefined,
) {
  const client = createTargetClient({
    origin,
    client: "demo",
    timeoutMs: 2_000,
    ...(lookup === undefined ? {} : { lookup }),
  });
  onTestFinished(() => client.close());
  return client.update(VISITOR, [{ name: "lastStore", value: "S-1" }]);
}

describe("where the proxy calls", () => {
  it.each([
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "127.0.0.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",
    "255.255.255.255",
    "::1",
    "::",
    "fe80::1",
    "fd00::1",
    "::ffff:10.0.0.1",
    "64:ff9b::a00:1",
    "not an address",
  ])("[UP1] takes %s for private", (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });

  it.each(["66.235.152.107", "172.32.0.1", "2606:4700::1111", "100.128.0.1"])(
    "[UP1] takes %s for public",
    (address) => {
      expect(isPublicAddress(address)).toBe(true);
    },
  );

  it("[UP1] connects to no private address, however the name resolves and whenever it changes", async () => {
    const inside = await aServer(200);
    const origin = `http://rebound.example:${inside.port}`;
    for (const answers of [["127.0.0.1"], ["127.0.0.1", "10.0.0.1"], ["::1"]]) {
      const lookup = createGuardedLookup(false, resolving(answers));
      const { outcome, neverLeft } = await updateThrough(origin, lookup);
      expect(outcome).toEqual({ type: "unavailable", reason: "connection: PRIVATE_ADDRESS" });
      expect(neverLeft).toBe(true);
    }
    expect(inside.calls()).toBe(0);
  });

  it("[UP1] asks a mixed answer for its public addresses only", async () => {
    const lookup = createGuardedLookup(false, resolving(["10.0.0.1", "66.235.152.107", "::1"]));
    const found = await new Promise((resolve) =>
      lookup("mixed.example", { all: true }, (_error, addresses) => resolve(addresses)),
    );
    expect(found).toEqual([{ address: "66.235.152.107", family: 4 }]);
  });

  it("[UP1] goes to loopback where loopback is meant, and then nowhere else", async () => {
    const inside = await aServer(503);
    const { outcome } = await updateThrough(`http://localhost:${inside.port}`, undefined);
    expect(outcome).toEqual({ type: "unavailable", reason: "status 503" });
    expect(inside.calls()).toBe(1);
    const moved = createGuardedLookup(true, resolving(["66.235.152.107"]));
    const refused = await updateThrough(`http://localhost:${inside.port}`, moved);
    expect(refused.neverLeft).toBe(true);
  });

  it("[UP1] follows no redirect, and takes it for no answer of Target", async () => {
    const elsewhere = await aServer(200);
    for (const status of [301, 302, 303, 307, 308]) {
      const location = `http://127.0.0.1:${elsewhere.port}/`;
      const redirecting = await aServer(status, { location });
      const origin = `http://127.0.0.1:${redirecting.port}`;
      const { outcome } = await updateThrough(origin, undefined);
      expect(outcome).toEqual({ type: "unavailable", reason: `status ${status}` });
      expect(redirecting.calls()).toBe(1);
    }
    expect(elsewhere.calls()).toBe(0);
  });
});

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { connect } from "node:tls";
import fastify, { type FastifyInstance } from "fastify";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { readTlsPair, reloadTls, type TlsFiles } from "../../src/proxy/tls-files.ts";
import { FIRST_PAIR, SECOND_PAIR } from "../support/certificates.ts";
import { runToTheEnd } from "../support/system.ts";
import { waitFor } from "../support/wait.ts";

let files: TlsFiles;

beforeEach(() => {
  const folder = mkdtempSync(path.join(tmpdir(), "tarjeta-tls-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  files = { certFile: path.join(folder, "cert.pem"), keyFile: path.join(folder, "key.pem") };
  write(FIRST_PAIR);
});

function write({ cert, key }: Partial<typeof FIRST_PAIR>): void {
  if (cert !== undefined) writeFileSync(files.certFile, cert);
  if (key !== undefined) writeFileSync(files.keyFile, key);
}

/** The name on the certificate a new connection is shown. */
function nameShown(port: number): Promise<string> {
  return new Promise((shown, failed) => {
    const socket = connect({ port, host: "127.0.0.1", rejectUnauthorized: false }, () => {
      shown(String(socket.getPeerCertificate().subject.CN));
      socket.destroy();
    });
    socket.on("error", failed);
  });
}

async function aTlsServer(): Promise<{ readonly port: number; readonly app: FastifyInstance }> {
  const app = fastify({ https: readTlsPair(files) } as object);
  await app.listen({ port: 0, host: "127.0.0.1" });
  onTestFinished(() => app.close());
  const address = app.server.address();
  if (typeof address !== "object" || address === null) throw new Error("it does not listen");
  return { port: address.port, app };
}

describe("the TLS files", () => {
  it("[KL3] are taken up anew while it runs; a pair that cannot be used leaves the old one", async () => {
    const { port, app } = await aTlsServer();
    const warnings: string[] = [];
    const reloads = reloadTls(app.server, files, (sentence) => warnings.push(sentence), 20);
    onTestFinished(reloads.stop);
    expect(await nameShown(port)).toBe("kiosk-1.test");

    write({ cert: SECOND_PAIR.cert }); // Its key is still the first one's.
    await waitFor("the broken pair to be told", () => warnings.length > 0);
    expect(warnings[0]).toMatch(/^TLS_CERT_FILE and TLS_KEY_FILE: .* The pair in use stays\.$/);
    expect(await nameShown(port)).toBe("kiosk-1.test");

    write({ key: SECOND_PAIR.key });
    await waitFor("the new pair", async () => (await nameShown(port)) === "kiosk-2.test");

    write({ cert: "no certificate" });
    await waitFor("the torn pair to be told", () => warnings.length > 1);
    rmSync(files.keyFile);
    await waitFor("the missing key to be told", () => warnings.at(-1)!.startsWith("TLS_KEY_FILE"));
    expect(await nameShown(port)).toBe("kiosk-2.test");
    expect(warnings.join()).not.toContain("PRIVATE KEY");
  });

  it("[KL3] end the start with one sentence when they do not belong together", async () => {
    write({ key: SECOND_PAIR.key });
    const { code, stderr } = await runToTheEnd({
      PORT: "0",
      ADMIN_PORT: "0",
      EMULATOR_PORT: "0",
      DATA_DIR: path.join(path.dirname(files.certFile), "data"),
      TLS_CERT_FILE: files.certFile,
      TLS_KEY_FILE: files.keyFile,
    });
    expect(stderr).toMatch(/^TLS_CERT_FILE and TLS_KEY_FILE: .* cannot be used together/);
    expect(stderr.trim().split("\n")).toHaveLength(1);
    expect(code).toBe(1);
  });
});

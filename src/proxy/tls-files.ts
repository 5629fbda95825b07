import { X509Certificate } from "node:crypto";
import { readFileSync, unwatchFile, watchFile } from "node:fs";
import { createSecureContext, Server as TlsServer } from "node:tls";
import { StartupError } from "./startup-error.ts";

export interface TlsFiles {
  readonly certFile: string;
  readonly keyFile: string;
}

export interface TlsPair {
  readonly cert: Buffer;
  readonly key: Buffer;
}

/** Reads a pair and tries it. Throws `StartupError` naming the file and what is wrong with it. */
export function readTlsPair({ certFile, keyFile }: TlsFiles): TlsPair {
  const cert = read("TLS_CERT_FILE", certFile);
  const key = read("TLS_KEY_FILE", keyFile);
  try {
    createSecureContext({ cert, key });
    const { validToDate } = new X509Certificate(cert);
    if (validToDate.getTime() <= Date.now()) {
      throw new Error(`expired on ${validToDate.toISOString().slice(0, 10)}`);
    }
  } catch (cause) {
    // OpenSSL's own words: they name neither file nor key.
    const why = (cause as Error).message.replace(/^error:[^:]*:/, "");
    throw new StartupError(
      `TLS_CERT_FILE and TLS_KEY_FILE: ${certFile} and ${keyFile} cannot be used together (${why}).`,
      { cause },
    );
  }
  return { cert, key };
}

function read(variable: string, file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new StartupError(`${variable}: ${file} cannot be read (${code}).`, { cause });
  }
}

/** Ours: asking the file system is cheap, and works where notifications do not: links, mounts. */
const LOOK_EVERY_MS = 5_000;

/**
 * Takes up a new pair as soon as its files change; connections that stand are left alone. A pair
 * that cannot be used changes nothing and is told to `warn`: files are replaced one after the other.
 */
export function reloadTls(
  server: unknown,
  files: TlsFiles,
  warn: (sentence: string) => void,
  lookEveryMs = LOOK_EVERY_MS,
): { readonly stop: () => void } {
  if (!(server instanceof TlsServer)) return { stop: () => undefined };
  const reload = () => {
    try {
      server.setSecureContext(readTlsPair(files));
    } catch (error) {
      if (!(error instanceof StartupError)) throw error;
      warn(`${error.message} The pair in use stays.`);
    }
  };
  for (const file of [files.certFile, files.keyFile]) {
    watchFile(file, { interval: lookEveryMs, persistent: false }, reload);
  }
  return {
    stop: () => {
      for (const file of [files.certFile, files.keyFile]) unwatchFile(file, reload);
    },
  };
}

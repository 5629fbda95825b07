import { DECODER_CACHE } from "./camera-message.ts";

export interface DecoderSource {
  /** Where the decoder's code is; the build names it after its contents. */
  readonly url: string;
  /** What it must be, in hex. */
  readonly sha256: string;
  readonly caches: Pick<CacheStorage, "open">;
  readonly fetch: (url: string) => Promise<Response>;
  readonly digest: (code: ArrayBuffer) => Promise<ArrayBuffer>;
}

/**
 * The code that decodes pictures: from a Cache of its own, so that a kiosk with a camera starts with the
 * network off, else from the proxy, and then kept there in place of any other version. What is torn, or
 * was answered by somebody else, is neither used nor kept.
 */
export async function loadDecoder(source: DecoderSource): Promise<ArrayBuffer> {
  const { url, caches, fetch } = source;
  const cache = await caches.open(DECODER_CACHE);
  const kept = await (await cache.match(url))?.arrayBuffer();
  if (kept !== undefined && (await isIt(kept, source))) return kept;
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`the camera's decoder was answered with ${answer.status}`);
  const code = await answer.clone().arrayBuffer();
  if (!(await isIt(code, source))) throw new Error("what came is not the camera's decoder");
  await keep(cache, url, answer);
  return code;
}

async function isIt(code: ArrayBuffer, { sha256, digest }: DecoderSource): Promise<boolean> {
  const bytes = new Uint8Array(await digest(code));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("") === sha256;
}

async function keep(cache: Cache, url: string, answer: Response): Promise<void> {
  try {
    await cache.put(url, answer);
    const others = (await cache.keys()).filter((kept) => kept.url !== new URL(url, kept.url).href);
    await Promise.all(others.map((other) => cache.delete(other)));
  } catch {
    // No room to keep it: it serves this page's life, and the next start asks again.
  }
}

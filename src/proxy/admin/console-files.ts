import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { COMPRESSED } from "../precompressed.ts";

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".woff2": "font/woff2",
};

/** Their names hold a hash of what is in them. */
const HASHED = "assets/";

const FOR_EVER = "private, max-age=31536000, immutable";

/**
 * Serves the built console at `/`: exactly the files that were in `folder` at the start, read once, so
 * that no address reaches anything else. They are for anybody who reaches the port, like the sign-in
 * they show: whatever they tell of this installation they ask for with the session.
 */
export function routeConsole(admin: FastifyInstance, folder: string): void {
  const names = filesIn(folder);
  for (const name of names.filter((each) => !each.endsWith(COMPRESSED))) {
    const type = CONTENT_TYPES[path.extname(name)];
    if (type === undefined)
      throw new Error(`The console holds ${name}, which has no content type.`);
    const bytes = readFileSync(path.join(folder, name));
    const compressed = names.includes(name + COMPRESSED)
      ? readFileSync(path.join(folder, name + COMPRESSED))
      : undefined;
    const url = name === "index.html" ? "/" : `/${name}`;
    admin.get(url, { config: { access: "anybody" } }, async (request, reply) => {
      if (name.startsWith(HASHED)) reply.header("cache-control", FOR_EVER);
      reply.type(type).header("vary", "accept-encoding");
      if (compressed === undefined || !takesBrotli(request)) return reply.send(bytes);
      return reply.header("content-encoding", "br").send(compressed);
    });
  }
}

/** As every browser says over https and from loopback; `br;q=0` is a refusal. */
function takesBrotli({ headers }: FastifyRequest): boolean {
  return String(headers["accept-encoding"] ?? "")
    .split(",")
    .some((coding) => /^\s*br\s*(?:$|;(?!\s*q=0(?:\.0*)?\s*$))/.test(coding));
}

/** Relative names, with `/` between folders. */
function filesIn(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((file) => file.isFile())
    .map((file) => path.relative(folder, path.join(file.parentPath, file.name)))
    .map((name) => name.split(path.sep).join("/"));
}

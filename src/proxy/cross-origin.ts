import type { FastifyRequest } from "fastify";

/**
 * Whether a request was made by a page of another origin.
 *
 * A browser says so in `Sec-Fetch-Site`, which no page can write (Fetch Metadata, W3C). Where it is
 * missing, as over plain http beyond loopback, `Origin` must name the host that was asked. A program
 * that is no browser sends neither.
 */
export function isCrossOrigin(request: FastifyRequest): boolean {
  const site = request.headers["sec-fetch-site"];
  if (site !== undefined) return site !== "same-origin" && site !== "none";
  const { origin } = request.headers;
  return origin !== undefined && !isOriginOf(request.host, origin);
}

/** Whether a browser vouches that a page of this very origin made the request. */
export function isVouchedSameOrigin(request: FastifyRequest): boolean {
  const site = request.headers["sec-fetch-site"];
  if (site !== undefined) return site === "same-origin";
  return request.headers.origin !== undefined && !isCrossOrigin(request);
}

/** `null` is what a page without an origin sends; it is nobody's. */
function isOriginOf(host: string, origin: string): boolean {
  if (!URL.canParse(origin)) return false;
  const own = new URL(origin);
  // Both as a URL writes them: without the port that goes with the scheme.
  const asked = `${own.protocol}//${host}`;
  return URL.canParse(asked) && new URL(asked).host === own.host && own.host !== "";
}

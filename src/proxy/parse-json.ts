/** What a JSON body says; `undefined` when it is not JSON, which every schema refuses by name. */
export function parseJson(body: unknown): unknown {
  if (!Buffer.isBuffer(body)) return undefined;
  try {
    return JSON.parse(body.toString("utf8"));
  } catch {
    // A SyntaxError is how JSON.parse says no.
    return undefined;
  }
}

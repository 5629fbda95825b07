/**
 * What a process of ours needs of our environment: nothing that a setting is read from.
 *
 * `NODE_COMPILE_CACHE` is where Node keeps what it made of our sources, by their contents: a test run
 * starts some hundred processes, and each would strip and compile the same two hundred files anew.
 */
export function nodeEnv(): Readonly<Record<string, string>> {
  const { PATH = "", HOME = "", NODE_COMPILE_CACHE } = process.env;
  return { PATH, HOME, ...(NODE_COMPILE_CACHE === undefined ? {} : { NODE_COMPILE_CACHE }) };
}

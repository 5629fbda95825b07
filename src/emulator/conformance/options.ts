import { parseArgs } from "node:util";
import { err, ok, type Result } from "../../domain/result.ts";
import { FACTS } from "./fact-list.ts";
import type { Fact } from "./fact.ts";

/** What `npm run conformance` was asked for. */
export type Options =
  | { readonly type: "page" }
  | {
      readonly type: "run";
      readonly origin: string;
      readonly client: string;
      readonly canWrite: boolean;
      readonly member: string | undefined;
      readonly browser: string | undefined;
      readonly token: string | undefined;
      readonly facts: readonly Fact[];
    };

export const USAGE =
  "Use: npm run conformance -- URL CLIENT [--write] [--visitor MBOX3RDPARTYID] [--browser MBOXPC] " +
  "[--token TOKEN] [--only ID …], or npm run conformance -- --page.";

/** One sentence says what is wrong. The token may also come as `TARGET_TOKEN`. */
export function optionsFrom(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): Result<Options, string> {
  const parsed = parse(args);
  if (!parsed.ok) return parsed;
  const { values, positionals } = parsed.value;
  if (values.page === true) return ok({ type: "page" });

  const [url, client, ...more] = positionals;
  if (url === undefined || client === undefined || client === "" || more.length > 0) {
    return err(`Give one URL and one client code. ${USAGE}`);
  }
  const token = values.token ?? environment["TARGET_TOKEN"];
  const origin = originFrom(url, token !== undefined);
  if (!origin.ok) return origin;
  const facts = chosenFacts(values.only ?? []);
  if (!facts.ok) return facts;
  for (const name of ["visitor", "browser", "token"] as const) {
    if (values[name] === "") return err(`--${name} is empty: give a value. ${USAGE}`);
  }
  return ok({
    type: "run",
    origin: origin.value,
    client,
    canWrite: values.write === true,
    member: values.visitor,
    browser: values.browser,
    token,
    facts: facts.value,
  });
}

function parse(args: readonly string[]) {
  const text = { type: "string" } as const;
  const flag = { type: "boolean" } as const;
  try {
    return ok(
      parseArgs({
        args: [...args],
        allowPositionals: true,
        options: {
          page: flag,
          write: flag,
          visitor: text,
          browser: text,
          token: text,
          only: { type: "string", multiple: true },
        },
      }),
    );
  } catch (cause) {
    return err(`${(cause as Error).message.replace(/\.?$/, ".")} ${USAGE}`);
  }
}

function originFrom(text: string, hasToken: boolean): Result<string, string> {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    return err(`URL must begin with http:// or https:// and name a host. ${USAGE}`);
  }
  if (url.pathname !== "/" || url.search !== "" || url.username !== "") {
    return err(`URL must end with the host or port: paths are the suite's. ${USAGE}`);
  }
  const isLoopback = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(url.hostname);
  if (hasToken && url.protocol === "http:" && !isLoopback) {
    return err("A token is not sent over http: give an https URL.");
  }
  return ok(url.origin);
}

/** By id, such as `SU-07`, or by the letters of a whole section, such as `SU`. */
function chosenFacts(chosen: readonly string[]): Result<readonly Fact[], string> {
  const isMeant = (fact: Fact, id: string) => fact.id === id || fact.id.startsWith(`${id}-`);
  const unknown = chosen.find((id) => !FACTS.some((fact) => isMeant(fact, id)));
  if (unknown !== undefined)
    return err(`--only: there is no fact ${unknown}; FACTS.md lists them.`);
  if (chosen.length === 0) return ok(FACTS);
  return ok(FACTS.filter((fact) => chosen.some((id) => isMeant(fact, id))));
}

import { isObservable, type Fact, type Need, type ObservableFact } from "./fact.ts";
import { createHttp, NoAnswer, withToken, type HttpPort } from "./http-port.ts";
import { createControl, type ControlPort } from "./control-port.ts";
import { Mismatch } from "./mismatch.ts";
import type { Subject } from "./subject.ts";

/** The service to be held against the facts, and what may be done to it. */
export interface Service {
  readonly origin: string;
  readonly client: string;
  readonly token: string | undefined;
  /** Throw-away visitors with a profile. The emulator needs none: it makes them. */
  readonly member: string | undefined;
  readonly browser: string | undefined;
  readonly canWrite: boolean;
  readonly isEmulator: boolean;
}

export type Outcome =
  | { readonly type: "passed" }
  | { readonly type: "failed"; readonly expected: string; readonly seen: string }
  | { readonly type: "not-checked"; readonly why: string };

export interface Finding {
  readonly fact: Fact;
  readonly outcome: Outcome;
}

/**
 * Holds the service against each fact, one after the other.
 *
 * On the emulator every fact begins with visitors of its own, updates applied at once, no token
 * required and the settings as they were found; all of that is put back after it. Its clock stays
 * where the checks moved it.
 *
 * @param freshId an id never used before, of letters, digits and hyphens
 */
export async function* runFacts(
  facts: readonly Fact[],
  service: Service,
  freshId: () => string,
): AsyncGenerator<Finding> {
  const http = createHttp(service.origin);
  const control = service.isEmulator ? await createControl(http, freshId) : undefined;
  for (const fact of facts) {
    const why = obstacle(fact, service);
    const outcome: Outcome =
      why !== undefined || !isObservable(fact)
        ? { type: "not-checked", why: why ?? "" }
        : await outcomeOf(fact, { service, http, control, freshId });
    yield { fact, outcome };
  }
}

/** Why a fact is not checked; undefined when it can be. */
function obstacle(fact: Fact, service: Service): string | undefined {
  if (!isObservable(fact)) return `${fact.reason}: ${fact.because}`;
  if (service.isEmulator) return undefined;
  if (fact.observable === "emulator-only") {
    return `cannot be checked on a live service: ${fact.because}`;
  }
  return fact.needs.map((need) => lack(need, service)).find((why) => why !== undefined);
}

function lack(need: Need, service: Service): string | undefined {
  switch (need) {
    case "writes":
      return service.canWrite ? undefined : "sends updates: needs --write";
    case "member":
      return service.member === undefined ? "needs --visitor" : undefined;
    case "browser":
      return service.browser === undefined ? "needs --browser" : undefined;
    case "token":
      return service.token === undefined ? "needs --token" : undefined;
    case "no token":
      return service.token === undefined ? undefined : "this account requires a token";
    case "control":
    case "time travel":
      return "cannot be checked on a live service";
  }
}

interface Bench {
  readonly service: Service;
  readonly http: HttpPort;
  readonly control: ControlPort | undefined;
  readonly freshId: () => string;
}

async function outcomeOf(fact: ObservableFact, bench: Bench): Promise<Outcome> {
  const { control, service } = bench;
  try {
    await control?.begin();
    const made = fact.needs.includes("token") ? await control?.requireToken() : undefined;
    const subject = subjectOf(bench, made ?? service.token);
    if (fact.observable === "live") await fact.check(subject);
    else if (control !== undefined) await fact.check({ ...subject, control });
    return { type: "passed" };
  } catch (error) {
    return failure(error);
  } finally {
    await control?.asFound();
  }
}

function subjectOf({ service, http, control, freshId }: Bench, token: string | undefined): Subject {
  const given = (kind: "member" | "browser", value: string | undefined) => {
    if (value === undefined) throw new Error(`no ${kind} is given`);
    return Promise.resolve({ kind, value } as const);
  };
  return {
    client: service.client,
    http: token === undefined ? http : withToken(http, service.origin, token),
    httpWithoutToken: http,
    token,
    member: () => control?.newMember() ?? given("member", service.member),
    browser: () => control?.newBrowser() ?? given("browser", service.browser),
    freshId,
    control,
  };
}

/** What is wrong with the service is an outcome; what is wrong with us is thrown on. */
function failure(error: unknown): Outcome {
  if (error instanceof Mismatch) {
    return { type: "failed", expected: error.expected, seen: error.seen };
  }
  if (error instanceof NoAnswer) {
    return { type: "failed", expected: "an answer", seen: error.message };
  }
  throw error;
}

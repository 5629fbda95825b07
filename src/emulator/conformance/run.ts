import { isObservable, type Fact, type Need, type ObservableFact } from "./fact.ts";
import { createHttp, NoAnswer, type HttpPort } from "./http-port.ts";
import { createControl, type ControlPort } from "./control-port.ts";
import { Mismatch } from "./mismatch.ts";
import type { Subject, Visitor } from "./subject.ts";

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
 * On the emulator every fact begins with new visitors, at-once propagation and the switches as they
 * were found, and all of that is put back at the end; its clock stays moved.
 */
export async function* runFacts(
  facts: readonly Fact[],
  service: Service,
  freshId: () => string,
): AsyncGenerator<Finding> {
  const bare = createHttp(service.origin);
  const control = service.isEmulator ? createControl(bare, freshId) : undefined;
  const found = await control?.settings();
  for (const fact of facts) {
    const why = obstacle(fact, service);
    if (why !== undefined) yield { fact, outcome: { type: "not-checked", why } };
    else if (!isObservable(fact)) throw new Error(`${fact.id} has no check`);
    else yield { fact, outcome: await checked(fact, service, bare, control, freshId) };
    if (control !== undefined && found !== undefined) await control.restore(found);
  }
}

/** Why a fact is not checked; undefined when it can be. */
function obstacle(fact: Fact, service: Service): string | undefined {
  if (!isObservable(fact)) return `not observable, ${fact.reason}: ${fact.because}`;
  if (service.isEmulator) return undefined;
  if (fact.observable === "emulator-only") {
    return `cannot be checked on a live service: ${fact.because}`;
  }
  return fact.needs.map((need) => lacking(need, service)).find((why) => why !== undefined);
}

function lacking(need: Need, service: Service): string | undefined {
  switch (need) {
    case "writes":
      return service.canWrite ? undefined : "writes: needs --write";
    case "member":
      return service.member === undefined ? "needs --visitor" : undefined;
    case "browser":
      return service.browser === undefined ? "needs --browser" : undefined;
    case "token":
      return service.token === undefined ? "needs --token" : undefined;
    case "no token":
      return service.token === undefined ? undefined : "the account requires a token";
    case "control":
    case "time travel":
      return "cannot be checked on a live service";
  }
}

async function checked(
  fact: ObservableFact,
  service: Service,
  bare: HttpPort,
  control: ControlPort | undefined,
  freshId: () => string,
): Promise<Outcome> {
  try {
    await control?.prepare();
    const token = fact.needs.includes("token") ? await control?.requireToken() : undefined;
    const subject = subjectOf({ ...service, token: token ?? service.token }, bare, freshId);
    if (fact.observable === "live") await fact.check({ ...subject, control });
    else if (control !== undefined) await fact.check({ ...subject, control });
    return { type: "passed" };
  } catch (error) {
    if (error instanceof Mismatch) {
      return { type: "failed", expected: error.expected, seen: error.seen };
    }
    if (error instanceof NoAnswer) {
      return { type: "failed", expected: "an answer", seen: error.message };
    }
    throw error;
  }
}

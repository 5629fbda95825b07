import type { Emulator, EmulatorOptions } from "../../../src/emulator/target-emulator.ts";
import type { Rewriting, WireAnswer, WireRequest } from "../../support/rewriting-proxy.ts";

/** The emulator broken in one point: by how it is set, or by what happens on the wire before it. */
export interface Mutation {
  /** Id of the fact that no longer holds. */
  readonly fact: string;
  /** What the emulator does instead. */
  readonly does: string;
  readonly options?: Partial<EmulatorOptions>;
  /** A new one for every run: some of them remember. */
  readonly rewriting?: (bench: Bench) => Rewriting;
  /**
   * Facts of the same section that fall with it, since they cannot hold without it. `many` where so
   * much rests on this one that a list would say nothing.
   */
  readonly alsoRed?: readonly string[] | "many";
}

/** What stands behind the rewriting. */
export interface Bench {
  readonly emulator: Emulator;
  /** The emulator's own address. */
  readonly origin: string;
}

export const isUpdate = ({ target }: WireRequest) => /^\/m2\/[^/]+\/profile\/update\b/.test(target);
export const isBatch = ({ target }: WireRequest) => target.includes("/profile/batchUpdate");
export const isStatus = ({ target }: WireRequest) => target.includes("/profile/batchStatus");
export const isFetch = ({ target }: WireRequest) => target.startsWith("/rest/v1/profiles/");
export const isToken = ({ target }: WireRequest) => target.includes("/authentication/token");
export const isControl = (path: string) => (request: WireRequest) =>
  request.target.startsWith(`/_emulator/${path}`) && request.method !== "GET";

export const isByQuery = (request: WireRequest) =>
  isUpdate(request) && request.target.includes("?");

type Test = (request: WireRequest) => boolean;

/** These requests are answered so, and never arrive. */
export function answering(isMeant: Test, status: number, body = "Not Found"): () => Rewriting {
  return () => ({
    request: (request) => (isMeant(request) ? answerOf(status, body) : request),
  });
}

export function answerOf(status: number, body = ""): WireAnswer {
  return { status, headers: { "content-type": "text/plain" }, body };
}

/** These requests arrive as something else. */
export function changing(
  isMeant: Test,
  change: (request: WireRequest) => WireRequest,
): () => Rewriting {
  return () => ({ request: (request) => (isMeant(request) ? change(request) : request) });
}

/** Query and form body of an update alike. */
export function changingParameters(change: (parameters: string) => string): () => Rewriting {
  return changing(isUpdate, (request) => {
    const [path, ...query] = request.target.split("?");
    const target = query.length === 0 ? path! : `${path}?${change(query.join("?"))}`;
    return { ...request, target, body: change(request.body) };
  });
}

export function changingBody(
  isMeant: Test,
  change: (body: string, request: WireRequest) => string,
): () => Rewriting {
  return changing(isMeant, (request) => ({ ...request, body: change(request.body, request) }));
}

/** What is answered to these requests says something else. */
export function answeringWith(
  isMeant: Test,
  change: (body: string, request: WireRequest) => string,
): () => Rewriting {
  return () => ({
    answer: (answer, request) =>
      isMeant(request) ? { ...answer, body: change(answer.body, request) } : answer,
  });
}

/** The JSON that the control API is told, changed. */
export function controlling(
  path: string,
  change: (told: Record<string, unknown>) => object,
): () => Rewriting {
  return changingBody(isControl(path), (body) =>
    JSON.stringify(change(JSON.parse(body) as Record<string, unknown>)),
  );
}

/** Something more is done at the emulator before these requests arrive there. */
export function doingBefore(
  isMeant: Test,
  act: (bench: Bench, request: WireRequest) => Promise<unknown> | unknown,
): (bench: Bench) => Rewriting {
  return (bench) => ({
    request: async (request) => {
      if (isMeant(request)) await act(bench, request);
      return request;
    },
  });
}

/** The value of a parameter of an update, wherever it stands. */
export function parameterOf({ target, body }: WireRequest, name: string): string | undefined {
  const query = target.split("?").slice(1).join("?");
  for (const text of [query, body]) {
    const value = new URLSearchParams(text).get(name);
    if (value !== null) return value;
  }
  return undefined;
}

/** The rows of a batch, its headers first. */
export function changingRows(
  change: (rows: readonly string[], request: WireRequest) => readonly string[],
): () => Rewriting {
  return changingBody(isBatch, (body, request) => {
    const rows = change(body.replace(/^batch=/, "").split("\n"), request).join("\n");
    return body.startsWith("batch=") ? `batch=${rows}` : rows;
  });
}

export async function tellEmulator({ origin }: Bench, method: string, path: string, told?: object) {
  const response = await fetch(`${origin}/_emulator/${path}`, {
    method,
    ...(told && {
      headers: { "content-type": "application/json" },
      body: JSON.stringify(told),
    }),
  });
  if (!response.ok) throw new Error(`the emulator refused ${method} ${path}`);
}

import { describe, expect, it } from "vitest";
import { createApi, NOTHING, type Answer } from "../../src/console/api.ts";
import { SessionAnswer } from "../../src/contract/admin.ts";
import { problemFor } from "../../src/contract/problem.ts";

const MARIA = { name: "maria", role: "viewer" };

/** Answers each request in turn, and keeps what was asked. */
function answering(...answers: (Response | Error)[]) {
  const asked: RequestInit[] = [];
  const api = createApi(async (_path, init = {}) => {
    asked.push(init);
    const answer = answers.shift();
    if (answer === undefined || answer instanceof Error)
      throw answer ?? new Error("asked too often");
    return answer;
  });
  return { api, asked };
}

async function typeOf(answer: Promise<Answer<unknown>>): Promise<string> {
  return (await answer).type;
}

describe("asking the proxy", () => {
  it("asks only for what changed, until it is told to forget", async () => {
    const { api, asked } = answering(
      Response.json(MARIA, { headers: { etag: '"1"' } }),
      new Response(null, { status: 304 }),
      Response.json(MARIA),
    );
    expect(await api.get("/v1/session", SessionAnswer)).toEqual({ type: "value", value: MARIA });
    expect(await typeOf(api.get("/v1/session", SessionAnswer))).toBe("unchanged");
    expect(asked[1]?.headers).toEqual({ "if-none-match": '"1"' });
    api.forget();
    await api.get("/v1/session", SessionAnswer);
    expect(asked[2]?.headers).toEqual({});
  });

  it("tells a refusal by the proxy from a page somebody else answers with", async () => {
    const problem = problemFor("too-many-tries", "Not now.");
    const { api } = answering(
      Response.json(problem, { status: 429, headers: { "retry-after": "30" } }),
      new Response("<h1>Bad gateway</h1>", { status: 502 }),
      new TypeError("fetch failed"),
    );
    expect(await api.send("POST", "/v1/session", {}, SessionAnswer)).toEqual({
      type: "refused",
      code: "too-many-tries",
      detail: "Not now.",
      retryAfterSeconds: 30,
    });
    expect(await typeOf(api.get("/v1/session", SessionAnswer))).toBe("unreachable");
    expect(await typeOf(api.get("/v1/session", SessionAnswer))).toBe("unreachable");
  });

  it("shows nothing that is not by the contract", async () => {
    const { api } = answering(
      Response.json({ name: "maria", role: "queen" }),
      new Response("{", { status: 200 }),
      new Response(null, { status: 204 }),
    );
    expect(await typeOf(api.get("/v1/session", SessionAnswer))).toBe("unreadable");
    expect(await typeOf(api.get("/v1/session", SessionAnswer))).toBe("unreadable");
    expect(await typeOf(api.send("DELETE", "/v1/session", undefined, NOTHING))).toBe("value");
  });
});

import { describe, expect, it } from "vitest";
import {
  postgresFailure,
  storeErrorFrom,
  UnfitServerError,
} from "../../../src/proxy/store/postgres-failure.ts";
import {
  DamagedRowError,
  isStoreTrouble,
  StoreFullError,
  StoreUnreachableError,
} from "../../../src/proxy/store/store-error.ts";

/** As PostgreSQL and Node give them. */
function anError(code: string, details: object = {}): Error {
  return Object.assign(new Error("Key (value)=(2912345678906) is there"), { code, ...details });
}

describe("what PostgreSQL's errors mean", () => {
  it.each([
    ["again", anError("40001")],
    ["again", anError("40P01")],
    ["again", anError("23505")],
    ["full", anError("53100")],
    ["unreachable", anError("57P01")],
    ["unreachable", anError("57014")],
    ["unreachable", anError("55P03")],
    ["unreachable", anError("25006")],
    ["unreachable", anError("ECONNRESET")],
    ["unreachable", anError("EAI_AGAIN")],
    ["unreachable", anError("ERR_TLS_CERT_ALTNAME_INVALID")],
    ["unreachable", anError("SELF_SIGNED_CERT_IN_CHAIN")],
    ["unreachable", new AggregateError([anError("ECONNREFUSED")])],
    ["unreachable", new Error("Connection terminated unexpectedly")],
    ["unreachable", new Error("Query read timeout")],
    ["other", anError("22P02")],
    ["other", anError("ERR_INVALID_ARG_TYPE")],
    ["other", new TypeError("undefined is not a function")],
    ["other", new DamagedRowError("a column")],
  ])("[PG5] takes for %s: %o", (failure, error) => {
    expect(postgresFailure(error)).toBe(failure);
  });

  it("[PG5] is trouble of the store wherever asking again may help", () => {
    const unreachable = [anError("57P01"), anError("40P01"), new UnfitServerError("fsync is off")];
    for (const error of unreachable) {
      expect(storeErrorFrom(error)).toBeInstanceOf(StoreUnreachableError);
      expect(isStoreTrouble(storeErrorFrom(error))).toBe(true);
    }
    expect(storeErrorFrom(anError("53100"))).toBeInstanceOf(StoreFullError);
    const damaged = new DamagedRowError("a column");
    expect(storeErrorFrom(damaged)).toBe(damaged);
  });

  it("[PV2] are told by their code alone: their words may hold a row", () => {
    for (const code of ["22P02", "23502", "57014", "53100"]) {
      const said = storeErrorFrom(anError(code, { severity: "ERROR", detail: "2912345678906" }));
      expect(said.message).not.toContain("2912345678906");
    }
    const bug = storeErrorFrom(anError("22P02", { severity: "ERROR" }));
    expect(bug.message).toBe("the database refused a statement (22P02)");
    expect(bug.cause).toBeUndefined();
  });
});

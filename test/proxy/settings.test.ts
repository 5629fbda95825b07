import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { isLoopback, settingsFrom } from "../../src/proxy/settings.ts";

function settings(environment: Record<string, string>) {
  const parsed = settingsFrom(environment);
  if (!parsed.ok) throw new Error(parsed.error);
  return parsed.value;
}

function refusal(environment: Record<string, string>): string {
  const parsed = settingsFrom(environment);
  if (parsed.ok) throw new Error("was accepted");
  return parsed.error;
}

function lookingInto(VISITOR_ID_LOOKUP: string): Record<string, string> {
  return { VISITOR_ID_MODE: "lookup", VISITOR_ID_LOOKUP };
}

function renewing(changes: Record<string, string>): Record<string, string> {
  return {
    TARGET_CLIENT: "demo",
    TARGET_TOKEN_URL: "https://mc.example/demo/target/authentication/token?scope=profile_api",
    TARGET_TOKEN_CLIENT_ID: "id",
    TARGET_TOKEN_SECRET: "secret",
    ...changes,
  };
}

describe("settings", () => {
  it("need nothing: loopback, the emulator, Target's own limit", () => {
    expect(settings({})).toMatchObject({
      host: "127.0.0.1",
      port: 8080,
      adminHost: "127.0.0.1",
      adminPort: 8082,
      emulatorPort: 8081,
      diskReserveBytes: 256_000_000,
      dailyCalls: 1_000_000,
      updateMethod: "POST",
      updatePath: "code",
      readBackAfterMinutes: 60,
      unknownDays: 14,
      profileDays: 14,
      dailyFetches: 500_000,
      unknownVisitors: "wait",
      overflow: undefined,
      target: undefined,
    });
  });

  it("derive Target's address from the client code", () => {
    expect(settings({ TARGET_CLIENT: "casaolmo" }).target?.origin).toBe(
      "https://casaolmo.tt.omtrdc.net",
    );
  });

  it("know a file of ids from a service of them", () => {
    expect(settings(lookingInto("ids.csv")).visitorIds).toEqual({
      mode: "lookup-file",
      file: path.resolve("ids.csv"),
    });
    expect(settings(lookingInto("http://127.0.0.1:9/ids")).visitorIds).toMatchObject({
      mode: "lookup-url",
      isLoopback: true,
    });
    expect(settings(lookingInto("https://ids.example/v1")).visitorIds).toMatchObject({
      mode: "lookup-url",
      isLoopback: false,
    });
    expect(settings({ VISITOR_ID_MODE: "hmac" }).visitorIds).toEqual({ mode: "hmac" });
  });

  it.each([
    [{ PORT: "eighty" }, /^PORT: /],
    [{ PORT: "70000" }, /^PORT: /],
    [{ ADMIN_PORT: "-1" }, /^ADMIN_PORT: /],
    [{ ADMIN_TOKEN: "short" }, /^ADMIN_TOKEN: must have at least 16/],
    [{ TARGET_DAILY_CALLS: "1000001" }, /^TARGET_DAILY_CALLS: Target allows 1000000/],
    [{ TARGET_DAILY_CALLS: "0" }, /^TARGET_DAILY_CALLS: /],
    [{ TARGET_SPACING_SECONDS: "0" }, /^TARGET_SPACING_SECONDS: must be at least a second/],
    [{ TARGET_SPACING_SECONDS: "1.5" }, /^TARGET_SPACING_SECONDS: must be a whole number/],
    [{ TARGET_SPACING_SECONDS: "3601" }, /^TARGET_SPACING_SECONDS: must be an hour at most/],
    [{ FRESH_MINUTES: "soon" }, /^FRESH_MINUTES: must be a number of minutes/],
    [{ FRESH_MINUTES: "0.5" }, /^FRESH_MINUTES: must be at least a minute/],
    [{ FRESH_MINUTES: "61" }, /^FRESH_MINUTES: must be an hour at most/],
    [{ TARGET_METHOD: "PUT" }, /^TARGET_METHOD: must be POST or GET/],
    [{ UNKNOWN_VISITORS: "yes" }, /^UNKNOWN_VISITORS: must be wait or create/],
    [{ BULK_OVERFLOW: "yes" }, /^BULK_OVERFLOW: must be off or on/],
    [{ BULK_OVERFLOW_AFTER_HOURS: "0" }, /^BULK_OVERFLOW_AFTER_HOURS: must be an hour/],
    [{ BULK_OVERFLOW_FETCHES: "9" }, /^BULK_OVERFLOW_FETCHES: must be at least 10/],
    [{ TARGET_CLIENT: "casa/olmo" }, /^TARGET_CLIENT: /],
    [{ TARGET_CLIENT: "c", TARGET_ORIGIN: "http://target.example" }, /^TARGET_ORIGIN: .*https/],
    [{ TARGET_CLIENT: "c", TARGET_ORIGIN: "https://t.example/path" }, /^TARGET_ORIGIN: .*path/],
    [{ TARGET_ORIGIN: "http://127.0.0.1:9" }, /^TARGET_ORIGIN: needs TARGET_CLIENT/],
    [{ DISK_RESERVE_MB: "-1" }, /^DISK_RESERVE_MB: /],
    [{ DISK_RESERVE_MB: "0.5" }, /^DISK_RESERVE_MB: must be a whole number of megabytes/],
    [{ DISK_RESERVE_MB: "some" }, /^DISK_RESERVE_MB: must be a number of megabytes/],
    [{ DATABASE_URL: "mysql://db/tarjeta" }, /^DATABASE_URL: must be postgres:/],
    [{ DATABASE_URL: "postgres://db" }, /^DATABASE_URL: must be postgres:/],
    [{ DATABASE_URL: "postgres://u:%zz@db/tarjeta" }, /^DATABASE_URL: must be postgres:/],
    [{ DATABASE_URL: "postgres://db/tarjeta" }, /^KEYS_FILE: with DATABASE_URL it must be given/],
    [{ VISITOR_ID_MODE: "ecid" }, /^VISITOR_ID_MODE: must be card, hmac or lookup/],
    [{ VISITOR_ID_MODE: "lookup" }, /^VISITOR_ID_LOOKUP: VISITOR_ID_MODE=lookup needs it/],
    [{ VISITOR_ID_LOOKUP: "ids.csv" }, /^VISITOR_ID_LOOKUP: is for VISITOR_ID_MODE=lookup/],
    [lookingInto("http://ids.example/"), /^VISITOR_ID_LOOKUP: must begin with https/],
    [lookingInto("ftp://ids.example/"), /^VISITOR_ID_LOOKUP: must begin with https/],
    [lookingInto("https://"), /^VISITOR_ID_LOOKUP: is not an address/],
    [lookingInto("https://me:secret@ids.example/"), /^VISITOR_ID_LOOKUP: takes no password/],
    [lookingInto("https://10.0.0.7/ids"), /^VISITOR_ID_LOOKUP: is a private address/],
    [lookingInto("https://[::ffff:10.0.0.7]/"), /^VISITOR_ID_LOOKUP: is a private address/],
    [lookingInto("https://169.254.169.254/"), /^VISITOR_ID_LOOKUP: is a private address/],
    [{ TARGET_MAX_VALUE_LENGTH: "23" }, /^TARGET_MAX_VALUE_LENGTH: must be at least 24/],
    [{ TARGET_MAX_VALUE_LENGTH: "5001" }, /^TARGET_MAX_VALUE_LENGTH: must be at most 5000/],
    [
      { CLEARED_VALUES: `{"a":"${"x".repeat(25)}"}`, TARGET_MAX_VALUE_LENGTH: "24" },
      /^CLEARED_VALUES: a value is longer than TARGET_MAX_VALUE_LENGTH/,
    ],
    [{ CLEARED_VALUES: '{"a":"\\ud83d"}' }, /^CLEARED_VALUES.*: holds half a surrogate pair/],
    [{ TARGET_TOKEN: "Bearer abc" }, /^TARGET_TOKEN: must be the token alone/],
    [{ TARGET_TOKEN_SECRET: "abc" }, /^TARGET_TOKEN_SECRET: is for TARGET_TOKEN_URL/],
    [{ TARGET_TOKEN_CLIENT_ID: "abc" }, /^TARGET_TOKEN_CLIENT_ID: is for TARGET_TOKEN_URL/],
    [renewing({ TARGET_TOKEN: "abc" }), /^TARGET_TOKEN: TARGET_TOKEN_URL makes tokens by itself/],
    [renewing({ TARGET_CLIENT: "" }), /^TARGET_TOKEN_URL: needs TARGET_CLIENT/],
    [
      renewing({ TARGET_TOKEN_CLIENT_ID: "" }),
      /^TARGET_TOKEN_CLIENT_ID: TARGET_TOKEN_URL needs it/,
    ],
    [renewing({ TARGET_TOKEN_SECRET: "" }), /^TARGET_TOKEN_SECRET: TARGET_TOKEN_URL needs it, or/],
    [
      renewing({ TARGET_TOKEN_URL: "http://mc.example/" }),
      /^TARGET_TOKEN_URL: must begin with htt/,
    ],
    [
      renewing({ TARGET_TOKEN_URL: "https://10.0.0.7/" }),
      /^TARGET_TOKEN_URL: is a private address/,
    ],
    [
      renewing({ TARGET_TOKEN_URL: "https://me:pw@mc.example/" }),
      /^TARGET_TOKEN_URL: takes no pass/,
    ],
    [renewing({ TARGET_TOKEN_URL: "mc.example" }), /^TARGET_TOKEN_URL: is not an address/],
    [{ VISITOR_ID_RETENTION_DAYS: "0" }, /^VISITOR_ID_RETENTION_DAYS: must be at least a day/],
    [{ MAX_UPDATE_AGE_DAYS: "7" }, /^MAX_UPDATE_AGE_DAYS: must be at least 8 days/],
    [{ JOURNAL_DAYS: "1.5" }, /^JOURNAL_DAYS: must be a whole number of days/],
    [{ DEAD_LETTER_DAYS: "0" }, /^DEAD_LETTER_DAYS: must be at least 1 day/],
    [
      { JOURNAL_DAYS: "90" },
      /^JOURNAL_DAYS: must be at least 91, a day more than MAX_UPDATE_AGE_DAYS/,
    ],
    [{ CLEARED_VALUES: "none" }, /^CLEARED_VALUES: must be JSON such as/],
    [{ CLEARED_VALUES: '{"a b":"none"}' }, /^CLEARED_VALUES/],
    [{ ADOBE_ORGANIZATION: "acme" }, /^ADOBE_ORGANIZATION: must be the organization's id/],
    [{ LOG_LEVEL: "loud" }, /^LOG_LEVEL: must be /],
    [{ TLS_CERT_FILE: "cert.pem" }, /^TLS_CERT_FILE and TLS_KEY_FILE: give both/],
    [{ HOST: "0.0.0.0" }, /^HOST: browsers run the kiosk offline only over https/],
    [{ ADMIN_HOST: "0.0.0.0" }, /^ADMIN_HOST: tokens must not travel in the clear/],
    [
      { TARGET_CLIENT: "c", TARGET_ORIGIN: "https://10.0.0.1" },
      /^TARGET_ORIGIN: a private address/,
    ],
    [{ TARGET_CLIENT: "c", TARGET_ORIGIN: "https://[fd00::1]" }, /^TARGET_ORIGIN: a private addr/],
    [{ ADMIN_TOKEN_FILE: "/nowhere/token" }, /^ADMIN_TOKEN_FILE: cannot be read \(ENOENT\)/],
  ])("refuse %o in one sentence that names the variable", (environment, sentence) => {
    const said = refusal(environment);
    expect(said).toMatch(sentence);
    expect(said.split("\n")).toHaveLength(1);
  });

  it("take a public address behind TLS or a trusted terminator", () => {
    expect(settings({ HOST: "0.0.0.0", TRUSTED_HOPS: "1" }).trustedHops).toBe(1);
    expect(settings({ TRUSTED_HOPS: "10.0.0.5, 192.168.4.0/24,fd00::1" }).trustedHops).toEqual([
      "10.0.0.5",
      "192.168.4.0/24",
      "fd00::1",
    ]);
    for (const wrong of [
      "0",
      "17",
      "1.5",
      "-1",
      "proxy.local",
      "10.0.0.0/33",
      "0.0.0.0/0",
      ",",
      "::/129",
    ]) {
      expect(refusal({ TRUSTED_HOPS: wrong })).toMatch(
        /^TRUSTED_HOPS: must be a number from 1 to 16/,
      );
    }
    expect(settings({ HOST: "0.0.0.0", TLS_CERT_FILE: "c", TLS_KEY_FILE: "k" }).tls?.certFile).toBe(
      "c",
    );
  });

  it("read a secret from its file, and refuse it twice", () => {
    const folder = mkdtempSync(path.join(tmpdir(), "tarjeta-settings-"));
    const file = path.join(folder, "token");
    writeFileSync(file, "a-token-of-some-length\n");
    expect(settings({ ADMIN_TOKEN_FILE: file }).adminToken).toBe("a-token-of-some-length");
    expect(refusal({ ADMIN_TOKEN_FILE: file, ADMIN_TOKEN: "a-token-of-some-length" })).toMatch(
      /keep one/,
    );
    rmSync(folder, { recursive: true });
  });

  it("[TC6] know a token that is followed from one that is made, and where that one is kept", () => {
    const folder = mkdtempSync(path.join(tmpdir(), "tarjeta-settings-"));
    const file = path.join(folder, "token");
    writeFileSync(file, "abc\n");
    const followed = settings({ TARGET_CLIENT: "demo", TARGET_TOKEN_FILE: file }).target;
    expect(followed).toMatchObject({ token: "abc", tokenFile: file, tokenEndpoint: undefined });

    const made = settings(renewing({ TARGET_TOKEN_SECRET: "", TARGET_TOKEN_SECRET_FILE: file }));
    expect(made.target).toMatchObject({
      token: undefined,
      tokenEndpoint: { secret: "abc", secretFile: file, keptIn: path.resolve("data/target-token") },
    });
    const shared = path.join(folder, "not-yet-there");
    const { target } = settings(renewing({ TARGET_TOKEN_FILE: shared }));
    expect(target).toMatchObject({ tokenFile: undefined, tokenEndpoint: { keptIn: shared } });
    rmSync(folder, { recursive: true });
  });

  it("treat an empty variable as not set", () => {
    expect(settings({ PORT: "", TARGET_CLIENT: "" })).toMatchObject({
      port: 8080,
      target: undefined,
    });
  });
});

describe("loopback", () => {
  it.each(["127.0.0.1", "127.8.9.1", "localhost", "::1", "[::1]"])("%s is", (host) =>
    expect(isLoopback(host)).toBe(true),
  );
  it.each(["0.0.0.0", "10.0.0.1", "127.example.com", "localhost.example.com", "::"])(
    "%s is not",
    (host) => expect(isLoopback(host)).toBe(false),
  );
});

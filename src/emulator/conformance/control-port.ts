import * as z from "zod";
import { describeAnswer, Mismatch } from "./mismatch.ts";
import type { HttpPort } from "./http-port.ts";
import { parseJson, type Attributes } from "./requests.ts";
import type { Visitor } from "./subject.ts";

const Propagation = z.object({ minMs: z.number(), maxMs: z.number() });

const Home = z.looseObject({
  client: z.string(),
  tuning: z.looseObject({ limit: z.number(), propagation: Propagation }),
});

const Meter = z.looseObject({ limit: z.number(), inWindow: z.number() });

const SwitchList = z.object({
  switches: z.array(z.looseObject({ name: z.string(), value: z.union([z.string(), z.number()]) })),
});

const BatchList = z.object({
  batches: z.array(z.looseObject({ id: z.string(), status: z.string() })),
});

const AuthenticationReading = z.looseObject({
  required: z.boolean(),
  token: z.string().nullable(),
  tokenExpiresAt: z.string().nullable(),
  tenant: z.string(),
});

const Time = z.looseObject({ nowMs: z.number() });

const Token = z.strictObject({
  accessToken: z.string(),
  tokenType: z.string(),
  scope: z.string(),
  expiresIn: z.number(),
});
export type Token = z.infer<typeof Token>;

export type Tuning = Readonly<Record<string, unknown>>;
export type SwitchPositions = Readonly<Record<string, string | number>>;

/** The emulator's control API, as far as checks need it. Every call rejects when it is refused. */
export interface ControlPort {
  /** Applies updates at once and batches in minutes, loses no row, and requires no token. */
  readonly begin: () => Promise<void>;
  /** Everything is set as it was found. The clock is not: it only moves on. */
  readonly asFound: () => Promise<void>;
  /** Requires authentication, and gives the token. */
  readonly requireToken: () => Promise<string>;
  /** Asks the token endpoint, as Target's would be. */
  readonly makeToken: () => Promise<Token>;
  readonly advance: (byMs: number) => Promise<void>;
  /** The visitor has this profile, as if it had been there for long. */
  readonly seed: (visitor: Visitor, attributes: Attributes) => Promise<void>;
  readonly newMember: (attributes?: Attributes) => Promise<Visitor>;
  readonly newBrowser: (attributes?: Attributes) => Promise<Visitor>;
  /** A browser and a member with profiles that nothing has linked yet. */
  readonly newPair: () => Promise<{ readonly browser: Visitor; readonly member: Visitor }>;
  /** A browser with a profile that is found by an Experience Cloud ID too. */
  readonly browserWithEcid: (
    attributes?: Attributes,
  ) => Promise<{ readonly browser: Visitor; readonly ecid: string }>;
  readonly visitSite: (visitor: Visitor, attributes: Attributes) => Promise<void>;
  /** One call of the page that carries both ids. */
  readonly visitSiteAsBoth: (
    browser: Visitor,
    member: Visitor,
    attributes: Attributes,
  ) => Promise<void>;
  readonly tune: (changes: Tuning) => Promise<void>;
  readonly switchTo: (positions: SwitchPositions) => Promise<void>;
  readonly meter: () => Promise<z.infer<typeof Meter>>;
  /**
   * The batch is worked off, whatever the clock says.
   *
   * @param address of the batch's status
   */
  readonly finishBatch: (address: string) => Promise<void>;
  /** The batch can no longer be completed. */
  readonly stickBatch: (address: string) => Promise<void>;
}

/** The client code of the emulator there; undefined where something else answers. */
export async function clientOfEmulator(http: HttpPort): Promise<string | undefined> {
  const answer = await http("/_emulator/");
  if (answer.status !== 200) return undefined;
  try {
    return Home.parse(JSON.parse(answer.text)).client;
  } catch {
    // A live service answers this with a page of its own, or with nothing of this shape.
    return undefined;
  }
}

/** Source: the sample of the retired API site; the emulator takes any credentials unless told which. */
const TOKEN_HEADERS = {
  authorization: "Bearer ims-token",
  "x-api-key": "api-key",
  "content-type": "application/vnd.adobe.target.v1+json",
} as const;

/** Looks first how the emulator is set, so that it can be put back. */
export async function createControl(http: HttpPort, freshId: () => string): Promise<ControlPort> {
  const ask = async <T>(schema: z.ZodType<T>, path: string): Promise<T> => {
    const answer = await http(`/_emulator${path}`);
    if (answer.status !== 200) throw refused(path, answer.text);
    return schema.parse(JSON.parse(answer.text));
  };
  const tell = async (method: "PUT" | "POST", path: string, body: object): Promise<void> => {
    const headers = { "content-type": "application/json" };
    const answer = await http(`/_emulator${path}`, { method, headers, body: JSON.stringify(body) });
    if (answer.status >= 300) throw refused(path, answer.text);
  };

  const seed = ({ kind, value }: Visitor, attributes: Attributes) =>
    tell("PUT", `/profiles/${kind}/${encodeURIComponent(value)}`, { attributes });
  const created = async (visitor: Visitor, attributes: Attributes = { cnSeeded: "1" }) => {
    await seed(visitor, attributes);
    return visitor;
  };
  const newMember = (attributes?: Attributes) =>
    created({ kind: "member", value: freshId() }, attributes);
  const newBrowser = (attributes?: Attributes) =>
    created({ kind: "browser", value: `${freshId()}.28_20` }, attributes);

  const { tuning } = await ask(Home, "/");
  const authentication = await ask(AuthenticationReading, "/authentication");
  const { switches } = await ask(SwitchList, "/switches");
  const positions = Object.fromEntries(switches.map(({ name, value }) => [name, value]));
  const tune = (changes: Tuning) => tell("PUT", "/tuning", changes);
  const authenticate = (changes: object) => tell("PUT", "/authentication", changes);
  const switchTo = (changes: SwitchPositions) => tell("PUT", "/switches", changes);
  const makeToken = async () => {
    const tenant = encodeURIComponent(authentication.tenant);
    const target = `/${tenant}/target/authentication/token?scope=profile_api`;
    const answer = await http(target, { method: "POST", headers: TOKEN_HEADERS });
    const token = Token.safeParse(parseJson(answer.text));
    if (answer.status !== 200 || !token.success) {
      throw new Mismatch("a token as JSON", describeAnswer(answer));
    }
    return token.data;
  };

  return {
    begin: async () => {
      // Slow enough for a status to be asked for, where the clock runs.
      await tune({ propagation: { minMs: 0, maxMs: 0 }, bulk: { processing: "field" } });
      await switchTo({ bulkRowsLostShare: 0 });
      await authenticate({ required: false });
    },
    asFound: async () => {
      await tune(tuning);
      await switchTo(positions);
      await authenticate(asItStood(authentication, (await ask(Time, "/clock")).nowMs));
    },
    requireToken: async () => {
      const { accessToken } = await makeToken();
      await authenticate({ required: true });
      return accessToken;
    },
    makeToken,
    advance: (byMs) => tell("POST", "/clock", { advanceMs: byMs }),
    seed,
    newMember,
    newBrowser,
    newPair: async () => ({ browser: await newBrowser(), member: await newMember() }),
    browserWithEcid: async (attributes = {}) => {
      const browser = { kind: "browser", value: `${freshId()}.28_20` } as const;
      const ecid = ecidFrom(freshId());
      await tell("PUT", `/profiles/browser/${browser.value}`, { attributes, ecid });
      return { browser, ecid };
    },
    visitSite: ({ kind, value }, attributes) => {
      const id = kind === "member" ? { thirdPartyId: value } : { tntId: value };
      return tell("POST", "/site-visit", { ...id, attributes });
    },
    visitSiteAsBoth: (browser, member, attributes) => {
      const ids = { tntId: browser.value, thirdPartyId: member.value };
      return tell("POST", "/site-visit", { ...ids, attributes });
    },
    tune,
    switchTo,
    meter: () => ask(Meter, "/meter"),
    finishBatch: async (address) => {
      const { batches } = await ask(BatchList, "/batches");
      const isDone = batches.some(
        ({ id, status }) => id === idIn(address) && status === "complete",
      );
      if (!isDone) await tell("POST", `/batches/${idIn(address)}`, { status: "complete" });
    },
    stickBatch: (address) => tell("POST", `/batches/${idIn(address)}`, { status: "stuck" }),
  };
}

function idIn(address: string): string {
  return new URL(address).searchParams.get("batchId") ?? "";
}

/** The change that brings authentication back to where it stood. */
function asItStood(
  { required, token, tokenExpiresAt }: z.infer<typeof AuthenticationReading>,
  nowMs: number,
): object {
  if (tokenExpiresAt === null) return { required, token };
  const leftS = Math.max(0, Math.round((Date.parse(tokenExpiresAt) - nowMs) / 1_000));
  return { required, token, tokenExpiresIn: leftS };
}

function refused(path: string, said: string): Mismatch {
  return new Mismatch(`the control API to take ${path}`, said);
}

/** Source: an ECID is a decimal number of 38 digits. */
function ecidFrom(id: string): string {
  const digits = [...id].map((character) => character.charCodeAt(0) % 10).join("");
  return digits.padEnd(38, "7");
}

import * as z from "zod";
import { Mismatch } from "./mismatch.ts";
import type { HttpPort } from "./http-port.ts";
import type { Attributes } from "./requests.ts";
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

export type Tuning = Readonly<Record<string, unknown>>;
export type SwitchPositions = Readonly<Record<string, string | number>>;

/** What can be set, and where it stood. */
export interface Settings {
  readonly tuning: Tuning;
  readonly switches: SwitchPositions;
}

/** The emulator's control API, as far as checks need it. Every call rejects when it is refused. */
export interface ControlPort {
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
  readonly settings: () => Promise<Settings>;
  readonly meter: () => Promise<z.infer<typeof Meter>>;
  /** Every batch is worked off, whatever the clock says. */
  readonly finishBatches: () => Promise<void>;
  /** @param address of the batch's status */
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

/** @param freshId an id never used before */
export function createControl(http: HttpPort, freshId: () => string): ControlPort {
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
  const created = async (visitor: Visitor, attributes: Attributes = {}) => {
    await seed(visitor, attributes);
    return visitor;
  };
  const newMember = (attributes?: Attributes) =>
    created({ kind: "member", value: freshId() }, attributes);
  const newBrowser = (attributes?: Attributes) =>
    created({ kind: "browser", value: `${freshId()}.28_20` }, attributes);

  return {
    advance: (byMs) => tell("POST", "/clock", { advanceMs: byMs }),
    seed,
    newMember,
    newBrowser,
    newPair: async () => ({ browser: await newBrowser(), member: await newMember() }),
    browserWithEcid: async (attributes = {}) => {
      const browser = await newBrowser(attributes);
      const ecid = ecidFrom(freshId());
      await tell("POST", "/site-visit", { tntId: browser.value, ecid, attributes });
      return { browser, ecid };
    },
    visitSite: ({ kind, value }, attributes) =>
      tell("POST", "/site-visit", { kind, value, attributes }),
    visitSiteAsBoth: (browser, member, attributes) =>
      tell("POST", "/site-visit", {
        tntId: browser.value,
        thirdPartyId: member.value,
        attributes,
      }),
    tune: (changes) => tell("PUT", "/tuning", changes),
    switchTo: (positions) => tell("PUT", "/switches", positions),
    settings: async () => {
      const { tuning } = await ask(Home, "/");
      const { switches } = await ask(SwitchList, "/switches");
      return {
        tuning,
        switches: Object.fromEntries(switches.map(({ name, value }) => [name, value])),
      };
    },
    meter: () => ask(Meter, "/meter"),
    finishBatches: async () => {
      const { batches } = await ask(BatchList, "/batches");
      for (const { id, status } of batches) {
        if (status !== "incomplete") continue;
        await tell("POST", `/batches/${encodeURIComponent(id)}`, { status: "complete" });
      }
    },
    stickBatch: (address) => {
      const id = new URL(address).searchParams.get("batchId") ?? "";
      return tell("POST", `/batches/${encodeURIComponent(id)}`, { status: "stuck" });
    },
  };
}

function refused(path: string, said: string): Mismatch {
  return new Mismatch(`the control API to take ${path}`, said);
}

/** Source: an ECID is a decimal number of 38 digits. */
function ecidFrom(id: string): string {
  const digits = [...id].map((character) => character.charCodeAt(0) % 10).join("");
  return digits.padEnd(38, "7");
}

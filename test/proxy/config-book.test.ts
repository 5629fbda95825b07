import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { EXAMPLE_CONFIG } from "../../src/contract/example-config.ts";
import { KioskConfig } from "../../src/contract/kiosk-config.ts";
import type { Ground, Update } from "../../src/contract/update.ts";
import { answerUpdate } from "../../src/kiosk/answer.ts";
import { scanUpdate } from "../../src/kiosk/capture.ts";
import { createConfigBook, purposeText, textHash } from "../../src/proxy/config-book.ts";
import { openConfigBook } from "../../src/proxy/publish-config.ts";
import { aDevice } from "../support/entries.ts";
import { withChoices } from "../support/config-file.ts";
import { aMemoryStore } from "../support/store-files.ts";
import { waitFor } from "../support/wait.ts";

const MEMBER = { kind: "member", value: "2912345678906" } as const;

/** Two purposes: one for the visit, one for what is answered. */
const ASKING = KioskConfig.parse({
  ...EXAMPLE_CONFIG,
  version: "asking-1",
  terms: { version: "terms-2", text: { en: "We note visits.", es: "Anotamos visitas." } },
  consent: {
    purposes: [
      {
        id: "visits",
        title: { en: "Your visits", es: "Tus visitas" },
        text: { en: "May we note that you were here?", es: "¿Podemos anotar que viniste?" },
        attributes: ["lastStore", "lastKiosk", "lastScanAt", "lastScanDay"],
      },
      {
        id: "wishes",
        title: { en: "Your wishes" },
        text: { en: "May we note what you look for?" },
        attributes: ["visitReason"],
      },
    ],
  },
});
const VISITS = textHash(purposeText("Your visits", "May we note that you were here?"));
const VISITAS = textHash(purposeText("Tus visitas", "¿Podemos anotar que viniste?"));
const WISHES = textHash(purposeText("Your wishes", "May we note what you look for?"));

const book = createConfigBook([EXAMPLE_CONFIG, ASKING]);
const aScan = scanUpdate(MEMBER, aDevice(), EXAMPLE_CONFIG);
const anAnswer = answerUpdate(MEMBER, aDevice(), EXAMPLE_CONFIG, {
  attribute: "visitReason",
  code: "gift",
});

function agreed(...purposes: { readonly id: string; readonly textHash: string }[]): Ground {
  return { type: "consent", purposes };
}

function underAsking(update: Update, ground: Ground): Update {
  return { ...update, configVersion: "asking-1", ground };
}

function text(name: string, words: string): Update["attributes"][number] {
  return { name, value: { type: "text", text: words } };
}

describe("an update under a published configuration", () => {
  it("[CF1] is allowed where that configuration's kiosk makes it", () => {
    expect(book.judge(aScan)).toEqual({ type: "allowed" });
    expect(book.judge(anAnswer)).toEqual({ type: "allowed" });
  });

  it("[CF1] waits where nobody published the version, and is heard once somebody does", () => {
    const early = { ...aScan, configVersion: "next-1" };
    expect(book.judge(early)).toEqual({ type: "unknown-config" });
    const later = createConfigBook([{ ...EXAMPLE_CONFIG, version: "next-1" }]);
    expect(later.judge(early)).toEqual({ type: "allowed" });
  });

  it("[CF1] counts under every content its version was ever given", () => {
    const mended = { ...EXAMPLE_CONFIG, ...withChoices("browse") };
    const both = createConfigBook([EXAMPLE_CONFIG, mended]);
    for (const code of ["eyes", "looking", "browse"]) {
      const update = { ...anAnswer, attributes: [text("visitReason", code)] };
      expect(both.judge(update).type, code).toBe(code === "eyes" ? "refused" : "allowed");
    }
  });

  it.each([
    [
      "an attribute nobody configured",
      { attributes: [text("vip", "yes")] },
      /^attributes\.0\.name: /,
    ],
    [
      "a value no choice has",
      { attributes: [text("lastStore", "s"), text("visitReason", "everything")] },
      /^attributes\.1\.value: /,
    ],
    [
      "a time of the kiosk's own choosing",
      { attributes: [text("lastScanAt", "2030-01-01T00:00:00Z")] },
      /^attributes\.0\.value: /,
    ],
  ])("[CF1] is refused by the path of %s", (_, changes, reason) => {
    const judged = book.judge({ ...aScan, ...changes });
    expect(judged).toMatchObject({ type: "refused", reason: expect.stringMatching(reason) });
  });
});

describe("the ground of an update", () => {
  it.each<[string, Update, RegExp]>([
    [
      "terms that are not the configuration's",
      { ...aScan, ground: { type: "terms", version: "terms-9" } },
      /^ground\.version: /,
    ],
    [
      "words of the terms that were never published",
      underAsking(anAnswer, { type: "terms", version: "terms-2", textHash: VISITS }),
      /^ground\.textHash: /,
    ],
    [
      "terms, where consent is asked for",
      underAsking(aScan, { type: "terms", version: "terms-2" }),
      /^attributes\.0\.name: /,
    ],
    [
      "consent that nobody asks for",
      { ...aScan, ground: agreed({ id: "visits", textHash: VISITS }) },
      /^ground\.purposes\.0: /,
    ],
    [
      "a purpose in another one's words",
      underAsking(aScan, agreed({ id: "visits", textHash: WISHES })),
      /^ground\.purposes\.0: /,
    ],
    [
      "a yes to another purpose",
      underAsking(anAnswer, agreed({ id: "visits", textHash: VISITS })),
      /^attributes\.0\.name: /,
    ],
  ])("[PV4] is refused by its path: %s", (_, update, reason) => {
    const judged = book.judge(update);
    expect(judged).toMatchObject({ type: "refused", reason: expect.stringMatching(reason) });
  });

  it("[PV4] covers exactly what was agreed to, in whichever language it was shown", () => {
    const visits = { id: "visits", textHash: VISITS };
    for (const ground of [agreed(visits), agreed({ id: "visits", textHash: VISITAS })]) {
      expect(book.judge(underAsking(aScan, ground))).toEqual({ type: "allowed" });
    }
    const both = agreed(visits, { id: "wishes", textHash: WISHES });
    expect(book.judge(underAsking(anAnswer, both))).toEqual({ type: "allowed" });
  });
});

describe("a text that was ever shown", () => {
  it("[PV4] is found by its hash, with its language and its configurations", () => {
    expect(book.textOf(VISITAS)).toEqual({
      hash: VISITAS,
      text: "Tus visitas\n¿Podemos anotar que viniste?",
      language: "es",
      about: "visits",
      configVersions: ["asking-1"],
    });
    expect(book.textOf(textHash("something else"))).toBeUndefined();
    const terms = book.textsOf({ type: "terms", version: "terms-2" });
    expect(terms.map(({ language }) => language).toSorted()).toEqual(["en", "es"]);
    expect(book.textsOf(agreed({ id: "visits", textHash: VISITS }))).toHaveLength(1);
  });

  it("[PV4] has the hash that openssl gives", () => {
    const digest = execFileSync("openssl", ["dgst", "-sha256", "-binary"], {
      input: "Tus visitas\n¿Podemos anotar que viniste?",
    });
    expect(digest.toString("base64url")).toBe(VISITAS);
    // Golden: kiosks of every version must come to the same.
    expect(textHash("We note visits.")).toBe("cITSeK7bZjT3bLP47qhVXtUZLalpzf1EoSr58LmdNO8");
  });
});

describe("a configuration that asks", () => {
  it("names a purpose once", () => {
    const purposes = [ASKING.consent!.purposes[0]!, ASKING.consent!.purposes[0]!];
    const parsed = KioskConfig.safeParse({ ...ASKING, consent: { purposes } });
    expect(parsed.error?.issues[0]).toMatchObject({ path: ["consent"] });
  });
});

describe("what was published", () => {
  it("[CF1] stays known after it was followed by another, the shipped one always", async () => {
    const store = await aMemoryStore();
    const warnings: string[] = [];
    const open = (config: KioskConfig) =>
      openConfigBook(store, [config], 1, (sentence) => void warnings.push(sentence));
    await open(ASKING);
    await open({ ...EXAMPLE_CONFIG, version: "two" });
    const { judge } = await open({ ...EXAMPLE_CONFIG, version: "three" });
    const versions = ["asking-1", "two", "three", "example-1", "four"];
    const ground: Ground = { type: "terms", version: "casa-olmo-terms-1" };
    expect(
      versions.map((configVersion) => judge({ ...anAnswer, configVersion, ground }).type),
    ).toEqual(["refused", "allowed", "allowed", "allowed", "unknown-config"]);
    expect(await store.publishedConfigs()).toHaveLength(3);
    await open({ ...EXAMPLE_CONFIG, version: "three" });
    expect(await store.publishedConfigs()).toHaveLength(3);
    expect(warnings).toEqual([]);
  });

  it("is told of, and left out, where this version of the program cannot read it", async () => {
    const store = await aMemoryStore();
    await store.publishConfig({ version: "odd", digest: "d", content: "{}", firstMs: 1 });
    const warnings: string[] = [];
    await openConfigBook(store, [EXAMPLE_CONFIG], 1, (sentence) => void warnings.push(sentence));
    expect(warnings).toEqual([expect.stringContaining("odd")]);
  });

  it("[CF1] by another proxy on the same database is heard soon after somebody names it", async () => {
    const store = await aMemoryStore();
    const none = () => expect.unreachable("nothing to warn of");
    const [ours, theirs] = await Promise.all(
      [1, 2].map(() => openConfigBook(store, [EXAMPLE_CONFIG], 1, none)),
    );
    await theirs!.publish([{ ...EXAMPLE_CONFIG, version: "next-1" }], 2);
    const update = { ...aScan, configVersion: "next-1" };
    expect(theirs!.judge(update)).toEqual({ type: "allowed" });
    expect(ours!.judge(update)).toEqual({ type: "unknown-config" });
    await waitFor("the store to be asked", () => ours!.judge(update).type === "allowed");
  });
});

import { createHash } from "node:crypto";
import type { ShownText } from "../contract/consent-receipts.ts";
import type { KioskConfig } from "../contract/kiosk-config.ts";
import type { Ground, Update } from "../contract/update.ts";

/** Every configuration that was ever published, as far as it decides what an update may say. */
export interface ConfigBook {
  /** Whether the configuration an update names could have made it (rules CF1, PV4). */
  readonly judge: (update: Update) => Judgement;
  /** Every attribute that any of them writes. */
  readonly names: readonly string[];
  /** Every attribute that a scan writes under a version; none for one nobody published. */
  readonly scanNames: (version: string) => readonly string[];
  readonly textOf: (hash: string) => ShownText | undefined;
  /** The words that belong to a ground: those it names, or all of its terms. */
  readonly textsOf: (ground: Ground) => readonly ShownText[];
}

export type Judgement =
  | { readonly type: "allowed" }
  /** Nobody here published that version: somebody may, and then it is heard. */
  | { readonly type: "unknown-config" }
  /** The path of what is wrong in the update, and why. */
  | { readonly type: "refused"; readonly reason: string };

/** What is wrong with an update under one configuration; nothing when it could have made it. */
type Rule = (update: Update) => string | undefined;

/**
 * Two contents under one version both count: a chain that mended a file and forgot its version must
 * not lose what was scanned before.
 */
export function createConfigBook(configs: readonly KioskConfig[]): ConfigBook {
  const rules = new Map<string, Rule[]>();
  const texts = new Map<string, ShownText>();
  for (const config of configs) {
    rules.set(config.version, [...(rules.get(config.version) ?? []), ruleOf(config)]);
    for (const text of textsIn(config)) {
      const versions = new Set([...(texts.get(text.hash)?.configVersions ?? []), config.version]);
      texts.set(text.hash, { ...text, configVersions: [...versions] });
    }
  }
  return {
    judge(update) {
      const known = rules.get(update.configVersion);
      if (known === undefined) return { type: "unknown-config" };
      let reason = "";
      for (const rule of known) {
        const wrong = rule(update);
        if (wrong === undefined) return { type: "allowed" };
        reason = wrong;
      }
      return { type: "refused", reason };
    },
    names: [...new Set(configs.flatMap((config) => [...allowedValues(config).keys()]))],
    scanNames(version) {
      const own = configs.filter((config) => config.version === version);
      const written = own.flatMap((config) => [
        ...config.scanAttributes,
        ...config.staticAttributes,
      ]);
      return [...new Set(written.map(({ name }) => name))];
    },
    textOf: (hash) => texts.get(hash),
    textsOf(ground) {
      if (ground.type === "terms" && ground.textHash === undefined) {
        const versions = new Set(
          configs.filter(({ terms }) => terms.version === ground.version).map((c) => c.version),
        );
        return [...texts.values()].filter(
          ({ about, configVersions }) =>
            about === TERMS && configVersions.some((version) => versions.has(version)),
        );
      }
      const hashes =
        ground.type === "terms"
          ? [ground.textHash!]
          : ground.purposes.map(({ textHash }) => textHash);
      return hashes.flatMap((hash) => texts.get(hash) ?? []);
    },
  };
}

const TERMS = "terms";

/** The hash of a text as it was shown: SHA-256 of its UTF-8 bytes, base64url. */
export function textHash(text: string): string {
  return createHash("sha256").update(text, "utf8").digest("base64url");
}

/** A purpose's words as the kiosk shows them: title, line feed, text. */
export function purposeText(title: string, text: string): string {
  return `${title}\n${text}`;
}

function textsIn(config: KioskConfig): readonly Omit<ShownText, "configVersions">[] {
  const shown = (about: string, language: string, text: string) => ({
    hash: textHash(text),
    text,
    language,
    about,
  });
  const terms = Object.entries(config.terms.text ?? {}).map(([language, text]) =>
    shown(TERMS, language, text),
  );
  const purposes = (config.consent?.purposes ?? []).flatMap(({ id, title, text }) =>
    Object.entries(text).map(([language, words]) =>
      shown(id, language, purposeText(wordsIn(title, language), words)),
    ),
  );
  return [...terms, ...purposes];
}

function wordsIn(words: Readonly<Record<string, string | undefined>>, language: string): string {
  return words[language] ?? words["en"] ?? "";
}

type Value = Update["attributes"][number]["value"];

function ruleOf(config: KioskConfig): Rule {
  const values = allowedValues(config);
  const terms = new Set(
    textsIn(config).flatMap(({ about, hash }) => (about === TERMS ? [hash] : [])),
  );
  const hashesByPurpose = new Map<string, Set<string>>();
  for (const { about, hash } of textsIn(config)) {
    if (about !== TERMS) {
      hashesByPurpose.set(about, (hashesByPurpose.get(about) ?? new Set()).add(hash));
    }
  }
  const purposesByAttribute = new Map<string, string[]>();
  for (const { id, attributes } of config.consent?.purposes ?? []) {
    for (const name of attributes) {
      purposesByAttribute.set(name, [...(purposesByAttribute.get(name) ?? []), id]);
    }
  }

  const groundProblem = (ground: Ground): string | undefined => {
    if (ground.type === "terms") {
      if (ground.version !== config.terms.version) {
        return `ground.version: not the terms of configuration ${config.version}`;
      }
      const isShown = ground.textHash === undefined || terms.has(ground.textHash);
      return isShown ? undefined : "ground.textHash: no such words in that configuration";
    }
    const wrong = ground.purposes.findIndex(
      (purpose) => hashesByPurpose.get(purpose.id)?.has(purpose.textHash) !== true,
    );
    return wrong === -1
      ? undefined
      : `ground.purposes.${wrong}: nothing that configuration ${config.version} asks for in those words`;
  };

  const isCovered = (name: string, ground: Ground): boolean => {
    const purposes = purposesByAttribute.get(name) ?? [];
    return ground.type === "terms"
      ? purposes.length === 0
      : ground.purposes.some(({ id }) => purposes.includes(id));
  };

  return ({ ground, attributes }) => {
    const wrong = groundProblem(ground);
    if (wrong !== undefined) return wrong;
    for (const [index, { name, value }] of attributes.entries()) {
      const isAllowed = values.get(name);
      if (isAllowed === undefined) {
        return `attributes.${index}.name: nothing that configuration ${config.version} writes`;
      }
      if (!isAllowed(value)) {
        return `attributes.${index}.value: nothing that configuration ${config.version} writes there`;
      }
      if (!isCovered(name, ground)) {
        return `attributes.${index}.name: what was agreed to does not cover it`;
      }
    }
    return undefined;
  };
}

/** By attribute, what may stand there. What comes from the device record is checked for form only. */
function allowedValues(config: KioskConfig): ReadonlyMap<string, (value: Value) => boolean> {
  const values = new Map<string, (value: Value) => boolean>();
  const allow = (name: string, isAllowed: (value: Value) => boolean): void => {
    const before = values.get(name);
    values.set(name, (value) => isAllowed(value) || before?.(value) === true);
  };
  for (const { name, from } of config.scanAttributes) {
    const type = from === "instant" || from === "day" ? from : "text";
    allow(name, (value) => value.type === type);
  }
  for (const { name, text } of config.staticAttributes) {
    allow(name, (value) => value.type === "text" && value.text === text);
  }
  for (const { attribute, choices } of config.questions) {
    const codes = new Set(choices.map(({ code }) => code));
    allow(attribute, (value) => value.type === "text" && codes.has(value.text));
  }
  return values;
}

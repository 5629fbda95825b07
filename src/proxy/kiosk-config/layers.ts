import { createHash } from "node:crypto";
import * as z from "zod/mini";
import { EXAMPLE_CONFIG } from "../../contract/example-config.ts";
import { KioskConfig } from "../../contract/kiosk-config.ts";
import { PlaceId } from "../../contract/primitives.ts";
import type { Device } from "../../contract/update.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import { canonicalJson, isObject, mergePatch } from "./merge-patch.ts";

/** Where a kiosk stands, as its record says. */
export type Place = Pick<Device, "storeId" | "kioskId">;

/** What the kiosks of a chain work with, resolved from one file. */
export interface KioskConfigs {
  readonly configFor: (place: Place) => KioskConfig;
  /** Everything that any kiosk may be given by it, each once, the chain's first. */
  readonly all: readonly KioskConfig[];
}

/** Ours: its versions, and the digest behind them, fit a configuration's own 64 characters. */
const LABEL_LENGTH = 51;
/** Ours: 72 bits; two contents of one label never meet. */
const DIGEST_LENGTH = 12;

const LayerVersion = z.string().check(z.minLength(1), z.maxLength(32));

const Layer = z.looseObject({ version: LayerVersion });

const KioskPath = z.string().check(
  z.refine((path) => {
    const [store, kiosk, ...more] = path.split("/");
    return more.length === 0 && [store, kiosk].every((id) => PlaceId.safeParse(id).success);
  }, "must be a store's id, a slash and a kiosk's id"),
);

const LayersFile = z.strictObject({
  chain: Layer,
  groups: z.optional(
    z.record(
      PlaceId,
      z.looseObject({ version: LayerVersion, stores: z.array(PlaceId).check(z.minLength(1)) }),
    ),
  ),
  stores: z.optional(z.record(PlaceId, Layer)),
  /** By `store/kiosk`: a place outlives the hardware in it. */
  devices: z.optional(z.record(KioskPath, Layer)),
});
type LayersFile = z.infer<typeof LayersFile>;

/** What belongs to one kiosk's record; in a layer it would be many kiosks' at once. */
const OF_THE_RECORD: ReadonlySet<string> = new Set(
  "device deviceId store storeId kiosk kioskId name timeZone".split(" "),
);

/**
 * Resolves the file `KIOSK_CONFIG` names: layers, or one whole configuration for everybody, as its
 * first form was. The error begins with the path of the wrong field, and says nothing that stands there.
 *
 * Every layer is laid on those below it (`shipped ← chain ← group ← store ← device`) and the result
 * checked, so that whatever a kiosk may ever be given is known to be good before the first one asks.
 */
export function kioskConfigsFrom(file: unknown): Result<KioskConfigs, string> {
  return isObject(file) && LAYER_FIELDS.some((name) => name in file)
    ? fromLayers(file)
    : fromWhole(file);
}

/** The contract's schemas are made for the page too, and bring no words of their own. */
const IN_WORDS = { error: z.locales.en().localeError };

const LAYER_FIELDS = ["chain", "groups", "stores", "devices"] as const;

function fromWhole(file: unknown): Result<KioskConfigs, string> {
  const config = checked(file, []);
  if (!config.ok) return config;
  return ok({ configFor: () => config.value, all: [config.value] });
}

/** A configuration in the making: its fields, and the versions of the layers it is made of. */
interface Laid {
  readonly fields: unknown;
  readonly versions: readonly string[];
  readonly config: KioskConfig;
}

function fromLayers(file: unknown): Result<KioskConfigs, string> {
  const parsed = LayersFile.safeParse(file, IN_WORDS);
  if (!parsed.success) return err(issueInWords(parsed.error, []));
  const layers = parsed.data;
  const groups = groupsByStore(layers);
  if (!groups.ok) return groups;

  const { version: _version, ...shipped } = EXAMPLE_CONFIG;
  const ground: Laid = { fields: shipped, versions: [], config: EXAMPLE_CONFIG };
  const chain = lay(ground, layers.chain, ["chain"]);
  if (!chain.ok) return chain;

  const byGroup = layEach(layers.groups, "groups", () => chain.value);
  if (!byGroup.ok) return byGroup;
  const ofGroup = (storeId: string): Laid =>
    byGroup.value.get(groups.value.get(storeId) ?? "") ?? chain.value;

  const byStore = layEach(layers.stores, "stores", ofGroup);
  if (!byStore.ok) return byStore;
  const ofStore = (storeId: string): Laid => byStore.value.get(storeId) ?? ofGroup(storeId);

  const byDevice = layEach(layers.devices, "devices", (path) => ofStore(path.split("/")[0] ?? ""));
  if (!byDevice.ok) return byDevice;

  const every = [
    chain.value,
    ...[byGroup, byStore, byDevice].flatMap(({ value }) => [...value.values()]),
  ];
  const byVersion = new Map(every.map(({ config }) => [config.version, config]));
  return ok({
    configFor: ({ storeId, kioskId }) =>
      (byDevice.value.get(`${storeId}/${kioskId}`) ?? ofStore(storeId)).config,
    all: [...byVersion.values()],
  });
}

type LayerFields = Readonly<Record<string, unknown>> & { readonly version: string };

/** Every layer of a kind, laid on what is below it. */
function layEach(
  layers: Readonly<Record<string, LayerFields>> | undefined,
  kind: "groups" | "stores" | "devices",
  below: (name: string) => Laid,
): Result<ReadonlyMap<string, Laid>, string> {
  const laid = new Map<string, Laid>();
  for (const [name, layer] of Object.entries(layers ?? {})) {
    const { stores: _stores, ...fields } = layer;
    const next = lay(below(name), kind === "groups" ? fields : layer, [kind, name]);
    if (!next.ok) return next;
    laid.set(name, next.value);
  }
  return ok(laid);
}

/** One layer on another. What is wrong with the result is the upper one's doing: the lower was good. */
function lay(
  below: Laid,
  layer: Readonly<Record<string, unknown>>,
  path: readonly string[],
): Result<Laid, string> {
  const foreign = Object.keys(layer).find((name) => OF_THE_RECORD.has(name));
  if (foreign !== undefined) {
    const why =
      "comes from the kiosk's own record (npm run pair), never from a layer; leave it out";
    return err(`${[...path, foreign].join(".")}: ${why}`);
  }
  const { version, ...changes } = layer;
  const fields = mergePatch(below.fields, changes);
  const versions = [...below.versions, String(version)];
  const config = checked({ ...(fields as object), version: versionOf(versions, fields) }, path);
  return config.ok ? ok({ fields, versions, config: config.value }) : config;
}

/**
 * The versions of the layers, and a digest of what they came to: the same on every proxy with the same
 * file, before and after a restart, and another one as soon as anything in it is another.
 */
function versionOf(versions: readonly string[], fields: unknown): string {
  const digest = createHash("sha256").update(canonicalJson(fields)).digest("base64url");
  return `${versions.join("/").slice(0, LABEL_LENGTH)}+${digest.slice(0, DIGEST_LENGTH)}`;
}

function groupsByStore({ groups }: LayersFile): Result<ReadonlyMap<string, string>, string> {
  const groupOf = new Map<string, string>();
  for (const [group, { stores }] of Object.entries(groups ?? {})) {
    for (const [index, store] of stores.entries()) {
      const other = groupOf.get(store);
      if (other !== undefined) {
        return err(`groups.${group}.stores.${index}: ${store} is in ${other} already; keep one`);
      }
      groupOf.set(store, group);
    }
  }
  return ok(groupOf);
}

function checked(fields: unknown, path: readonly string[]): Result<KioskConfig, string> {
  const parsed = KioskConfig.safeParse(fields, IN_WORDS);
  return parsed.success ? ok(parsed.data) : err(issueInWords(parsed.error, path));
}

/** The path of the first wrong field and what may stand there. */
function issueInWords(error: z.core.$ZodError, path: readonly string[]): string {
  const [issue] = error.issues;
  if (issue === undefined) return "the whole file: not usable";
  const unknown = issue.code === "unrecognized_keys" ? issue.keys.slice(0, 1) : [];
  const where = [...path, ...issue.path.map(String), ...unknown].join(".") || "the whole file";
  const what = unknown.length > 0 ? "there is no such field" : innermost(issue);
  return `${where}: ${what}`.replaceAll(/\p{C}/gu, "?");
}

/** A key that is none of ours is told by what is wrong with it. */
function innermost(issue: z.core.$ZodIssue): string {
  return issue.code === "invalid_key" ? (issue.issues[0]?.message ?? issue.message) : issue.message;
}

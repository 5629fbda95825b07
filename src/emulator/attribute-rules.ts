import type { AttributeRecord } from "./profile.ts";
import type { SwitchName, Switches } from "./switches.ts";

/** What is kept of the attributes of an acknowledged update. */
export interface KeptAttributes {
  readonly attributes: AttributeRecord;
  /** What was left out or cut, such as `valueOver256: hobbies`. */
  readonly losses: readonly string[];
  /** The switch that refuses the whole call, and the attribute that is to blame. */
  readonly refusedBy: { readonly by: SwitchName; readonly name: string } | undefined;
}

/** Source: Target limits, in-mbox profile attributes; UTF-16 code units. For updates nothing is documented. */
const MAX_NAME_LENGTH = 128;
export const MAX_VALUE_LENGTH = 256;

type Fate = Switches["valueOver256"];

/** Applies what the switches say about names and values that Adobe does not speak of. */
export function keepAttributes(attributes: AttributeRecord, switches: Switches): KeptAttributes {
  const kept: [string, string][] = [];
  const losses: string[] = [];
  for (const [name, value] of Object.entries(attributes)) {
    let entry: [string, string] | undefined = [name, value];
    for (const rule of RULES) {
      if (entry === undefined || !rule.concerns(...entry)) continue;
      const fate: Fate = switches[rule.by];
      if (fate === "stored") continue;
      if (fate === "refused-body") {
        return { attributes: {}, losses: [], refusedBy: { by: rule.by, name } };
      }
      losses.push(`${rule.by}: ${name}`);
      entry = fate === "truncated" ? rule.truncate(...entry) : undefined;
    }
    if (entry !== undefined) kept.push(entry);
  }
  return { attributes: Object.fromEntries(kept), losses, refusedBy: undefined };
}

interface Rule {
  readonly by: "oddName" | "reservedName" | "nameOver128" | "valueOver256";
  readonly concerns: (name: string, value: string) => boolean;
  readonly truncate: (name: string, value: string) => [string, string];
}

const asItIs = (name: string, value: string): [string, string] => [name, value];

const RULES: readonly Rule[] = [
  { by: "oddName", concerns: (name) => !/^[A-Za-z0-9._-]+$/.test(name), truncate: asItIs },
  // Source: `user.` is the namespace of profile scripts.
  { by: "reservedName", concerns: (name) => name.startsWith("user."), truncate: asItIs },
  {
    by: "nameOver128",
    concerns: (name) => name.length > MAX_NAME_LENGTH,
    truncate: (name, value) => [name.slice(0, MAX_NAME_LENGTH), value],
  },
  {
    by: "valueOver256",
    concerns: (_name, value) => value.length > MAX_VALUE_LENGTH,
    truncate: (name, value) => [name, value.slice(0, MAX_VALUE_LENGTH)],
  },
];

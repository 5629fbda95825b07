import * as z from "zod";

/** A switch with a closed set of positions; the first is where it stands unless told otherwise. */
export interface ChoiceSwitch<V extends string = string> {
  readonly kind: "choice";
  readonly values: readonly V[];
  readonly default: V;
  /** What it decides, and what Adobe leaves open about it. */
  readonly about: string;
  /** Title of Adobe's page that comes nearest. */
  readonly page: string;
}

/** A switch that is a number between two bounds, both allowed. */
export interface NumberSwitch {
  readonly kind: "number";
  readonly min: number;
  readonly max: number;
  readonly default: number;
  readonly about: string;
  readonly page: string;
}

export function choice<const V extends string>(
  values: readonly [V, ...V[]],
  about: string,
  page: string,
): ChoiceSwitch<V> {
  return { kind: "choice", values, default: values[0], about, page };
}

export function number(
  { min, max, by }: { readonly min: number; readonly max: number; readonly by: number },
  about: string,
  page: string,
): NumberSwitch {
  return { kind: "number", min, max, default: by, about, page };
}

/** What a position of this switch must look like. */
export function positionOf(each: ChoiceSwitch | NumberSwitch): z.ZodType<string | number> {
  return each.kind === "choice" ? z.enum(each.values) : z.number().min(each.min).max(each.max);
}

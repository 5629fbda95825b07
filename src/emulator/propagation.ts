import * as z from "zod";

/** How long Target takes to apply what it acknowledged, drawn evenly between the two. */
export interface Propagation {
  readonly minMs: number;
  readonly maxMs: number;
}

const MINUTE_MS = 60_000;

/**
 * Source: "Updates generally occur in under one hour, but might take as long as 24 hours to be
 * reflected." A second is what a demo can wait for.
 */
export const PROPAGATION_PRESETS = {
  short: { minMs: 0, maxMs: 1_000 },
  "within-the-hour": { minMs: MINUTE_MS, maxMs: 60 * MINUTE_MS },
  "24-hours": { minMs: 60 * MINUTE_MS, maxMs: 24 * 60 * MINUTE_MS },
} as const satisfies Readonly<Record<string, Propagation>>;

export type PropagationPreset = keyof typeof PROPAGATION_PRESETS;

/** The name of a preset, or the two bounds. */
export const PropagationInput = z.union([
  z.enum(["short", "within-the-hour", "24-hours"]).transform((name) => PROPAGATION_PRESETS[name]),
  z
    .strictObject({ minMs: z.number().min(0), maxMs: z.number().min(0) })
    .refine(({ minMs, maxMs }) => minMs <= maxMs, "minMs must not be above maxMs"),
]);

export function propagationFrom(input: Propagation | PropagationPreset): Propagation {
  return typeof input === "string" ? PROPAGATION_PRESETS[input] : input;
}

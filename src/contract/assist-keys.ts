import * as z from "zod/mini";

/**
 * Names of keys, as the browser's `KeyboardEvent.key` says them. A key that types a character is none:
 * that is what scanners do.
 */
const Keys = z.optional(
  z
    .array(
      z
        .string()
        .check(
          z.regex(/^[A-Z][A-Za-z0-9]{1,31}$/, "not the name of a key that types nothing, as F13"),
        ),
    )
    .check(z.maxLength(8)),
);

/**
 * Keys of a tactile keypad, which is a keyboard to the browser. What is left out keeps its usual keys:
 * arrows move, Enter and Space press, Escape finishes.
 */
export const AssistKeys = z.strictObject({
  next: Keys,
  previous: Keys,
  press: Keys,
  finish: Keys,
  language: Keys,
  textSize: Keys,
  contrast: Keys,
  reach: Keys,
});
export type AssistKeys = z.infer<typeof AssistKeys>;

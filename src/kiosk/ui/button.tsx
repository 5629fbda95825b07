import type { ComponentChildren } from "preact";

export interface ButtonProps {
  readonly children: ComponentChildren;
  readonly onPress: () => void;
  readonly kind?: "plain" | "main" | "key" | "answer";
  /** Not yet: no edge, and the words say what is missing. */
  readonly waiting?: boolean;
  readonly label?: string;
}

/** A thick lower edge means "touch me". */
export function Button({ children, onPress, kind = "plain", waiting = false, label }: ButtonProps) {
  return (
    <button
      type="button"
      class={`button button-${kind}${waiting ? " waiting" : ""}`}
      aria-disabled={waiting}
      aria-label={label}
      onClick={() => {
        if (!waiting) onPress();
      }}
    >
      {children}
    </button>
  );
}

import { Icon } from "./icons.tsx";

/** Two sheets that say the same. */
export function LanguageIcon() {
  return (
    <Icon>
      <path d="M5 6h26v22H16l-8 7v-7H5zM12 23l6-12 6 12M14 19h8M36 17h7v18h-3v7l-8-7H22v-3" />
    </Icon>
  );
}

export function TextSizeIcon() {
  return (
    <Icon>
      <path d="M3 38l7-17 7 17M6 32h8M19 38L31 8l12 30M24 28h14" />
    </Icon>
  );
}

export function ContrastIcon() {
  return (
    <svg class="icon" viewBox="0 0 48 48" aria-hidden="true">
      <circle cx="24" cy="24" r="18" />
      <path class="icon-half" d="M24 6a18 18 0 0 1 0 36z" />
    </svg>
  );
}

export function ReachIcon() {
  return (
    <Icon>
      <path d="M10 4h28v40H10zM24 10v20M15 22l9 9 9-9M15 37h18" />
    </Icon>
  );
}

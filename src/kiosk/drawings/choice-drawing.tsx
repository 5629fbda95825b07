import type { JSX } from "preact";
import type { KioskConfig } from "../../contract/kiosk-config.ts";

export type DrawingName = KioskConfig["questions"][number]["choices"][number]["drawing"];

/** A choice's picture: card stock on one yarn, 456×280, with its own shadow. */
export function ChoiceDrawing({ name }: { readonly name: DrawingName }) {
  return (
    <svg
      class={`drawing ground-${name}`}
      viewBox="0 0 456 280"
      preserveAspectRatio="xMidYMid meet"
      aria-hidden="true"
    >
      {DRAWINGS[name]()}
    </svg>
  );
}

const DRAWINGS: Readonly<Record<DrawingName, () => JSX.Element>> = {
  shirt: Shirt,
  gift: Gift,
  home: Home,
  eyes: Eyes,
};

const SLEEVE = "M160 62L138 78L84 198L132 220L172 140Z";
const TORSO = "M180 60H276L296 76V250H160V76Z";

function Shirt() {
  const right = "translate(456 0) scale(-1 1)";
  const outline = (
    <>
      <path d={SLEEVE} />
      <path d={TORSO} />
      <path d={SLEEVE} transform={right} />
    </>
  );
  const sleeve = (
    <>
      <path class="fill-tile" d={SLEEVE} />
      <path class="stroke-b" d="M124 102L176 126M108 138L168 166M92 174L146 199" />
    </>
  );
  return (
    <>
      <g class="shadow" transform="translate(-22 27)">
        {outline}
      </g>
      {sleeve}
      <g transform={right}>{sleeve}</g>
      <path class="fill-tile" d={TORSO} />
      <path class="stroke-b" d="M160 104H296M160 134H296M160 164H296M160 194H296M160 224H296" />
      <path class="yarn-s" d="M188 60a40 34 0 0 0 80 0Z" />
      <path class="collar" d="M185 60a43 38 0 0 0 86 0" />
    </>
  );
}

function Gift() {
  const box = "M118 92H338V138H324V252H132V138H118Z";
  return (
    <>
      <g class="shadow" transform="translate(-22 27)">
        <path d={box} />
        <circle cx="192" cy="66" r="28" />
      </g>
      <rect class="yarn-v" x="132" y="130" width="192" height="122" />
      <rect class="yarn-w" x="118" y="92" width="220" height="48" rx="8" />
      <rect class="yarn-s" x="208" y="92" width="40" height="160" />
      <path class="yarn-o" d="M228 94C184 96 158 68 170 46C186 22 224 44 228 94Z" />
      <path class="yarn-s" d="M228 94C272 96 298 68 286 46C270 22 232 44 228 94Z" />
    </>
  );
}

function Home() {
  const sofa =
    "M96 136Q96 90 132 90H252Q288 90 288 136Q316 138 316 164V232H300L306 256H290L282 232H106L98 256H82L88 232H68V164Q68 138 96 136Z";
  const lamp = "M338 22H390L412 80H316ZM359 80H369V238H394V252H332V238H359Z";
  return (
    <>
      <g class="shadow" transform="translate(-22 27)">
        <path d={sofa} />
        <path d={lamp} />
      </g>
      <path class="yarn-w" d="M90 230H108L98 256H82ZM276 230H294L306 256H290Z" />
      <rect class="yarn-v" x="96" y="90" width="192" height="110" rx="36" />
      <path class="stroke-o" d="M156 90V170M180 90V170M204 90V170M228 90V170" />
      <path class="yarn-b" d="M68 164a22 22 0 0 1 44 0V200H272V164a22 22 0 0 1 44 0V232H68Z" />
      <rect class="yarn-s" x="112" y="170" width="160" height="32" rx="8" />
      <path class="yarn-s" d="M338 22H390L412 80H316Z" />
      <path class="fill-tile" d="M359 80H369V238H394V252H332V238H359Z" />
    </>
  );
}

const EYE = "M-72 0a72 72 0 1 0 144 0a72 72 0 1 0-144 0Z";

function Eyes() {
  const eye = (
    <>
      <path class="fill-tile" d={EYE} />
      <g class="look">
        <circle class="yarn-a" cx="-22" cy="12" r="38" />
        <circle class="fill-ink" cx="-26" cy="14" r="21" />
        <circle class="fill-tile" cx="-14" cy="0" r="8" />
      </g>
      <path class="yarn-w" d="M-72 0C-40-36 40-36 72 0A72 72 0 0 0-72 0Z" />
    </>
  );
  return (
    <>
      <g class="shadow">
        <path d={EYE} transform="translate(124 168)" />
        <path d={EYE} transform="translate(288 168)" />
      </g>
      <g transform="translate(146 141)">{eye}</g>
      <g transform="translate(310 141)">{eye}</g>
    </>
  );
}

/** Colours a chart draws with, as the style sheet has them for the light or the dark. */
export interface Theme {
  readonly ink: string;
  readonly ink2: string;
  readonly hairline: string;
  readonly tile: string;
  readonly edge: string;
  readonly one: string;
  readonly two: string;
  readonly three: string;
  readonly font: string;
}

export function themeOf(element: Element): Theme {
  const style = getComputedStyle(element);
  const colour = (name: string) => style.getPropertyValue(`--${name}`).trim();
  return {
    ink: colour("ink"),
    ink2: colour("ink2"),
    hairline: colour("hairline"),
    tile: colour("tile"),
    edge: colour("edge"),
    one: colour("one"),
    two: colour("two"),
    three: colour("three"),
    font: style.fontFamily,
  };
}

/** What was read, without the identifier of its symbology. */
export interface AimText {
  /** Such as `]E0`, when the scanner sent one. */
  readonly aim?: string;
  readonly text: string;
}

/** Source: ISO/IEC 15424: `]`, a letter for the symbology, a modifier. */
export function splitAim(text: string): AimText {
  const aim = /^\][A-Za-z][0-9A-Za-z]/.exec(text)?.[0];
  return aim === undefined ? { text } : { aim, text: text.slice(aim.length) };
}

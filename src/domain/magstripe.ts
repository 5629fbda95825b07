/** The data of each track that was read, without sentinels and what follows them. */
export interface Tracks {
  readonly 1?: string;
  readonly 2?: string;
  readonly 3?: string;
}

/**
 * What a reader types for a swiped card: track 1 in `%…?`, track 2 in `;…?`, track 3 in `+…?`, each only
 * if it was read, some with a check character behind.
 *
 * Source: ISO/IEC 7811-6 (sentinels); ISO/IEC 7813 (tracks 1 and 2). `+` for track 3 is what readers
 * type so that it can be told from track 2.
 */
const STRIPE = /^(?:%([^?]*)\?[^;+]?)?(?:;([^?]*)\?[^+]?)?(?:\+([^?]*)\?.?)?$/u;

/** The tracks in what was read; nothing when it is no stripe. */
export function tracksIn(text: string): Tracks | undefined {
  if (!/^[%;+]/.test(text)) return undefined;
  const found = STRIPE.exec(text);
  if (found === null) return undefined;
  const [, one, two, three] = found;
  return {
    ...(one !== undefined && { 1: one }),
    ...(two !== undefined && { 2: two }),
    ...(three !== undefined && { 3: three }),
  };
}

/** Whether a reader says that it could not read a track: it then types `E` for its data. */
export function isFailedSwipe(text: string): boolean {
  const tracks = tracksIn(text);
  return tracks?.[1] === "E" || tracks?.[2] === "E" || tracks?.[3] === "E";
}

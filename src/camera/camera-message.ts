/** What the page gives its camera's worker. */
export interface FrameMessage {
  readonly id: number;
  /** One picture, the worker's from then on; without, it makes itself ready and answers with no codes. */
  readonly frame?: ImageBitmap;
  /** What to look for: letters of AIM identifiers, such as `EQ`. */
  readonly symbologies: string;
}

/** The worker's answer to each message. */
export type FrameAnswer =
  | { readonly id: number; readonly codes: readonly SeenCode[] }
  /** Nothing could be read, and why; the next message tries anew. */
  | { readonly id: number; readonly trouble: string };

/** A code in a picture. */
export interface SeenCode {
  readonly text: string;
  /** AIM identifier, as a scanner sends it. */
  readonly aim: string;
  /** How far its middle is from the picture's, squared: in shares of the picture's sides, 0 to 0.5. */
  readonly offCentre: number;
}

/** The Cache that holds what decodes pictures, and nothing else. */
export const DECODER_CACHE = "tarjeta-camera";

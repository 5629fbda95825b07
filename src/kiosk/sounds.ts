/** A sound for every thing that can also be seen. */
export type SoundName = "read" | "success" | "problem" | "duplicate" | "idle";

/** Plays it, or is silent where sounds are off; never fails. */
export type Sounds = (name: SoundName) => void;

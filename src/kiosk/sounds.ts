/** What the kiosk may be heard to say: never alone, words and colour say the same. */
export type Sound = "read" | "success" | "problem" | "duplicate" | "idle";

export interface Sounds {
  /** Silent without complaint where the browser allows no sound. */
  readonly play: (sound: Sound) => void;
}

export interface SoundsDeps {
  /** Made at the first sound, not before: an idle one keeps the sound card awake. */
  readonly openAudio: () => AudioContext;
  /** In percent, as it is at the moment of a sound. */
  readonly volume: () => number;
}

/** One pluck of the string, or a knock on wood. */
interface Note {
  readonly hertz: number;
  readonly atSeconds: number;
  /** Share of the volume. */
  readonly loudness: number;
  readonly decaySeconds: number;
}

const C5 = 523.25;
const G4 = 392;
const G5 = 783.99;
const C6 = 1_046.5;

/** Ours: as loud as somebody who speaks to one person in a shop. */
export const USUAL_VOLUME = 50;

/** Ours: two notes of one sound follow each other as quickly as two words. */
const NEXT_SECONDS = 0.13;

/** Ours: loud enough in a shop at full volume, and far from distortion with both waves together. */
const PEAK = 0.4;

/** Ours: as a string rings, and as wood does not. */
const STRING_SECONDS = 0.18;
const WOOD_SECONDS = 0.05;

const NOTES: Readonly<Record<Sound, readonly Note[]>> = {
  read: [pluck(G5, 0)],
  success: [pluck(G5, 0), pluck(C6, 1)],
  duplicate: [pluck(G5, 0), pluck(G5, 1)],
  problem: [pluck(C5, 0, 0.6), pluck(G4, 1, 0.6)],
  idle: [{ hertz: 220, atSeconds: 0, loudness: 0.8, decaySeconds: WOOD_SECONDS }],
};

function pluck(hertz: number, place: number, loudness = 1): Note {
  return { hertz, atSeconds: place * NEXT_SECONDS, loudness, decaySeconds: STRING_SECONDS };
}

export function createSounds({ openAudio, volume }: SoundsDeps): Sounds {
  let audio: AudioContext | undefined;

  async function sound(notes: readonly Note[], loudness: number): Promise<void> {
    audio ??= openAudio();
    if (audio.state !== "running") await audio.resume();
    const { currentTime } = audio;
    for (const note of notes) strike(audio, note, currentTime, loudness);
  }

  return {
    play(name) {
      const loudness = (volume() / 100) * PEAK;
      if (loudness === 0) return;
      // No sound card, or a browser that waits for a touch first: the screen says it all anyway.
      sound(NOTES[name], loudness).catch(() => undefined);
    },
  };
}

/** A triangle for the string and a sine for its body, an octave apart, struck and dying away. */
function strike(audio: AudioContext, note: Note, nowSeconds: number, loudness: number): void {
  const startSeconds = nowSeconds + note.atSeconds;
  const endSeconds = startSeconds + note.decaySeconds * 3;
  const gain = audio.createGain();
  gain.gain.setValueAtTime(0.0001, startSeconds);
  gain.gain.exponentialRampToValueAtTime(loudness * note.loudness, startSeconds + 0.006);
  gain.gain.setTargetAtTime(0, startSeconds + 0.006, note.decaySeconds / 2);
  gain.connect(audio.destination);
  for (const [type, hertz] of [
    ["triangle", note.hertz],
    ["sine", note.hertz / 2],
  ] as const) {
    const wave = audio.createOscillator();
    wave.type = type;
    wave.frequency.value = hertz;
    wave.connect(gain);
    wave.start(startSeconds);
    wave.stop(endSeconds);
  }
}

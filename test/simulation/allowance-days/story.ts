import type { Weather } from "./target-weather.ts";

/** Something that happens to Target, to the machines or in the stores; hours since the beginning. */
export type Happening = { readonly atHour: number } & (
  | { readonly type: "weather"; readonly weather: Weather; readonly hours: number }
  /** The process dies and comes back; both, where none is named. */
  | { readonly type: "crash"; readonly replica?: 0 | 1; readonly seconds: number }
  | {
      readonly type: "clock";
      readonly replica: 0 | 1;
      readonly aheadHours: number;
      readonly hours: number;
    }
  /** Scans at so many times the pace of the whole allowance. */
  | { readonly type: "rush"; readonly times: number; readonly minutes: number }
);

export interface AllowanceStory {
  readonly days: number;
  /** Calls in any rolling 24 hours. */
  readonly allowed: number;
  readonly happenings: readonly Happening[];
}

const DAY = 24;

/** Ours: a machine that is started again every other day and lies down for a minute at most. */
function crashes(days: number): readonly Happening[] {
  return Array.from({ length: days }, (_, day): Happening => ({
    type: "crash",
    atHour: day * DAY + ((day * 7) % DAY) + 0.37,
    replica: day % 2 === 0 ? 0 : 1,
    seconds: 5 + ((day * 13) % 55),
  }));
}

/** A month, with all that the rules speak of. */
export const MONTH: AllowanceStory = {
  days: 30,
  allowed: 8_640,
  happenings: [
    ...crashes(30),
    ...[3, 7, 11, 16, 21, 26].map((day): Happening => ({
      type: "rush",
      atHour: day * DAY + 18,
      times: 2.5,
      minutes: 10,
    })),
    { type: "weather", weather: "out", atHour: 2 * DAY + 7, hours: 6 },
    { type: "weather", weather: "out", atHour: 9 * DAY + 12, hours: 26 },
    ...[0, 1, 2, 3, 4].map((hour): Happening => ({
      type: "weather",
      weather: "out",
      atHour: 15 * DAY + hour,
      hours: 0.05,
    })),
    { type: "weather", weather: "out", atHour: 22 * DAY + 19, hours: 2 },
    ...[1, 6, 13, 19, 24, 28].map((day): Happening => ({
      type: "weather",
      weather: "slow",
      atHour: day * DAY + 10,
      hours: 1,
    })),
    { type: "clock", atHour: 5 * DAY + 5, replica: 0, aheadHours: 24, hours: 4 },
    { type: "clock", atHour: 12 * DAY + 2, replica: 1, aheadHours: -24, hours: 6 },
    // Set wrong while it is down: the machine comes back with it.
    { type: "clock", atHour: 20 * DAY + 0.49, replica: 0, aheadHours: 24, hours: 2 },
    { type: "crash", atHour: 20 * DAY + 0.5, replica: 0, seconds: 60 },
    { type: "clock", atHour: 25 * DAY + 0.49, replica: 1, aheadHours: -24, hours: 2 },
    { type: "crash", atHour: 25 * DAY + 0.5, replica: 1, seconds: 60 },
    { type: "crash", atHour: 18 * DAY + 3, seconds: 3 * 3_600 },
  ],
};

/** As much of it as the test command has time for. */
export const TWO_DAYS: AllowanceStory = {
  days: 2,
  allowed: 2_880,
  happenings: [
    ...crashes(2),
    { type: "weather", weather: "out", atHour: 3, hours: 3 },
    { type: "rush", atHour: 6.5, times: 2.5, minutes: 10 },
    { type: "weather", weather: "slow", atHour: 20, hours: 0.5 },
    { type: "clock", atHour: 26, replica: 0, aheadHours: 24, hours: 2 },
    { type: "clock", atHour: 32.49, replica: 1, aheadHours: -24, hours: 3 },
    { type: "crash", atHour: 32.5, replica: 1, seconds: 60 },
  ],
};

/** Enough of them for proxies without the guard to call more than they may. */
export const UNTIL_THE_CLOCK_JUMPS: AllowanceStory = {
  days: 1,
  allowed: 1_440,
  happenings: [{ type: "clock", atHour: 20, replica: 0, aheadHours: 24, hours: 2 }],
};

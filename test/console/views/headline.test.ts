import { describe, expect, it } from "vitest";
import type { ChainOverview, Overview } from "../../../src/contract/overview.ts";
import { headlineView } from "../../../src/console/views/headline.ts";
import { kiosksToLookAt, kiosksView } from "../../../src/console/views/kiosks.ts";
import {
  aChain,
  aKioskState,
  anIncident,
  anOverview,
  NO_SCANS,
  SAYING,
} from "../../support/overviews.ts";
import { NOW } from "../../support/store-builders.ts";

const PAUSED: ChainOverview["forwarding"] = {
  state: "paused",
  pause: { sinceMs: NOW, who: "maria" },
  breaker: { state: "closed", failures: 0 },
};
const AWAY: ChainOverview["forwarding"] = {
  state: "breaker-open",
  breaker: { state: "open", failures: 9, untilMs: NOW + 60_000 },
};

function sentence(overview: Overview): string {
  const kiosks = kiosksView(overview, undefined, NOW, SAYING);
  return headlineView(overview, kiosksToLookAt(kiosks), SAYING).sentence;
}

function withChain(sketch: Partial<ChainOverview>): Overview {
  return anOverview({ chain: aChain(sketch) });
}

const spent = { allowed: 10, used: 10, forecast: { type: "clear" } } as const;
const lost = { open: 1, list: [anIncident()] };

describe("the opening sentence", () => {
  it.each<[string, Overview, string]>([
    ["all is well", anOverview(), "Everything thanked for is safe. Nothing needs you."],
    [
      "kiosks need a look",
      anOverview({
        kiosks: {
          known: 2,
          silent: 1,
          owed: 0,
          list: [aKioskState(), aKioskState({ isSilent: true })],
        },
      }),
      "Everything thanked for is safe. One kiosk needs a look.",
    ],
    [
      "visitors were refused",
      withChain({ deadLetters: { visitors: 12, byClass: [] } }),
      "Everything thanked for is safe. 12 visitors were refused.",
    ],
    [
      "somebody paused it",
      withChain({ forwarding: PAUSED, allowance: spent }),
      "Sending to Target is paused. Everything thanked for is safe.",
    ],
    [
      "Target is away",
      withChain({ forwarding: AWAY }),
      "Target does not answer. Everything thanked for is safe.",
    ],
    [
      "no call is left",
      withChain({ allowance: spent }),
      "The allowance is spent. Everything thanked for is safe.",
    ],
    ["there is nothing yet", anOverview({ scans: NO_SCANS }), "Nothing has been scanned yet."],
  ])("[CO8] is true when %s", (_when, overview, words) => {
    expect(sentence(overview)).toBe(words);
  });

  it.each([
    ["nothing else is wrong", anOverview({ incidents: lost })],
    ["it is paused too", anOverview({ incidents: lost, chain: aChain({ forwarding: PAUSED }) })],
    ["nothing was taken in", anOverview({ incidents: lost, scans: NO_SCANS })],
  ])(
    "[CO8] says first that scans may be lost, and never that all is safe, when %s",
    (_when, overview) => {
      expect(sentence(overview)).toBe("Some scans may be lost. One incident needs a look.");
    },
  );

  it("[CO8] does not call a doubt a loss", () => {
    const doubt = { open: 1, list: [anIncident({ type: "cards-held" })] };
    expect(sentence(anOverview({ incidents: doubt }))).toBe(
      "Everything thanked for is safe. One incident needs a look.",
    );
  });
});

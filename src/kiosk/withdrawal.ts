import type { KioskConfig } from "../contract/kiosk-config.ts";
import type { Device } from "../contract/update.ts";
import type { Withdrawal } from "../contract/withdrawal.ts";
import type { VisitorId } from "../domain/visitor-id.ts";
import type { RefusalReason, Screen, Visit } from "./visit.ts";
import type { Turn } from "./visit-extension.ts";

/** Where a shopper stands who ends the recording of their visits. */
export type WithdrawalScreen = { readonly state: "withdrawal"; readonly expiresAtMs: number } & (
  | {
      readonly step: "asked";
      /** The visit on screen when it was asked for: its card need not be shown again. */
      readonly of?: { readonly visitId: string; readonly masked: string };
      /** Why the last thing shown was no card of ours. */
      readonly problem?: RefusalReason;
    }
  | { readonly step: "storing"; readonly visitId: string; readonly masked: string }
  /** Said only when the withdrawal would survive a power cut, as thanks are. */
  | { readonly step: "stored"; readonly masked: string }
);

/** What is kept and sent: no ground, since none is needed to leave, and nothing about the visit. */
export function withdrawalOf(
  { kind, value }: VisitorId,
  device: Device,
  config: KioskConfig,
): Withdrawal {
  return {
    device,
    visitor: { kind, value },
    occasion: "withdrawal",
    configVersion: config.version,
  };
}

/** Asks for the card; whoever is in the middle of something else is not interrupted. */
export const askWhom: Turn = (visit, nowMs, config) => {
  const { screen } = visit;
  const of =
    screen.state === "thanked"
      ? { of: { visitId: screen.visitId, masked: screen.masked } }
      : undefined;
  if (of === undefined && screen.state !== "attract" && screen.state !== "refused") return visit;
  return show(visit, {
    state: "withdrawal",
    step: "asked",
    expiresAtMs: nowMs + config.timings.keypadSeconds * 1_000,
    ...of,
  });
};

/** A card that nobody can read is typed, as it is for a visit. */
export const typeNumber: Turn = (visit, nowMs, config) =>
  isAsked(visit.screen)
    ? {
        ...visit,
        screen: {
          state: "keypad",
          digits: "",
          expiresAtMs: nowMs + config.timings.keypadSeconds * 1_000,
        },
      }
    : visit;

export function storing(visitId: string, masked: string): Turn {
  return (visit, nowMs, config) =>
    show(visit, {
      state: "withdrawal",
      step: "storing",
      visitId,
      masked,
      expiresAtMs: nowMs + config.timings.keypadSeconds * 1_000,
    });
}

/** Confirms it, unless somebody else has the screen by now; they would not know what it means. */
export function stored(visitId: string): Turn {
  return (visit, nowMs, config) => {
    const { screen } = visit;
    return screen.state === "withdrawal" && screen.step === "storing" && screen.visitId === visitId
      ? confirmed(screen.masked)(visit, nowMs, config)
      : visit;
  };
}

export function confirmed(masked: string): Turn {
  return (visit, nowMs, config) =>
    show(visit, {
      state: "withdrawal",
      step: "stored",
      masked,
      expiresAtMs: nowMs + config.timings.closingSeconds * 1_000,
    });
}

/** What was shown is no card of ours: said without leaving, or the next try would be recorded as a visit. */
export function misread(problem: RefusalReason): Turn {
  return (visit, nowMs, config) =>
    isAsked(visit.screen)
      ? show(visit, {
          ...visit.screen,
          problem,
          expiresAtMs: nowMs + config.timings.keypadSeconds * 1_000,
        })
      : visit;
}

export function isAsked(screen: Screen): screen is WithdrawalScreen & { readonly step: "asked" } {
  return screen.state === "withdrawal" && screen.step === "asked";
}

/** What is still being stored keeps its place in the outbox, and no longer takes the screen. */
function show(visit: Visit, screen: WithdrawalScreen): Visit {
  return {
    ...visit,
    screen,
    pending: visit.pending.map((each) => ({ ...each, awaited: false })),
  };
}

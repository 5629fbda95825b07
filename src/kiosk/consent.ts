import type { KioskConfig } from "../contract/kiosk-config.ts";
import type { Device, Update } from "../contract/update.ts";
import type { VisitorId } from "../domain/visitor-id.ts";
import { scanUpdate } from "./capture.ts";
import { groundOf, isCovered, type Agreed } from "./ground.ts";
import type { Screen } from "./visit.ts";
import type { Turn } from "./visit-extension.ts";

export type Purpose = NonNullable<KioskConfig["consent"]>["purposes"][number];

/** The purpose a screen asks about; nothing where it does not ask. */
export function purposeAsked(screen: Screen, config: KioskConfig): Purpose | undefined {
  return screen.state === "consent" && screen.storing === undefined
    ? config.consent?.purposes[screen.index]
    : undefined;
}

/** On to the next purpose; after the last one the yeses are stored, or all of it is declined. */
export function answeredConsent(purposeId: string, agreed: Agreed | undefined): Turn {
  return (visit, nowMs, config) => {
    const { screen } = visit;
    if (screen.state !== "consent" || purposeAsked(screen, config)?.id !== purposeId) return visit;
    const all = agreed === undefined ? screen.agreed : [...screen.agreed, agreed];
    const index = screen.index + 1;
    const { warned: _warned, ...rest } = screen;
    const expiresAtMs = nowMs + config.timings.questionSeconds * 1_000;
    if (index < (config.consent?.purposes.length ?? 0)) {
      return { ...visit, screen: { ...rest, index, agreed: all, expiresAtMs } };
    }
    if (all.length === 0) return declined(visit, nowMs, config);
    const { visitId, masked, fingerprint } = screen;
    const pending = { visitId, masked, fingerprint, agreed: all, awaited: true };
    return {
      ...visit,
      pending: [...visit.pending, pending],
      screen: { ...rest, agreed: all, storing: true, expiresAtMs },
    };
  };
}

/** Kept nothing, as was wished. */
export const declined: Turn = (visit, nowMs, config) => ({
  ...visit,
  screen: {
    state: "declined",
    reason: "no-consent",
    expiresAtMs: nowMs + config.timings.closingSeconds * 1_000,
  },
});

/**
 * What a scan makes where consent is its ground: an update on what was agreed to, and one of what the
 * terms cover by themselves. None where nothing that the kiosk writes is covered.
 */
export function consentedUpdates(
  visitor: VisitorId,
  device: Device,
  config: KioskConfig,
  agreed: readonly Agreed[],
): readonly Update[] {
  const whole = scanUpdate(visitor, device, config);
  return [agreed, undefined].flatMap((agreement) => {
    const attributes = whole.attributes.filter(({ name }) => isCovered(name, agreement, config));
    const ground = groundOf(agreement, config);
    return attributes.length === 0 ? [] : [{ ...whole, ground, attributes }];
  });
}
